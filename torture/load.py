"""Clients that state and ask, over any way to reach a registry, and write down what they were told.

Each client sends its statements in order, in batches, and the same batch again until it is answered, as the
SDK does. After each answer it asks about a firm whose ban was acknowledged to anybody before: by least
latency, at least as fresh as the acknowledgement, or fully consistent. CLEAR is then a false one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import Protocol

from registry.v1 import consistency_pb2, envelope_pb2, restriction_service_pb2, subject_pb2, verdict_pb2
from torture.book import Book
from torture.statements import Statements, blocks, parts, withdrawn_by

BATCHES = (1, 1, 5, 20)
HELD = 0.1
"""The share of times in which a client keeps the latest checkpoint."""
PAUSE_S = 0.05
"""Before a batch that was not answered is sent again."""


class UnansweredError(Exception):
    """It is not known what became of a request; or it was refused, and may be sent again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one statement; position -1: it was refused for good, and ``why``."""

    statement_id: str
    position: int
    received_ms: int
    why: str = ""


class Registry(Protocol):
    """A registry as clients reach it. All raise UnansweredError."""

    def submit(self, department: str, envelopes: Sequence[envelope_pb2.Envelope]) -> list[Answer]:
        """Submits, and waits for the answers."""

    def verdict(self, request: restriction_service_pb2.CheckRequest) -> verdict_pb2.Verdict.ValueType:
        """Asks."""

    def checkpoint(self) -> str:
        """The latest signed checkpoint."""


def question(code: str, position: int = -1, *, full: bool = False) -> restriction_service_pb2.CheckRequest:
    """Whether a firm may bid in a procurement now, as known at least at a position."""
    request = restriction_service_pb2.CheckRequest()
    request.subject.type = subject_pb2.IDENTIFIER_TYPE_USCC
    request.subject.value = code
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    if full:
        request.consistency.fully_consistent = True
    elif position >= 0:
        request.consistency.at_least_as_fresh = position
    else:
        request.consistency.CopyFrom(consistency_pb2.Consistency(minimize_latency=True))
    return request


@dataclass(slots=True)
class Client:
    """One who states and asks. ``stays``: a request without an answer is sent again and again; otherwise the
    client gives up, for the registry is gone."""

    number: int
    registry: Registry
    statements: Statements
    book: Book
    chance: Random
    stays: bool = True
    sent: int = 0

    def run(self, stop: Event) -> None:
        """States until it is told to stop."""
        while not stop.is_set():
            count = self.chance.choice(BATCHES)
            batch = [f"{self.number}-{self.sent + each}" for each in range(count)]
            self.sent += count
            if not self._settle(batch, stop):
                return
            if not self._ask(batch) and not self.stays:
                return

    def _settle(self, batch: list[str], stop: Event) -> bool:
        """Sends a batch until all of it is answered; False if it was not."""
        for department in sorted({self.statements.department(each) for each in batch}):
            ids = [each for each in batch if self.statements.department(each) == department]
            envelopes = [self.statements.envelope(each) for each in ids]
            for each in ids:
                self.book.sent(each)
            while not self._answered(department, envelopes):
                if stop.is_set() or not self.stays:
                    return False
                time.sleep(PAUSE_S)
                self._ask(batch)  # What is not taken must not keep anybody from being answered.
        return True

    def _answered(self, department: str, envelopes: Sequence[envelope_pb2.Envelope]) -> bool:
        try:
            answers = self.registry.submit(department, envelopes)
        except UnansweredError as error:
            self.book.refusal(str(error))
            return False
        for answer in answers:
            if answer.position >= 0:
                self.book.acknowledged(answer.statement_id, answer.position, answer.received_ms)
            else:
                self.book.refusal(answer.why)
        return all(answer.position >= 0 for answer in answers)

    def _ask(self, batch: Sequence[str]) -> bool:
        """Asks what there is to ask; whether it was answered."""
        try:
            self._ask_about(batch)
            if self.chance.random() < HELD:
                self.book.checkpoint(self.registry.checkpoint())
        except UnansweredError as error:
            self.book.refusal(str(error))
            return False
        return True

    def _ask_about(self, batch: Sequence[str]) -> None:
        """Asks about a firm of this batch, or an earlier one, whose ban is acknowledged and not withdrawn."""
        earlier = self.chance.randrange(max(parts(batch[-1])[1], 1))
        for statement_id in (self.chance.choice(batch), f"{self.number}-{earlier}"):
            told, code = self.book.given.get(statement_id), blocks(statement_id)
            if not told or not code or withdrawn_by(statement_id) in self.book.first_sent:
                continue
            asked = self.chance.choice(
                (question(code), question(code, told.position), question(code, full=True))
            )
            verdict = self.registry.verdict(asked)
            self.book.asked(verdict)
            if verdict == verdict_pb2.VERDICT_CLEAR:
                self.book.false_clear(
                    f"{statement_id} at {told.position}: {asked.consistency}".replace("\n", " ")
                )


@dataclass(slots=True)
class Load:
    """Several clients at once."""

    clients: Sequence[Client]
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begins."""
        self._threads = [Thread(target=each.run, args=(self._stop,), daemon=True) for each in self.clients]
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 60.0) -> None:
        """Ends, when every client has its last answer. Raises TimeoutError if one never has."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout_s)
        if any(thread.is_alive() for thread in self._threads):
            raise TimeoutError("a client was never answered")
