"""Who states and who asks while machines of the database die, and what each of them was told.

A stater states bans, each of a firm of its own, and states what was not answered again, under the same id,
until it is. An asker asks about firms whose ban was acknowledged before it asked: whatever answers, it must
not say CLEAR. One asks about the newest, and so often of something of which nobody was told yet (the writer
records that first); one about a firm of which it was told, which needs nobody who writes.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

import grpc

from registry.access.identity import CallerRole
from registry.v1 import envelope_pb2, intake_service_pb2, verdict_pb2
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import ban, firm
from tests.support.reports import question
from tests.support.served import Served, connect, refusal_of

PATIENCE_S = 8.0
"""The deadline of one call."""
PAUSE_S = 0.02
"""Between two calls of one client: the machine is shared with three databases."""
BANNED = "财政"


@dataclass(slots=True)
class Told:
    """What all clients together were told."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    """Statement id → position."""
    firms: list[int] = field(default_factory=list)
    """Whose bans were acknowledged, in that order."""
    wrong: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    state_pause_s: float = 0.0
    ask_pause_s: float = 0.0
    _lock: Any = field(default_factory=Lock)

    def take(self, result: intake_service_pb2.SubmitResult, number: int) -> None:
        """The answer to a statement. It must have the position that it had before, if it had one."""
        if not result.HasField("accepted"):
            self.wrong.append(f"{result.statement_id} refused: {result.refused.faults}")
            return
        position = result.accepted.position
        with self._lock:
            if self.acknowledged.setdefault(result.statement_id, position) != position:
                self.wrong.append(f"{result.statement_id} at two positions")
            self.firms.append(number)

    def refuse(self, what: str, error: Any) -> None:
        """A call that failed, by its reason."""
        refusal = refusal_of(error)
        self.refused[f"{what} {refusal.reason or refusal.code.name}"] += 1


@dataclass(slots=True)
class Stater:
    """One who states bans, and does not give up."""

    served: Served
    told: Told
    numbers: Iterator[int]

    def run(self, over: Event) -> None:
        """States until told to stop; then only what is not answered yet."""
        last = time.monotonic()
        own = self.served.authority.client(self.served.department(BANNED).uri)
        with connect(self.served.target, self.served.trusted, own) as channel:
            stub = IntakeServiceStub(channel)
            while not over.is_set():
                numbers = [next(self.numbers) for _ in range(3)]
                envelopes = [self._sealed(number) for number in numbers]
                self._state(stub, numbers, envelopes)
                now = time.monotonic()
                self.told.state_pause_s = max(self.told.state_pause_s, now - last)
                last = now
                time.sleep(PAUSE_S)

    def _state(self, stub: Any, numbers: list[int], envelopes: list[envelope_pb2.Envelope]) -> None:
        request = intake_service_pb2.SubmitRequest(envelopes=envelopes)
        while True:
            try:
                results = stub.Submit(request, timeout=PATIENCE_S, wait_for_ready=True).results
            except grpc.RpcError as error:
                self.told.refuse("Submit", error)
                time.sleep(10 * PAUSE_S)
                continue
            for number, result in zip(numbers, results, strict=True):
                self.told.take(result, number)
            return

    def _sealed(self, number: int) -> envelope_pb2.Envelope:
        spine = self.served.spine
        event = ban(BANNED, firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        return spine.seal(BANNED, spine.statement(BANNED, f"B-{number}", event=event))


@dataclass(slots=True)
class Asker:
    """One who asks about firms that are banned; ``newest`` or always one."""

    served: Served
    told: Told
    newest: bool

    def run(self, over: Event) -> None:
        """Asks until told to stop."""
        last = time.monotonic()
        system = self.served.system(CallerRole.PROCUREMENT_SYSTEM, f"asker-{int(self.newest)}")
        own = self.served.authority.client(system.uri)
        with connect(self.served.target, self.served.trusted, own) as channel:
            stub = RestrictionServiceStub(channel)
            while not over.is_set():
                if self.told.firms and self._ask(stub, self.told.firms[-1 if self.newest else 0]):
                    now = time.monotonic()
                    if not self.newest:
                        self.told.ask_pause_s = max(self.told.ask_pause_s, now - last)
                    last = now
                time.sleep(PAUSE_S)

    def _ask(self, stub: Any, number: int) -> bool:
        least = self.told.acknowledged[f"B-{number}"]
        try:
            answer = stub.Check(question(firm(number)), timeout=PATIENCE_S, wait_for_ready=True)
        except grpc.RpcError as error:
            self.told.refuse("Check", error)
            return False
        self.told.answers += 1
        if answer.verdict == verdict_pb2.VERDICT_CLEAR or (
            answer.verdict != verdict_pb2.VERDICT_BLOCKED and answer.answered.known_position >= least
        ):
            verdict = verdict_pb2.Verdict.Name(answer.verdict)
            known = answer.answered.known_position
            self.told.wrong.append(f"firm {number} banned at {least}: {verdict}, known up to {known}")
        return True


@contextmanager
def loaded(served: Served) -> Iterator[Told]:
    """Two that state and two that ask, until the block ends; what they were told."""
    told, over, numbers = Told(), Event(), itertools.count(1)
    clients: list[Stater | Asker] = [Stater(served, told, numbers) for _ in range(2)]
    clients += [Asker(served, told, newest) for newest in (True, False)]
    threads = [Thread(target=client.run, args=(over,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a client was never answered"
