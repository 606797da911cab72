"""The scheduler (调度): which call comes next, which waits, and which is refused. Pure: the clock is an
argument, and nothing here waits or knows of threads.

* **Order.** Calls that wait stand in their class (``classes.Lane``). Classes share the turns by weight,
  callers of a class evenly, by the processor time that their calls take (stride scheduling, Waldspurger
  1995); calls of one caller come in their order. The vital class comes first, and has turns of its own.
* **Bounds.** At most ``running`` calls work at a time. One that waits for something itself (a disk, another
  process) gives its turn away (``rest``), and one that has had it for ``turn_s`` loses it: whatever it does,
  or waits for without saying so, holds nobody up for longer. Both keep their threads: there are ``threads``,
  and one caller has ``each`` of them at most, and ``vital`` for vital calls besides. A class holds ``depth``
  calls: when it is full, the caller with most of them loses its last one to a caller with fewer, so that who
  floods floods itself.
* **Time.** A call that could not be answered within its deadline, as long as calls of its method take, after
  the wait that calls of its class have had, is refused when it comes; so is one that would wait longer than
  its class waits. One that has waited so long after all is refused then. A queue that has just begun is no
  overload: who comes in its first moments may wait as long as these (CoDel, RFC 8289 §4: a standing queue is
  what harms).

Example: two run, 40 of a flooding caller wait. A question of another comes: it is the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic

from registry.load.classes import STANDINGS, Lane
from registry.load.queues import Queue, Ticket, Work

RESERVE_S = 0.005
"""What is left of a deadline for an answer to arrive."""
UNKNOWN_S = 0.001
"""How long a call takes of whose method nothing is known yet."""
COSTS = 2
"""A call waits at least for as long as so many of its own kind take: where all are slow, slow is normal."""
SURE = 0.7
"""What part of its patience a call may be expected to wait: most that would be late are told at once."""
BURST_S = 0.25
"""How long a queue is a burst and no overload yet."""
HURRIED = 0.4
"""How long a call waits in a class of which many were refused lately, in times ``wait_s``."""
NEW = 0.1
"""What the newest of a series counts in its mean."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """See ``[load]`` in registry.toml, and above."""

    running: int = 1
    vital: int = 2
    threads: int = 24
    each: int = 16
    depth: int = 256
    wait_s: float = 0.05
    held_bytes: int = 128 << 20
    """Of requests that wait or are served; one caller's are half of it at most."""
    turn_s: float = 0.03
    """How long a turn lasts: who needs longer works on beside the next."""
    default_s: float = 30.0
    """The deadline of a call that brings none."""


@dataclass(slots=True)
class Counts:
    """Of one class, since the start."""

    served: int = 0
    full: int = 0
    late: int = 0


