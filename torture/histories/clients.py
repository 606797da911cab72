"""The clients: departments that state and withdraw bans, systems that ask; a thread and a connection each.

A writer that does not know what became of a statement sends it again, as it was, until it knows: then the
call has lasted all the while. If the run ends before, nobody knows, and it may have taken effect or not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

import grpc

from registry.access.identity import CallerRole
from registry.v1 import consistency_pb2, intake_service_pb2, restriction_service_pb2, verdict_pb2
from registry.v1.envelope_pb2 import Envelope
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import ban, firm, withdrawal
from tests.support.reports import question
from tests.support.served import Served, connect
from torture.histories.record import (
    ANSWERED,
    BAN,
    CHECK,
    EXACT,
    FRESH,
    FULLY,
    LATENCY,
    PLACED,
    REFUSED,
    UNKNOWN,
    WITHDRAW,
    Operation,
)

KEY = "财政"
FIRMS = (0, 1, 2)
"""Few, so that clients meet at them."""
CALL_S = 5.0
"""Deadline of a call."""
LEVELS = (LATENCY, LATENCY, LATENCY, FULLY, FULLY, FRESH, FRESH, EXACT)
BY_TABLE = 0.25
"""How many of the questions are about all firms and many others at once."""
STRANGERS = range(100, 140)
"""Firms of which nothing is stated."""
PAUSE_S = 0.002
AGAIN_S = 0.1


class Told(NamedTuple):
    """What an answer tells of a firm."""

    position: int
    verdict: str
    hits: tuple[str, ...]


NOTHING = Told(-1, "", ())


@dataclass(slots=True)
class Book:
    """What all clients have written down, and the positions that were told to anybody."""

    operations: list[Operation] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, operation: Operation) -> None:
        """Writes a call down."""
        with self.lock:
            self.operations.append(operation)
            if operation.written:
                self.told.append(operation.position)


@dataclass(slots=True)
class Client:
    """One client with a seed of its own. ``over`` ends it."""

    name: str
    served: Served
    book: Book
    chance: Random
    over: Event
    standing: list[tuple[int, str]] = field(default_factory=list)
    numbers: int = 0

    def write(self) -> None:
        """States and withdraws until it is over."""
        with self._channel(KEY) as channel:
            stub = IntakeServiceStub(channel)
            while not self.over.is_set():
                self._write(stub)
                time.sleep(PAUSE_S * self.chance.random())

    def _write(self, stub: IntakeServiceStub) -> None:
        self.numbers += 1
        name = f"{self.name}-{self.numbers}"
        if self.standing and self.chance.random() < 0.5:
            number, target = self.standing.pop(self.chance.randrange(len(self.standing)))
            envelope = self._sealed(name, withdrawal=withdrawal(KEY, target))
            self._sent(stub, WITHDRAW, number, target, envelope)
            return
        number = self.chance.choice(FIRMS)
        event = ban(KEY, firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        if self._sent(stub, BAN, number, name, self._sealed(name, event=event)) == PLACED:
            self.standing.append((number, name))

    def _sealed(self, name: str, **body: Any) -> Envelope:
        spine = self.served.spine
        with self.book.lock:  # Nonces are counted.
            return spine.seal(KEY, spine.statement(KEY, name, **body))

    def _sent(self, stub: IntakeServiceStub, kind: str, number: int, ban_id: str, envelope: Envelope) -> str:
        """Sends a statement until it is known what became of it."""
        request = intake_service_pb2.SubmitRequest(envelopes=[envelope])
        invoked, outcome, position = time.monotonic_ns(), UNKNOWN, -1
        while outcome == UNKNOWN:
            try:
                result = stub.Submit(request, timeout=CALL_S).results[0]
            except grpc.RpcError:
                if self.over.wait(AGAIN_S):
                    break
                continue
            outcome = PLACED if result.HasField("accepted") else REFUSED
            position = result.accepted.position if outcome == PLACED else -1
        returned = time.monotonic_ns() if outcome != UNKNOWN else None
        code = str(firm(number).identifier.value)
        self.book.add(
            Operation(self.name, kind, code, invoked, returned, outcome, id=ban_id, position=position)
        )
        return outcome

    def ask(self) -> None:
        """Asks until it is over; a question that fails shows nothing but is written down."""
        with self._channel("") as channel:
            stub = RestrictionServiceStub(channel)
            while not self.over.is_set():
                if not self._asked(stub):
                    self.over.wait(AGAIN_S)
                time.sleep(PAUSE_S * self.chance.random())

    def _asked(self, stub: RestrictionServiceStub) -> bool:
        """Asks about one firm, or about all in one call that is long enough for a decision table."""
        level, position = self.chance.choice(LEVELS), 0
        if level in (FRESH, EXACT):
            recent = self.book.told[-20:]
            position = self.chance.choice(recent) if recent else 0
            level = level if position else LATENCY
        many = self.chance.random() < BY_TABLE
        numbers = FIRMS if many else (self.chance.choice(FIRMS),)
        consistency, invoked = _consistency(level, position), time.monotonic_ns()
        try:
            told = _many(stub, consistency) if many else [_one(stub, numbers[0], consistency)]
        except grpc.RpcError:
            told = []
        returned, outcome = time.monotonic_ns(), ANSWERED if told else UNKNOWN
        for number, answer in zip(numbers, told or [NOTHING] * len(numbers), strict=True):
            self.book.add(
                Operation(
                    self.name, CHECK, str(firm(number).identifier.value), invoked, returned, outcome,
                    level=level, asked=position, position=answer.position, verdict=answer.verdict,
                    hits=answer.hits,
                )
            )  # fmt: skip
        return bool(told)

    def _channel(self, key: str) -> grpc.Channel:
        served = self.served
        caller = served.department(key) if key else served.system(CallerRole.PROCUREMENT_SYSTEM, self.name)
        with self.book.lock:
            own = served.authority.client(caller.uri)
        return connect(served.target, served.trusted, own)


def _one(stub: RestrictionServiceStub, number: int, consistency: consistency_pb2.Consistency) -> Told:
    asked = question(firm(number))
    asked.consistency.CopyFrom(consistency)
    told = stub.Check(asked, timeout=CALL_S)
    return Told(
        told.answered.known_position,
        _name(told.verdict),
        tuple(sorted(hit.statement_id for hit in told.hits)),
    )


def _many(stub: RestrictionServiceStub, consistency: consistency_pb2.Consistency) -> list[Told]:
    """What is told of every firm, asked about among so many that a decision table answers."""
    one = question(firm(FIRMS[0]))
    asked = restriction_service_pb2.BatchCheckRequest(
        identifier_type=one.subject.type,
        identifiers=[firm(number).identifier.value for number in (*FIRMS, *STRANGERS)],
        purpose=one.purpose,
        matter=one.matter,
        consistency=consistency,
    )
    told = stub.BatchCheck(asked, timeout=CALL_S)
    hits: list[list[str]] = [[] for _ in asked.identifiers]
    for subject, hit in zip(told.hit_subjects, told.hits, strict=True):
        hits[subject].append(hit.statement_id)
    return [
        Told(told.answered.known_position, _name(told.verdicts[at]), tuple(sorted(hits[at])))
        for at in range(len(FIRMS))
    ]


def _name(verdict: verdict_pb2.Verdict.ValueType) -> str:
    return verdict_pb2.Verdict.Name(verdict).removeprefix("VERDICT_")


def _consistency(level: str, position: int) -> consistency_pb2.Consistency:
    match level:
        case "fully_consistent":
            return consistency_pb2.Consistency(fully_consistent=True)
        case "at_least_as_fresh":
            return consistency_pb2.Consistency(at_least_as_fresh=position)
        case "at_exact_position":
            return consistency_pb2.Consistency(at_exact_position=position)
        case _:
            return consistency_pb2.Consistency(minimize_latency=True)


def recorded(
    served: Served, chance: Random, *, writers: int, askers: int, meanwhile: Callable[[Book], None]
) -> list[Operation]:
    """Has clients write and ask while ``meanwhile`` runs, which may look at what they write down; what they
    wrote down, in the order of its end."""
    book, over = Book(), Event()
    names = [f"w{number}" for number in range(writers)] + [f"a{number}" for number in range(askers)]
    clients = [Client(name, served, book, Random(chance.random()), over) for name in names]
    threads = [
        Thread(target=client.write if client.name.startswith("w") else client.ask, name=client.name)
        for client in clients
    ]
    for thread in threads:
        thread.start()
    try:
        meanwhile(book)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    never = 1 << 80
    return sorted(book.operations, key=lambda one: one.returned if one.returned is not None else never)
