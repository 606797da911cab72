"""Queues that no machine at hand can show, as discrete events: seeded, so that a run can be had again.

    writer     statements come as they like (Poisson), or from callers that wait for each answer; whoever
               waits when a group ends is in the next, up to 1,024: as in ``registry.store.writer``
    checks     on reading processes, each with a queue of its own, as SO_REUSEPORT spreads connections; or all
               with one queue, for comparison with what is known of M/D/c
    lag        a group is seen by a reading process on another machine when it has come there and the process
               has looked, which it does every 20 ms; who was told a position asks for it there

What is left out: that reading slows writing on the same machine, and that the network loses.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from math import log

LOOK_S = 0.020
"""How often a reading process looks at its store."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long it took until an answer, in seconds, and how many answers there were in one."""

    mean: float
    median: float
    p99: float
    rate: float


def told(taken: list[float], span_s: float) -> Waits:
    """Of all times, and the span in which they fell."""
    ordered = sorted(taken)
    count = len(ordered)
    return Waits(
        sum(ordered) / count,
        ordered[count // 2],
        ordered[int(count * 0.99)],
        count / span_s if span_s else 0.0,
    )


def arrivals(rate: float, count: int, dice: random.Random) -> Iterator[float]:
    """Instants of a Poisson process."""
    now = 0.0
    for _ in range(count):
        now += dice.expovariate(rate)
        yield now


def writer(
    rate: float, *, group_s: float, each_s: float, count: int = 200_000, most: int = 1024, seed: int = 1
) -> Waits:
    """From the moment a statement is queued until its group is durable; ``rate`` a second come."""
    waiting, taken, free = list(arrivals(rate, count, random.Random(seed))), [], 0.0
    first = 0
    while first < count:
        begin = max(free, waiting[first])
        last = first + 1
        while last < count and last - first < most and waiting[last] <= begin:
            last += 1
        free = begin + group_s + (last - first) * each_s
        taken += [free - each for each in waiting[first:last]]
        first = last
    return told(taken, free)


def closed_writer(
    callers: int, per_call: int, *, group_s: float, each_s: float, groups: int = 1000, most: int = 1024
) -> float:
    """Statements a second if so many callers wait for each answer before they state more. Who is answered
    states more while the next group is written."""
    at_once = max(1, most // per_call)
    group, waiting, now, done = 1, callers - 1, 0.0, 0
    for _ in range(groups):
        now += group_s + group * per_call * each_s
        done += group * per_call
        if waiting:
            following = min(waiting, at_once)
            group, waiting = following, waiting - following + group
    return done / now


def checks(
    rate: float,
    servers: int,
    service_s: float,
    *,
    shared: bool = False,
    exponential: bool = False,
    count: int = 400_000,
    seed: int = 1,
) -> Waits:
    """From a question to its answer on so many processes. ``shared``: one queue for all; ``exponential``: the
    time an answer takes varies so, instead of being always the same."""
    dice = random.Random(seed)
    free = [0.0] * servers
    taken, last = [], 0.0
    for now in arrivals(rate, count, dice):
        took = -service_s * log(1.0 - dice.random()) if exponential else service_s
        if shared:
            end = max(now, free[0]) + took
            heapq.heapreplace(free, end)
        else:
            place = dice.randrange(servers)
            end = free[place] = max(now, free[place]) + took
        taken.append(end - now)
        last = max(last, end)
    return told(taken, last)


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds until a reading process elsewhere has a position, and the part of those who ask for it, so long
    after they were told, that are answered by the primary."""

    median: float
    p99: float
    fallen_back: float


def lag(
    *,
    network_s: float,
    replay_s: float,
    slow: float,
    asked_after_s: float,
    count: int = 100_000,
    seed: int = 1,
) -> Lag:
    """A group comes over a network, is replayed (exponential about a mean; ``slow`` of them take ten times as
    long) and seen at the next look."""
    dice = random.Random(seed)
    found = []
    for _ in range(count):
        replay = dice.expovariate(1 / replay_s) * (10 if dice.random() < slow else 1)
        found.append(network_s + replay + dice.random() * LOOK_S)
    found.sort()
    late = sum(each > asked_after_s for each in found)
    return Lag(found[count // 2], found[int(count * 0.99)], late / count)
