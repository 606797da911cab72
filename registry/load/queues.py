"""A class's queue (队列): its callers and the calls they have waiting. Pure.

Calls of one caller come in their order. A caller counts what its calls took (``passed``): who has got least
is the next, and who comes anew begins where the others are, for who had nothing to do has saved up nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from registry.load.classes import Lane
from registry.load.lately import Lately

Work = TypeVar("Work")

MANY = 1024
"""Callers of whom a class remembers how far they got, more or less."""


@dataclass(eq=False, slots=True)
class Ticket(Generic[Work]):
    """A call: of whom, in which class, by which method; ``until``: when its answer is of no more use."""

    lane: Lane
    caller: str
    method: str
    work: Work
    size: int = 0
    since: float = 0.0
    until: float = 0.0
    bursting: bool = False
    hurried: bool = False
    started: float | None = None
    turn: float = 0.0
    resting: bool = False


@dataclass(slots=True)
class Waiting(Generic[Work]):
    """What a caller has waiting in one class, and how far it has got."""

    tickets: deque[Ticket[Work]] = field(default_factory=deque)
    passed: float = 0.0


@dataclass(slots=True)
class Queue(Generic[Work]):
    """A class: its callers with calls waiting, and how far those got that had some lately; ``began``: since
    when somebody has been waiting without a break, ``passed``: how far it has got itself, ``reached``: how
    far its callers have, ``pace``: seconds that a call waits when it is the next, ``lately``:
    how many were served and refused."""

    callers: dict[str, Waiting[Work]] = field(default_factory=dict)
    ahead: dict[str, float] = field(default_factory=dict)
    waiting: int = 0
    running: int = 0
    held: int = 0
    began: float = 0.0
    passed: float = 0.0
    reached: float = 0.0
    pace: float = 0.0
    last_start: float = 0.0
    lately: Lately = field(default_factory=Lately)

    def enter(self, ticket: Ticket[Work], reached: float) -> None:
        """A call waits from now on. ``reached``: how far the classes have got."""
        if not self.waiting:
            self.began = ticket.since
            self.passed = max(self.passed, reached)
        held = self.callers.get(ticket.caller)
        if held is None:
            passed = max(self.reached, self.ahead.get(ticket.caller, 0.0))
            held = self.callers[ticket.caller] = Waiting(passed=passed)
        held.tickets.append(ticket)
        self.waiting += 1

    def leave(self, ticket: Ticket[Work]) -> None:
        """A call waits no longer."""
        held = self.callers[ticket.caller]
        held.tickets.remove(ticket)
        if not held.tickets:
            del self.callers[ticket.caller]
            self.ahead[ticket.caller] = held.passed
            if len(self.ahead) > MANY:
                self.ahead = {name: passed for name, passed in self.ahead.items() if passed > self.reached}
        self.waiting -= 1

    def serve(self, ticket: Ticket[Work], cost: float) -> None:
        """The next call of its caller leaves to be served; it takes about so many seconds of work."""
        held = self.callers[ticket.caller]
        self.reached = max(self.reached, held.passed)
        held.passed += cost
        self.leave(ticket)

    def longest(self, caller: str) -> Ticket[Work] | None:
        """The last call of who has most waiting, if that is more than a newcomer would have."""
        if not self.callers:
            return None
        most = max(self.callers.values(), key=lambda held: len(held.tickets))
        return most.tickets[-1] if len(most.tickets) > 1 + self._own(caller) else None

    def wait_s(self, caller: str) -> float:
        """How long a caller's next call would wait, by those before it and the pace of the class."""
        if not self.waiting:
            return 0.0
        before = min(self.waiting, (self._own(caller) + 1) * len(self.callers))
        return before * self.pace

    def _own(self, caller: str) -> int:
        own = self.callers.get(caller)
        return len(own.tickets) if own else 0
