"""One who states and asks in a round, and does not give up: what was not answered is sent again as it was.

A clerk knows two ways to the registry, whatever they are: one submits envelopes and gives the outcomes, one
asks whether a firm may take part. Both raise one of ``TROUBLE`` where they fail, with a reason to count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import Statement
from tests.support.events import ban, correction, firm, penalty, withdrawal
from tests.support.spine import Spine
from torture.network.account import Account

KEY = "财政"
BAN = "M-PRO-01"
PATIENCE_S = 40.0
"""How long a clerk tries: longer than anything that heals here takes."""
PAUSE_S = 0.02


class NotAnsweredError(Exception):
    """A call that failed; the message is its reason."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one statement."""

    statement_id: str
    position: int | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, and up to where it takes the log into account, if that was said."""

    verdict: int
    known: int | None = None


Submit = Callable[[Sequence[Envelope]], Sequence[Outcome]]
Ask = Callable[[int], Answer]


@dataclass(slots=True)
class Clerk:
    """States for one department; ``first`` is the number of its first firm."""

    spine: Spine
    account: Account
    submit: Submit
    ask: Ask
    name: str = "B"
    first: int = 1
    key: str = KEY
    patience_s: float = PATIENCE_S
    _blocks: dict[str, int] = field(default_factory=dict)
    _stated: int = 0

    def block(self, count: int) -> list[Envelope]:
        """Bans of firms of their own, not sent yet."""
        return [self._ban() for _ in range(count)]

    def mixed(self) -> list[Envelope]:
        """A group with every kind of row that this department's statements make: a ban, a penalty, another
        measure, a correction and a withdrawal of what stands before in the same group, and bans enough for
        rows to be copied in bulk."""
        sealed = self.block(5)
        number = self.first + self._stated
        fine = penalty(self.key, firm(number + 500))
        replaced = ban(self.key, firm(number + 600), BAN, "2026-03-01", "2027-03-01")
        names = [f"{self.name}-{number}-{kind}" for kind in ("fine", "ban", "corrected", "back")]
        bodies: list[dict[str, Any]] = [
            {"event": fine},
            {"event": ban(self.key, firm(number + 600), BAN, "2026-03-01", "2028-03-01")},
            {"correction": correction(self.key, names[1], replaced)},
            {"withdrawal": withdrawal(self.key, names[0])},
        ]
        return sealed + [self._sealed(name, **body) for name, body in zip(names, bodies, strict=True)]

    def state(self, envelopes: Sequence[Envelope]) -> bool:
        """Submits envelopes until every one is acknowledged; whether that was in time."""
        for envelope in envelopes:
            statement = Statement.FromString(envelope.payload)
            self.account.submitted(statement.statement_id, envelope.payload)
        until = time.monotonic() + self.patience_s
        while True:
            try:
                self._take(self.submit(envelopes))
                return True
            except NotAnsweredError as error:
                self.account.failed(str(error))
                if time.monotonic() > until:
                    self.account.hung(f"nothing is acknowledged: {error}")
                    return False
                time.sleep(PAUSE_S)

    def question(self, number: int) -> bool:
        """Asks about a firm whose block is acknowledged; whether it was answered."""
        try:
            answer = self.ask(number)
        except NotAnsweredError as error:
            self.account.failed(f"asked: {error}")
            return False
        self.account.answered(number, answer.verdict, answer.known)
        return True

    def ask_all(self) -> None:
        """Asks about every firm that is blocked, each until it is answered."""
        until = time.monotonic() + self.patience_s
        for number in self.account.blocked():
            while not self.question(number):
                if time.monotonic() > until:
                    self.account.hung(f"nobody answers about firm {number}")
                    return
                time.sleep(PAUSE_S)

    def _take(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.position is None:
                raise AssertionError(f"{outcome.statement_id} refused: {outcome.refusal}")
            blocks = self._blocks.get(outcome.statement_id)
            self.account.acknowledged(outcome.statement_id, outcome.position, blocks=blocks)

    def _ban(self) -> Envelope:
        number = self.first + self._stated
        self._stated += 1
        name = f"{self.name}-{number}"
        self._blocks[name] = number
        return self._sealed(name, event=ban(self.key, firm(number), BAN, "2026-03-01", "2028-03-01"))

    def _sealed(self, name: str, **body: Any) -> Envelope:
        return self.spine.seal(self.key, self.spine.statement(self.key, name, **body))


@dataclass(slots=True)
class Crowd:
    """Clerks that state and ask side by side until told to stop."""

    clerks: Sequence[Clerk]
    pause_s: float = PAUSE_S
    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def __enter__(self) -> Crowd:
        for number, clerk in enumerate(self.clerks):
            for work in (self._state, self._ask):
                name = f"{work.__name__}-{number}"
                self._threads.append(Thread(target=work, args=(clerk,), name=name, daemon=True))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends them when each has its answer; who has none in time is counted."""
        self._over.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE_S)
            if thread.is_alive():
                self.clerks[0].account.hung(f"{thread.name} never ended")

    def _state(self, clerk: Clerk) -> None:
        while not self._over.is_set():
            clerk.state(clerk.block(2))
            self._over.wait(self.pause_s)

    def _ask(self, clerk: Clerk) -> None:
        while not self._over.is_set():
            blocked = clerk.account.blocked()
            if blocked:
                clerk.question(blocked[-1])
                clerk.question(blocked[0])
            self._over.wait(self.pause_s)
