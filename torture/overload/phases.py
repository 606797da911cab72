"""The phases of the trial, and what came of them.

1. capacity: as many calls as there are answers, 8 under way; the rate of answers is what it carries
2. normal: 70 % of it, at random instants
3. overload: three times the capacity, at random instants, whoever is refused comes again only by chance
4. after: 70 % again; it has recovered from the first second on after which two have no refusal and a p99
   within twice the normal one
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.load.classes import Lane
from torture.overload.mix import Kind
from torture.overload.wire import Crowd, Result

DEPTH, NORMAL, OVER, TIMES = 8, 0.7, 3.0, 2.0
AT_ONCE_S = 0.05
LATE_S = 0.02
"""How late a load may begin its calls and still be believed (p99)."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What was asked in a phase, from when to when, and what came of it; processor seconds of the load."""

    name: str
    begun: float
    ended: float
    rate: float
    results: Sequence[Result]
    own_s: float

    @property
    def answered(self) -> list[Result]:
        """The calls that were answered."""
        return [result for result in self.results if result.answered]

    @property
    def refused(self) -> list[Result]:
        """The calls that were not."""
        return [result for result in self.results if not result.answered]

    def of(self, lane: Lane, kinds: Sequence[Kind]) -> Phase:
        """The calls of one class."""
        results = [result for result in self.results if kinds[result.kind].lane is lane]
        return Phase(self.name, self.begun, self.ended, self.rate, results, self.own_s)


def quantile(results: Sequence[Result], part: float) -> float:
    """Seconds within which that part of calls ended; 0 of none."""
    took = sorted(result.took for result in results)
    return took[min(len(took) - 1, int(len(took) * part))] if took else 0.0


def run(crowd: Crowd, kinds: Sequence[Kind], dice: random.Random, unit_s: float) -> Iterator[Phase]:
    """The phases, one after the other."""
    warm = _phase("warm", lambda: crowd.closed_loop(DEPTH, max(1.0, unit_s * 0.3)))
    if silent := {kind.name for kind in kinds} - {kinds[each.kind].name for each in warm.answered}:
        raise SystemExit(
            f"overload: never answered, though nothing was the matter: {', '.join(sorted(silent))}"
        )
    whole = _phase("capacity", lambda: crowd.closed_loop(DEPTH, unit_s))
    carried = len(whole.answered) / (whole.ended - whole.begun)
    yield Phase(whole.name, whole.begun, whole.ended, carried, whole.results, whole.own_s)
    for name, part, units in (("normal", NORMAL, 2.0), ("overload", OVER, 3.0), ("after", NORMAL, 2.0)):
        rate = part * carried
        found = _phase(name, lambda r=rate, u=units: crowd.open_loop(r, u * unit_s, dice.expovariate))
        yield Phase(name, found.begun, found.begun + units * unit_s, rate, found.results, found.own_s)


def recovery_s(after: Phase, normal: Phase) -> float | None:
    """Seconds until it answered as before, None: it did not."""
    most, seconds = TIMES * quantile(normal.answered, 0.99), int(after.ended - after.begun)
    good = [_is_good(after, second, most) for second in range(seconds)]
    return next((float(n) for n in range(seconds - 1) if good[n] and good[n + 1]), None)


def _is_good(phase: Phase, second: int, most: float) -> bool:
    within = [each for each in phase.results if second <= each.due - phase.begun < second + 1]
    return all(each.answered for each in within) and quantile(within, 0.99) <= most


def _phase(name: str, work: object) -> Phase:
    used, begun = _own_s(), time.perf_counter()
    results = work()  # type: ignore[operator]
    return Phase(name, begun, time.perf_counter(), 0.0, results, _own_s() - used)


def _own_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
