"""A server without threads: calls arrive at instants, work takes what it takes, and the lanes decide."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from registry.load.classes import Lane
from registry.load.lanes import Bounds, Lanes
from registry.load.queues import Ticket


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call: when, of whom, how long it takes, how long it has."""

    at: float
    lane: Lane
    caller: str
    takes: float = 0.01
    left_s: float | None = None
    method: str = "m"
    size: int = 0


@dataclass(slots=True)
class Outcome:
    """What became of the calls: in the order of their starts, how long each waited, who was refused when."""

    started: list[Arrival] = field(default_factory=list)
    waits: dict[int, float] = field(default_factory=dict)
    refused: list[tuple[Arrival, float]] = field(default_factory=list)

    def served(self) -> Counter[str]:
        """How many calls of each caller were served."""
        return Counter(each.caller for each in self.started)

    def worked(self) -> dict[Lane, float]:
        """Seconds of work by class."""
        spent: dict[Lane, float] = dict.fromkeys(Lane, 0.0)
        for each in self.started:
            spent[each.lane] += each.takes
        return spent


def simulate(arrivals: Iterable[Arrival], bounds: Bounds) -> Outcome:
    """Lets calls arrive at a server whose calls work one beside the other without hindering one another."""
    lanes: Lanes[Arrival] = Lanes(bounds)
    outcome, events = Outcome(), list[tuple[float, int, int, Any]]()
    for number, each in enumerate(sorted(arrivals, key=lambda each: each.at)):
        heapq.heappush(events, (each.at, 0, number, each))
    counter = len(events)
    while events:
        now, kind, _, found = heapq.heappop(events)
        if kind == 0:
            arrival: Arrival = found
            ticket = Ticket(arrival.lane, arrival.caller, arrival.method, arrival, arrival.size)
            outcome.refused += [(each.work, now) for each in lanes.offer(ticket, now, arrival.left_s)]
        else:
            lanes.end(found, now, found.work.takes)
        outcome.refused += [(each.work, now) for each in lanes.sweep(now)]
        while True:
            taken, late = lanes.take(now)
            outcome.refused += [(each.work, now) for each in late]
            if taken is None:
                break
            outcome.started.append(taken.work)
            outcome.waits[id(taken.work)] = now - taken.work.at
            counter += 1
            heapq.heappush(events, (now + taken.work.takes, 1, counter, taken))
    return outcome
