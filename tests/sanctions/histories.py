"""Random histories: statements of every kind about a few subjects, each with the same as a plain fact.

Statements are made so that most of them are admitted; what is refused is no line of the log. A ledger in
memory takes the histories of a batch in turns, so that each runs among the statements of others, and
somewhere on the way another edition becomes law.

    ledger = Trial(current_edition())
    history = History(Random(7), number=0)
    for _ in range(8):
        history.go_on(ledger)
    history.lines  # the log, as ``oracle`` reads it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from registry.domain.departments import Key
from registry.domain.faults import Fault
from registry.domain.periods import add_months
from registry.sanctions.adoption import Act, founding_case
from registry.sanctions.cases import fictional
from registry.sanctions.cases.scratch import ScratchLedger
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.verdict import Question
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.sanctions.history_acts import MAKERS, Maker, say_event
from tests.sanctions.history_words import (
    ADOPTED_FROM,
    ASKED_INDUSTRIES,
    ASKED_REGIONS,
    DOMAINS,
    FIRST_DAY,
    KINDS,
    PERSON,
    RECEIVED_ON,
    ROLES,
)
from tests.sanctions.oracle_log import Line

__all__ = ["ADOPTED_FROM", "RECEIVED_ON", "History", "Trial", "a_day_within", "a_question", "say_event"]


@lru_cache(maxsize=256)
def _office(kind: str, edition: Edition) -> pb.Document:
    """The department of a kind as it signs, worked out once."""
    return fictional.office(kind, edition)


class Trial(ScratchLedger):
    """A ledger in memory that keeps its log, and in which an edition can become law without its three
    steps."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(edition)
        self.log: list[tuple[pb.Statement, date]] = []

    def fold(self, statement: pb.Statement, on: date, signer: Key | None = None) -> list[Fault]:
        """See ScratchLedger."""
        faults = super().fold(statement, on, signer)
        self.log += [] if faults else [(statement, on)]
        return faults

    def adopt(self, edition: Edition, in_force_from: date) -> None:
        """The edition is law from a day on, as known from the next position on."""
        self.position += 1
        self._editions[edition.hash] = edition
        case = founding_case(edition.hash, edition.label)
        act = Act(self.position, "", "")
        self.book.put(replace(case, adopted=act, in_force_from=in_force_from))

    def law(self, position: int, day: date) -> Edition:
        """The edition that applies on a day, as known at a position."""
        return self._editions[self.book.at(position, day)]