class Lanes(Generic[Work]):
    """Calls that run and calls that wait. Not safe to share between threads: the pool has a lock."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.counts = {lane: Counts() for lane in Lane}
        self._queues: dict[Lane, Queue[Work]] = {lane: Queue() for lane in Lane}
        self._costs: dict[str, float] = {}
        self._works: dict[str, float] = {}
        self._threads: dict[tuple[bool, str], int] = {}
        self._bytes: dict[str, int] = {}
        self._all_bytes = 0
        self._running = 0
        self._at_work: set[Ticket[Work]] = set()
        self._used = 0
        self._vital_used = 0
        self._reached = 0.0

    def refuses(self, ticket: Ticket[Work], now: float, left_s: float | None) -> bool:
        """Whether a call that has ``left_s`` seconds is to be refused as it comes, before it is read."""
        ticket.since = now
        ticket.until = now + (self.bounds.default_s if left_s is None else left_s)
        queue, counts = self._queues[ticket.lane], self.counts[ticket.lane]
        crowded = queue.lately.is_crowded(now)
        ticket.bursting = not crowded and (not queue.waiting or now - queue.began < BURST_S)
        ticket.hurried = crowded and ticket.lane is not Lane.VITAL
        wait_s = queue.wait_s(ticket.caller)
        cost = self._cost(ticket) if queue.running or queue.waiting else 0.0
        if wait_s > SURE * self._patience_s(ticket):
            self._count_late(ticket.lane, now)
            return True
        if now + wait_s + cost + RESERVE_S > ticket.until:
            counts.late += 1  # Its own deadline is too short: that says nothing of the class.
            return True
        if queue.waiting >= self.bounds.depth and queue.longest(ticket.caller) is None:
            counts.full += 1
            return True
        return False

    def offer(self, ticket: Ticket[Work], now: float, left_s: float | None) -> list[Ticket[Work]]:
        """Takes a call in; answers those that are refused for it: itself, perhaps, or the last one of who has
        most. None of these is heard of again."""
        if self.refuses(ticket, now, left_s):
            return [ticket]
        if not self._has_room(ticket):
            self.counts[ticket.lane].full += 1
            return [ticket]
        queue = self._queues[ticket.lane]
        out = queue.longest(ticket.caller) if queue.waiting >= self.bounds.depth else None
        if out is not None:
            self.counts[ticket.lane].full += 1
            queue.leave(out)
            self._weigh(out, -out.size)
        self._weigh(ticket, ticket.size)
        queue.enter(ticket, self._reached)
        return [] if out is None else [out]

    def take(self, now: float) -> tuple[Ticket[Work] | None, list[Ticket[Work]]]:
        """The next call to be served, if there is room for it, and those that waited too long for that."""
        late: list[Ticket[Work]] = []
        for lane in self._order():
            while (ticket := self._first(lane)) is not None:
                if not self._is_late(ticket, now):
                    self._start(self._queues[lane], ticket, now)
                    return ticket, late
                late.append(self._given_up(ticket, now))
        return None, late

    def sweep(self, now: float) -> list[Ticket[Work]]:
        """Those that have waited too long, though nobody was to be served in their place. A call that has had
        its turn for long has it no longer."""
        for ticket in [each for each in self._at_work if now - each.turn > self.bounds.turn_s]:
            self.rest(ticket)
        callers = (held for queue in self._queues.values() for held in queue.callers.values())
        waiting = [ticket for held in callers for ticket in held.tickets]
        return [self._given_up(ticket, now) for ticket in waiting if self._is_late(ticket, now)]

    def rest(self, ticket: Ticket[Work]) -> None:
        """A call that runs waits for something from now on, and another may run meanwhile."""
        if not ticket.resting:
            ticket.resting = True
            self._stop(ticket)

    def resume(self, ticket: Ticket[Work], now: float) -> None:
        """It has what it waited for, and works on: what has begun goes before what has not."""
        if ticket.resting:
            ticket.resting = False
            self._go(ticket, now)

    def end(self, ticket: Ticket[Work], now: float, worked_s: float) -> None:
        """A call that was taken has been served; it took so much of the processor."""
        assert ticket.started is not None
        self._let_go(ticket)
        self.counts[ticket.lane].served += 1
        for means, new in ((self._costs, now - ticket.started), (self._works, worked_s)):
            known = means.get(ticket.method)
            means[ticket.method] = new if known is None else known + NEW * (new - known)

    def give_up(self, ticket: Ticket[Work]) -> None:
        """A call that was taken is not served after all: there is no thread for it."""
        self._let_go(ticket)
        self.counts[ticket.lane].full += 1

    def waiting(self, lane: Lane) -> int:
        """How many wait in a class."""
        return self._queues[lane].waiting

    @property
    def all_waiting(self) -> int:
        """How many wait in all."""
        return sum(queue.waiting for queue in self._queues.values())

    @property
    def held_bytes(self) -> int:
        """Bytes of the requests that wait or are served."""
        return self._all_bytes

    @property
    def running(self) -> int:
        """How many calls work."""
        return self._running

    @property
    def used(self) -> int:
        """How many threads have a call, those that wait for something with them."""
        return self._used

    # --- order

    def _order(self) -> Iterator[Lane]:
        """The classes that may have the next turn, the one that has got least first."""
        bounds = self.bounds
        if self._used >= bounds.threads:
            return
        others = self._running - self._vital_used
        turns = self._vital_used + min(others, bounds.running)  # Those that work on after a wait may be more.
        if self._queues[Lane.VITAL].waiting and turns < bounds.running + bounds.vital:
            yield Lane.VITAL
        if others >= bounds.running or self._used >= bounds.threads - bounds.vital:
            return
        waiting = [lane for lane in Lane if lane is not Lane.VITAL and self._queues[lane].waiting]
        if len(waiting) > 1:
            waiting.sort(key=lambda lane: self._queues[lane].passed)
        for lane in waiting:
            if self._may_have_another(lane):
                yield lane

    def _may_have_another(self, lane: Lane) -> bool:
        standing, queue = STANDINGS[lane], self._queues[lane]
        bounds = ((standing.running, queue.running), (standing.held, queue.held))
        return all(most is None or now < most for most, now in bounds)

    def _first(self, lane: Lane) -> Ticket[Work] | None:
        """The next call of a class: of the caller that has got least and may have one more thread."""
        vital, callers = lane is Lane.VITAL, self._queues[lane].callers
        each = self.bounds.vital if vital else self.bounds.each  # Its own turns, and nobody else's.
        free = [held for name, held in callers.items() if self._threads.get((vital, name), 0) < each]
        return min(free, key=lambda held: held.passed).tickets[0] if free else None

    # --- in and out

    def _start(self, queue: Queue[Work], ticket: Ticket[Work], now: float) -> None:
        cost, lane = self._works.get(ticket.method, UNKNOWN_S), ticket.lane
        queue.serve(ticket, cost)
        if lane is not Lane.VITAL:
            self._reached = queue.passed
        queue.passed += cost / STANDINGS[lane].weight
        queue.pace += NEW * (now - max(queue.last_start, ticket.since) - queue.pace)
        queue.last_start = now
        queue.lately.count(now, refused=False)
        ticket.started = now
        queue.held += 1
        self._used += 1
        self._go(ticket, now)
        whose = (lane is Lane.VITAL, ticket.caller)
        self._threads[whose] = self._threads.get(whose, 0) + 1

    def _let_go(self, ticket: Ticket[Work]) -> None:
        """A call has its thread no longer."""
        if not ticket.resting:
            self._stop(ticket)
        self._queues[ticket.lane].held -= 1
        self._used -= 1
        self._weigh(ticket, -ticket.size)
        whose = (ticket.lane is Lane.VITAL, ticket.caller)
        left = self._threads[whose] - 1
        if left:
            self._threads[whose] = left
        else:
            del self._threads[whose]

    def _go(self, ticket: Ticket[Work], now: float) -> None:
        ticket.turn = now
        self._at_work.add(ticket)
        self._queues[ticket.lane].running += 1
        self._running += 1
        self._vital_used += ticket.lane is Lane.VITAL

    def _stop(self, ticket: Ticket[Work]) -> None:
        self._at_work.discard(ticket)
        self._queues[ticket.lane].running -= 1
        self._running -= 1
        self._vital_used -= ticket.lane is Lane.VITAL

    def _given_up(self, ticket: Ticket[Work], now: float) -> Ticket[Work]:
        self._queues[ticket.lane].leave(ticket)
        self._weigh(ticket, -ticket.size)
        self._count_late(ticket.lane, now)
        return ticket

    def _count_late(self, lane: Lane, now: float) -> None:
        self.counts[lane].late += 1
        self._queues[lane].lately.count(now, refused=True)

    # --- bytes

    def _has_room(self, ticket: Ticket[Work]) -> bool:
        most, own = self.bounds.held_bytes, self._bytes.get(ticket.caller, 0)
        return self._all_bytes + ticket.size <= most and own + ticket.size <= most // 2

    def _weigh(self, ticket: Ticket[Work], size: int) -> None:
        self._all_bytes += size
        own = self._bytes.get(ticket.caller, 0) + size
        if own:
            self._bytes[ticket.caller] = own
        else:
            self._bytes.pop(ticket.caller, None)

    # --- time

    # Where nothing of a class is at work, nobody is refused for what its calls took once: that may be over (a
    # database that hung), and would never be found out.

    def _cost(self, ticket: Ticket[Work]) -> float:
        return self._costs.get(ticket.method, UNKNOWN_S)

    def _is_late(self, ticket: Ticket[Work], now: float) -> bool:
        cost = self._cost(ticket) if self._queues[ticket.lane].running else 0.0
        return now > min(ticket.since + self._patience_s(ticket), ticket.until - cost)

    def _patience_s(self, ticket: Ticket[Work]) -> float:
        standing = STANDINGS[ticket.lane]
        if ticket.hurried:
            works_s = self._works.get(ticket.method, UNKNOWN_S)
            return max(HURRIED * self.bounds.wait_s, COSTS * works_s)
        burst_s = BURST_S if ticket.bursting else 0.0
        return max(self.bounds.wait_s * standing.patience, COSTS * self._cost(ticket), burst_s)
