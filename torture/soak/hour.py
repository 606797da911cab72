"""The hour: warm-up with a renewal, the time that counts, the quiet after it, and what was found.

a quarter    warm-up: everything is called, the second renewal is over
the rest     samples that count; backups are taken; halfway a second follower begins
then         quiet; descriptors and threads are held against those before the load
then         a renewal under load, and more of the same load: what new processes hold with as much data and
             more says how much of the growth is data
then         the followers verify to the end
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import urlopen

from torture.soak.gauges import Held, held, processes, size_of
from torture.soak.judge import STEADY, Sample, judged
from torture.soak.town import CALL_S, Town, town
from torture.soak.upkeep import Follower, backup
from torture.soak.work import Ledger, statements, working

SAMPLES = 60
WARM = 0.25
BACKUPS = (0.4, 0.6, 0.8)
LATE = 0.6
"""When the second follower begins."""
FRESH, LOOKS = 1 / 6, 12
"""How long new processes work, as a share of the time under load, and how often it is looked."""
QUIET_S, PATIENCE_S = 12.0, 120.0
_QUEUE = "registry_writer_waiting"
Look = Callable[[Sample], None]


@dataclass(slots=True)
class Soaked:
    """What came of it; it passed if there are no ``reasons``."""

    lines: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    busy: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Hour:
    """One run in an empty directory; ``seconds`` of load."""

    place: Path
    seconds: float
    readers: int
    rate: float
    seed: int = 1
    looks: int = SAMPLES
    backups: Sequence[float] = BACKUPS
    samples: list[Sample] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    reasons: list[str] = field(default_factory=list)

    def run(self, look: Look = lambda _sample: None) -> Soaked:
        """Does all of it."""
        with town(self.place, self.readers) as served:
            before = self._held(served)
            follower = Follower.of(served, "from the beginning", self.place / "follower")
            followers = [follower]
            try:
                with working(served, self.ledger, self.rate, self.seed) as hands:
                    self._load(served, followers, look, lambda: statements(hands))
                self._quiet(served, before)
                self._renewed(served)
                fresh = self._fresh(served)
                self._followed(served, followers)
            finally:
                for each in followers:
                    each.process.kill()
                    each.process.wait()
        counted = [each for each in self.samples if each.at_s >= WARM * self.seconds]
        verdict = judged(counted, fresh)
        lines = [*verdict.lines]
        lines += [f"follower {each.name}: {each.verified} statements verified" for each in followers]
        reasons = self.reasons + verdict.reasons + self.ledger.wrong
        return Soaked(lines, reasons, self.ledger.done, self.ledger.busy)

    def _load(self, served: Town, followers: list[Follower], look: Look, stated: Callable[[], int]) -> None:
        began, every_s = time.monotonic(), self.seconds / self.looks
        due: list[tuple[float, Callable[[Town], None]]] = [(WARM / 2, self._renew)]
        due += [(share, self._back_up) for share in self.backups]
        due += [(LATE, lambda town: followers.append(Follower.of(town, "late", self.place / "late")))]
        due.sort(key=lambda each: each[0])
        for number in range(1, self.looks + 1):
            time.sleep(max(0.0, began + number * every_s - time.monotonic()))
            while due and number / self.looks >= due[0][0]:
                due.pop(0)[1](served)
            p50, p99 = self.ledger.quantiles()
            store = size_of(served.directory)
            at_s = time.monotonic() - began
            sample = Sample(at_s, self._held(served), stated(), store, _queued(served), p50, p99)
            self.samples.append(sample)
            look(sample)

    def _renew(self, served: Town) -> None:
        if self.readers:
            self.ledger.renewing()
            served.renew()

    def _back_up(self, served: Town) -> None:
        self.reasons += [fault for fault in [backup(served, self.place / "backup")] if fault]

    def _held(self, served: Town) -> Mapping[str, Held]:
        found = {role: held(pid) for role, pid in processes(served.process.pid).items()}
        return {role: each for role, each in found.items() if each is not None}

    def _quiet(self, served: Town, before: Mapping[str, Held]) -> None:
        """Nobody works: every descriptor and thread is given back."""
        for channel in served.served.channels.values():
            channel.close()
        served.served.channels.clear()
        until = time.monotonic() + QUIET_S
        while time.monotonic() < until and self._more(served, before):
            time.sleep(0.5)
        self.reasons += self._more(served, before)

    def _more(self, served: Town, before: Mapping[str, Held]) -> list[str]:
        after = self._held(served)
        return [
            f"{role}: {name} {getattr(was, name)} before the load, {getattr(after[role], name)} after it"
            for role, was in before.items()
            for name in ("descriptors", "connections", "threads")
            if role in after and getattr(after[role], name) > getattr(was, name) + STEADY + SPARE[name]
        ]

    def _renewed(self, served: Town) -> None:
        if not self.readers:
            served.begin_again()
            return
        old = set(processes(served.process.pid).values())
        self._renew(served)
        with working(served, self.ledger, self.rate, self.seed + 2):
            until = time.monotonic() + PATIENCE_S
            while time.monotonic() < until:
                now = processes(served.process.pid)
                if len(now) == self.readers + 2 and len(old & set(now.values())) == 1:
                    return
                time.sleep(0.5)
        self.reasons.append("renewal: old processes were still there after two minutes")

    def _fresh(self, served: Town) -> Sequence[Sample]:
        """What new processes hold once they have worked for a while."""
        before, looks = self.samples[-1], list[Sample]()
        with working(served, self.ledger, self.rate, self.seed + 3) as hands:
            for _ in range(LOOKS):
                time.sleep(self.seconds * FRESH / LOOKS)
                said = before.statements + statements(hands)
                looks.append(replace(before, held=self._held(served), statements=said))
        return looks[LOOKS // 2 :]

    def _followed(self, served: Town, followers: list[Follower]) -> None:
        with urlopen(f"http://127.0.0.1:{served.published}/checkpoint", timeout=CALL_S) as page:
            size = int(page.read().decode().splitlines()[1])
        for each in followers:
            if not each.wait_for(size, PATIENCE_S):
                self.reasons.append(f"follower {each.name}: {each.verified} of {size} verified")
            if each.end() != 0 or each.alarms:
                self.reasons.append(f"follower {each.name}: {' '.join(each.alarms)[:300]}")


SPARE: Mapping[str, int] = {"descriptors": 8, "connections": 8, "threads": 24}
"""What a process opens at its first call and keeps: pools of threads, connections of the store, sockets
to the writer."""


def _queued(served: Town) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{served.metrics}/metrics", timeout=CALL_S) as page:
            text = page.read().decode()
    except OSError:
        return -1
    found = [line for line in text.splitlines() if line.startswith(_QUEUE)]
    return int(sum(float(line.rpartition(" ")[2]) for line in found))