class History:
    """One history about three organisations and a person of its own."""

    def __init__(self, chance: Random, number: int, makers: Sequence[Maker] = MAKERS) -> None:
        self.chance = chance
        self.makers = makers
        self.name = f"H{number}"
        kinds = [chance.choice(KINDS) for _ in range(3)]
        self.subjects = [fictional.subject(4 * number + place, kind) for place, kind in enumerate(kinds)]
        self.subjects.append(fictional.subject(4 * number + 3, PERSON))
        self.lines: list[Line] = []
        self.refused: list[str] = []
        self.stated: dict[str, tuple[str, pb.Statement, Subject]] = {}
        self.said: dict[str, tuple[pb.Statement, date]] = {}
        self.filed: dict[str, str] = {}
        self._next = 0

    def go_on(self, ledger: Trial) -> None:
        """One more statement; if it is admitted it is a line of the log."""
        makers = self.makers if self.stated else self.makers[:1]
        made = self.chance.choice(makers)(self, ledger)
        if made is None:
            return
        statement, line = made
        # A notice tells nobody before it is received, so a candidacy is received on its first day.
        on = line.day if line.act == "candidacy" and line.day else RECEIVED_ON
        self.said[statement.statement_id] = (statement, on)
        faults = ledger.fold(statement, on)
        if faults:
            self.refused += [fault.name for fault in faults]
        else:
            self.lines.append(replace(line, position=ledger.position))

    def deliver(self, ledger: Trial, code: str, as_of: date) -> Line:
        """A list is delivered, which is a line of every history."""
        ledger.deliver([code], as_of)
        return Line("delivery", "", word=code, day=as_of, position=ledger.position)

    # --- what is stated ---------------------------------------------------------------------------

    def key(self) -> str:
        """The id of the next statement."""
        self._next += 1
        return f"{self.name}-{self._next}"

    def day(self, first: date = FIRST_DAY) -> date:
        """Some day from a first one on; often one of those that were spoken of before, or beside one."""
        known = [line.day for line in self.lines if line.day]
        known += [day for first_day, last in self.terms() for day in (first_day, last) if day]
        if known and self.chance.random() < 0.6:
            found = self.chance.choice(known) + timedelta(days=self.chance.choice([-1, 0, 0, 1]))
        else:
            found = first + timedelta(days=self.chance.randrange(0, 1200))
        return min(max(first, found), RECEIVED_ON)

    def terms(self) -> list[tuple[date, date | None]]:
        """The terms of everything that was stated."""
        reports = [line.report for line in self.lines if line.report]
        terms = [(imposed.first, imposed.last) for report in reports for imposed in report.imposed]
        return terms + [(report.listed.first, report.listed.last) for report in reports if report.listed]

    def statement(self, key: str, kind: str, ledger: Trial, **body: Any) -> pb.Statement:
        """A statement by a department of a kind."""
        department = _office(kind, ledger.edition_on(RECEIVED_ON)).authority_code
        return pb.Statement(
            statement_id=key,
            origin=fictional.ORIGIN,
            department=department,
            nonce=fictional.NONCE,
            **body,
        )

    def document(self, kind: str, ledger: Trial, decided_on: date, number: str = "") -> pb.Document:
        """A document of a department of a kind."""
        document = pb.Document()
        document.CopyFrom(_office(kind, ledger.edition_on(RECEIVED_ON)))
        document.number = number or f"示罚字〔{decided_on.year}〕{self._next + 1}号"
        document.decided_on = decided_on.isoformat()
        return document

    def asked(self) -> Subject:
        """A subject to ask about, most often one of which something was said."""
        codes = [line.report.subject for line in self.lines if line.report]
        code = self.chance.choice(codes) if codes and self.chance.random() < 0.85 else ""
        found = next((each for each in self.subjects if each.identifier.value == code), None)
        return found or self.chance.choice(self.subjects)

    def subject(self) -> Subject:
        """One of the subjects, the first most often, now and then under another name or spelling."""
        found = Subject()
        found.CopyFrom(self.subjects[self.chance.choice([0, 0, 0, 1, 1, 2, 3, 3])])
        spelling = self.chance.random()
        if found.kind != PERSON and spelling < 0.12:
            found.name = found.name.replace("(", "（").replace(")", " ）")
        elif found.kind != PERSON and spelling < 0.16:
            found.name = "别名(示例)单位"
        return found


def a_day_within(history: History) -> date:
    """A day on which something that was stated holds."""
    reports = [line.report for line in history.lines if line.report]
    terms = history.terms()
    terms += [(report.decided_on, None) for report in reports if report.wording or report.fine or report.case]
    terms += [(line.day, line.day) for line in history.lines if line.act == "note" and line.day]
    if history.chance.random() < 0.05:
        return history.chance.choice(ADOPTED_FROM) - timedelta(days=history.chance.choice([0, 1]))
    if not terms:
        return history.day()
    first, last = history.chance.choice(terms)
    days = ((last or add_months(first, 36)) - first).days
    return first + timedelta(days=history.chance.choice([0, days, history.chance.randrange(days + 1)]))


def a_question(history: History, edition: Edition) -> Question:
    """A question that has a fair chance of meeting something."""
    chance = history.chance
    reports = [line.report for line in history.lines if line.report]
    codes = [imposed.measure for report in reports for imposed in report.imposed]
    row = edition.measures[chance.choice(codes)][-1] if codes and chance.random() < 0.6 else None
    domains = [row.domain] if row else DOMAINS if chance.random() < 0.9 else subject_pb2.Domain.values()
    if row and row.also_domains and chance.random() < 0.4:
        domains = sorted(row.also_domains)
    roles = list(row.roles) if row and row.roles and chance.random() < 0.7 else ROLES
    activities = [row.activity if row else "", row.activity if row else "", "FOOD", "", "AIR_RAIL_TRAVEL"]
    return Question(
        domain=chance.choice(domains),
        role=chance.choice(roles),
        day=history.day() if chance.random() < 0.5 else a_day_within(history),
        region=chance.choice(ASKED_REGIONS),
        industry=chance.choice(ASKED_INDUSTRIES),
        activity=chance.choice(activities),
        tender_kind=chance.choice([1, 1, 0, 2]),  # type: ignore[arg-type]
    )
