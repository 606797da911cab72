"""Simulations under way (试算): a few at a time in threads of their own, seen by a page that looks again.

``CatalogueService.Simulate`` answers in parts that add up. A run is kept in memory for whoever began it, the
last few runs only; a console that is restarted has forgotten them, and nothing is lost by that: a simulation
changes nothing. A run that breaks off keeps what came, and the cursor from which it goes on.

Example: ``runs.begin("3", label, parts)`` → a name; ``runs.of(name, "3").percent`` is 40 after two fifths.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic

from registry.v1 import catalogue_service_pb2 as pb
from registry_client.errors import RegistryCallError

AT_ONCE = 2
KEPT = 20
SAMPLE = 5
_SAMPLES = 300
Parts = Callable[[str], Iterator[pb.SimulateResponse]]
"""The parts after a cursor."""


class BusyError(Exception):
    """Too many simulations are under way."""


@dataclass(slots=True)
class Run:
    """A simulation. ``counts`` are gain, lose and change by domain."""

    owner: str
    label: str
    began: float = field(default_factory=monotonic)
    ended: float = 0.0
    subjects: int = 0
    total: int = 0
    events: int = 0
    position: int = 0
    cursor: str = ""
    done: bool = False
    failed: str = ""
    stopped: bool = False
    counts: dict[int, list[int]] = field(default_factory=dict)
    sample: list[pb.SubjectChange] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether parts are still coming."""
        return not self.ended

    @property
    def percent(self) -> int:
        """How much is done."""
        return 100 if self.done else min(99, self.subjects * 100 // self.total) if self.total else 0

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return (self.ended or monotonic()) - self.began

    @property
    def left_s(self) -> int:
        """Seconds that are probably left; 0 where nothing can be said."""
        return int(self.seconds * (self.total - self.subjects) / self.subjects) if self.subjects else 0

    def add(self, part: pb.SimulateResponse) -> None:
        """Adds a part."""
        self.subjects += part.subjects
        self.events += part.events
        self.total, self.position, self.cursor = part.subjects_total, part.position, part.cursor
        self.done = part.done
        for each in part.domains:
            counts = self.counts.setdefault(each.domain, [0, 0, 0])
            for index, more in enumerate((each.gain, each.lose, each.change)):
                counts[index] += more
        named: dict[tuple[int, int], set[str]] = {}
        for told in self.sample:
            named.setdefault((told.domain, told.kind), set()).add(told.subject.value)
        for change in part.sample:
            known = named.setdefault((change.domain, change.kind), set())
            if (change.subject.value in known or len(known) < SAMPLE) and len(self.sample) < _SAMPLES:
                known.add(change.subject.value)
                self.sample.append(change)


class Simulations:
    """The runs of a console."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = Lock()

    def begin(self, owner: str, label: str, parts: Parts) -> str:
        """Begins a run; answers its name. Raises BusyError."""
        name, run = secrets.token_urlsafe(12), Run(owner, label)
        with self._lock:
            self._make_room()
            self._runs[name] = run
        Thread(target=_run, args=(run, parts), name="simulation", daemon=True).start()
        return name

    def of(self, name: str, owner: str) -> Run | None:
        """A run, for whoever began it."""
        with self._lock:
            run = self._runs.get(name)
        return run if run is not None and run.owner == owner else None

    def of_owner(self, owner: str) -> list[tuple[str, Run]]:
        """Somebody's runs, the newest first."""
        with self._lock:
            return [(name, run) for name, run in reversed(self._runs.items()) if run.owner == owner]

    def go_on(self, run: Run, parts: Parts) -> None:
        """Takes a run up again that broke off. Raises BusyError."""
        with self._lock:
            if run.running or run.done:
                return
            self._make_room()
            run.failed, run.ended, run.stopped = "", 0.0, False
        Thread(target=_run, args=(run, parts), name="simulation", daemon=True).start()

    def _make_room(self) -> None:
        if sum(run.running for run in self._runs.values()) >= AT_ONCE:
            raise BusyError
        while len(self._runs) >= KEPT:
            self._runs.popitem(last=False)


def _run(run: Run, parts: Parts) -> None:
    try:
        for part in parts(run.cursor):
            run.add(part)
            if run.stopped:
                run.failed = "已停止。"
                break
    except RegistryCallError as error:
        run.failed = error.message or "登记系统没有应答。"
    finally:
        run.ended = monotonic()
