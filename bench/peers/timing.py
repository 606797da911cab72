"""Every way timed, round by round, all of a form one after the other within a round.

A way asks as many calls in a round as fit a fixed time, by how long its calls took while its answers were
compared. CPU is that of its server and of this whole process, its library's threads included.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from bench.peers.answers import Answers, Way, require_equal

ROUND_S = 0.3


@dataclass(slots=True)
class Timed:
    """A way with what it took in each round, in seconds a code."""

    way: Way
    calls: int
    server: list[float] = field(default_factory=list)
    client: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)

    @property
    def cost(self) -> list[float]:
        """CPU seconds of both sides, in each round."""
        return [one + other for one, other in zip(self.server, self.client, strict=True)]

    def round(self, questions: Sequence[Sequence[str]]) -> None:
        """Asks, and notes what it took."""
        way, asked = self.way, list(islice(cycle(questions), self.calls))
        server, client, start = way.server_s(), time.process_time(), time.perf_counter()
        for codes in asked:
            way.ask(codes)
        seen, client = time.perf_counter() - start, time.process_time() - client
        codes_asked = self.calls * way.codes
        self.server.append((way.server_s() - server) / codes_asked)
        self.client.append(client / codes_asked)
        self.seen.append(seen / codes_asked)


def compared(ways: Sequence[Way], sample: Sequence[str], truth: Answers) -> list[Timed]:
    """The ways, each of which answered the whole sample as it is. Raises WrongAnswerError."""
    found = []
    for way in ways:
        start, calls = time.perf_counter(), 0
        for codes in questions_of(way, sample):
            require_equal(way, codes, truth)
            calls += 1
        a_call = (time.perf_counter() - start) / calls
        found.append(Timed(way, max(3, int(ROUND_S / a_call))))
    return found


def run(timed: Sequence[Timed], sample: Sequence[str], rounds: int) -> None:
    """The rounds. Memory that was filled before is out of the collector's sight."""
    gc.collect()
    gc.freeze()
    questions = {each.way.codes: questions_of(each.way, sample) for each in timed}
    for _ in range(rounds):
        for each in timed:
            each.round(questions[each.way.codes])
    gc.unfreeze()


def questions_of(way: Way, sample: Sequence[str]) -> list[Sequence[str]]:
    """The sample in calls of a way."""
    return [sample[first : first + way.codes] for first in range(0, len(sample), way.codes)]


def lines(timed: Sequence[Timed]) -> Iterator[str]:
    """The table, a part for each form, 80 columns at most."""
    for form in dict.fromkeys(each.way.form for each in timed):
        within = [each for each in timed if each.way.form is form]
        yardstick = next((each for each in within if each.way.yardstick), None)
        yield f"\n{form.value:<34}{'server':>8}{'client':>8}{'seen':>8}{'a core':>13}{'×':>9}"
        for each in within:
            yield _line(each, yardstick)


def _line(timed: Timed, yardstick: Timed | None) -> str:
    server, client, seen = (
        statistics.median(found) * 1e6 for found in (timed.server, timed.client, timed.seen)
    )
    both = zip(timed.cost, yardstick.cost, strict=True) if yardstick else ()
    ratios = [one / other for one, other in both]
    ratio = f"{statistics.median(ratios):.3g}" if ratios else ""
    rate = 1 / statistics.median(timed.cost)
    return f"{timed.way.name:<34}{_us(server)}{_us(client)}{_us(seen)}{rate:>13,.0f}{ratio:>9}"


def _us(value: float) -> str:
    return f"{value:>8.3g}" if value < 1000 else f"{value:>8.0f}"
