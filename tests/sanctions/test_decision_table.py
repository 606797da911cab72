"""The decision table against the law: random histories compiled, asked everything, held against ``decide``.

``REGISTRY_TABLE_BATCHES=200`` runs as many batches of histories as one likes, ``REGISTRY_TABLE_SEED`` from
another seed. With ``-s`` the test writes what it met.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from registry.domain.live_table import LiveTable
from registry.domain.periods import Period
from registry.domain.verdict_shapes import (
    ASK,
    UNKNOWN,
    Measured,
    ShapeBook,
    question_of,
    verdict_in,
    with_fault,
)
from registry.domain.verdict_table import VerdictTable
from registry.editions import current_edition
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects import Effects
from registry.sanctions.ground import Ground, SubjectRecord
from registry.sanctions.timeline import Compiler
from registry.sanctions.verdict import Decision, Question, decide, source_fault
from registry.sanctions.verdict_file import TableBasis, compile_table, is_in_table
from registry.v1 import statement_pb2, subject_pb2, verdict_pb2
from registry.v1.subject_pb2 import Subject
from tests.sanctions.histories import ADOPTED_FROM, RECEIVED_ON, History, Trial
from tests.sanctions.history_remedies import WITH_REMEDIES
from tests.sanctions.history_words import PERSON
from tests.support.editions import changed_row, edition_files, new_rule, parsed
from tests.support.random_editions import random_edition

BATCHES = int(os.environ.get("REGISTRY_TABLE_BATCHES", "20"))
SEED = int(os.environ.get("REGISTRY_TABLE_SEED", "20261125"))
HISTORIES, LATER_STATEMENTS, DAYS = 30, 20, 8
DOMAINS = subject_pb2.Domain.values()[1:]
ROLES = [*subject_pb2.SubjectRole.values(), 99]
TENDER_KINDS = subject_pb2.TenderKind.values()
ALTERNATE = statement_pb2.SUBJECT_LINK_KIND_ALTERNATE
NO_FAULT = verdict_pb2.INDETERMINATE_REASON_UNSPECIFIED
LATEST = 10**9
FAR = [date(2031, 5, 5), date(2060, 1, 1), date.max]


class Followed(Trial):
    """A ledger that tells which subjects each statement changed."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(edition)
        self.changed: list[SubjectRecord] = []

    def _take(self, effects: Effects) -> None:
        super()._take(effects)
        self.changed += effects.subjects


CHANGES: dict[str, Sequence[Any]] = {
    "region": ("", "130900"),
    "industry": ("", "E47"),
    "activity": ("", "FOOD"),
    "capacity": subject_pb2.Capacity.values(),
    "subject_kind": subject_pb2.SubjectKind.values()[1:],
    "law_date": (date(2023, 7, 1), date(2024, 7, 1), date(2026, 7, 1)),
    "lifetime": (False, True),
    "period": (Period(date(2024, 7, 1), date(2028, 7, 1)), Period(date(2024, 7, 1), None)),
}
"""Columns of a ground, each with what it may be changed to."""
REACHED_BACK_TO = "M-BUS-13"
"""A measure of which the milder edition has a later rule for earlier decisions, counted from their day."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A table of a ledger, kept current, and what it was compiled from."""

    ledger: Followed
    basis: TableBasis
    live: LiveTable
    compiler: Compiler

    @classmethod
    def of(cls, ledger: Followed, basis: TableBasis, records: Iterable[SubjectRecord]) -> Compiled:
        table = VerdictTable(b"".join(compile_table(records, basis)))
        live = LiveTable(table)
        return cls(ledger, basis, live, Compiler(basis.domain, basis.edition, basis.first, live.book))

    def follow(self, records: Iterable[SubjectRecord]) -> None:
        position = self.ledger.position
        changes = [
            (record.ref.encode(), self.compiler.timeline(record, position))
            for record in records
            if is_in_table(record.ref)
        ]
        self.live.apply(changes, position)

    def fault(self, day: date) -> verdict_pb2.IndeterminateReason.ValueType:
        known, ledger = self.live.position, self.ledger
        connections = ledger.directory.connections(known)
        return source_fault(
            self.basis.domain,
            day,
            self.basis.edition,
            connected=connections.on(day),
            delivered=ledger.sources.known(known, connections),
        )


@pytest.fixture(scope="module")
def edition() -> Edition:
    return current_edition()


@pytest.fixture(scope="module")
def milder(edition: Edition) -> Edition:
    """Rules that reach back, some of them becoming law in the middle of what is asked about."""
    files = edition_files("2099.1")
    term = "{min: 6, max: 18, lifetime: false}"
    files = new_rule(files, "M-PRO-01", "2025-01-01", term_months=term, for_earlier="if_lenient")
    files = new_rule(files, "M-PRO-01", "2026-03-01", for_earlier="none")
    files = new_rule(files, "M-BID-02", "2026-10-01", answer="review", for_earlier="if_lenient")
    term = "{min: 3, max: 12, lifetime: true}"
    anchor = "penalty_decision_date"
    files = new_rule(
        files, "M-BUS-13", "2027-01-01", term_months=term, for_earlier="if_lenient", start_anchor=anchor
    )
    files = new_rule(files, "L-01", "2025-01-01", confidence="low")
    files = changed_row(files, "L-03", confidence="low")
    return parsed(files)


def histories_told(chance: Random, edition: Edition, later: Edition) -> tuple[Followed, list[History]]:
    ledger = Followed(edition)
    histories = [History(chance, number, WITH_REMEDIES) for number in range(HISTORIES)]
    turns = [history for history in histories for _ in range(chance.choice([2, 4, 6, 9]))]
    chance.shuffle(turns)
    adoption = chance.randrange(len(turns))
    for turn, history in enumerate(turns):
        if turn == adoption:
            ledger.adopt(later, chance.choice(ADOPTED_FROM))
        if turn < 4:
            histories[0].deliver(ledger, ["L-01", "L-02", "L-03"][turn % 3], RECEIVED_ON)
        history.go_on(ledger)
    return ledger, histories


def days_of(chance: Random, history: History, first: date) -> list[date]:
    """Days from a first one on, most of them beside the ends of what was stated."""
    ends = [end for term in history.terms() for end in term if end]
    ends += [line.day for line in history.lines if line.day]
    near = [end + timedelta(days=chance.choice([-1, 0, 1])) for end in ends if end < date.max]
    near += [first + timedelta(days=chance.randrange(2500)) for _ in range(2)]
    return [
        first,
        *(max(first, day) for day in chance.sample(near, min(len(near), DAYS))),
        chance.choice(FAR),
    ]


def questions(
    chance: Random, days: Iterable[date], domain: subject_pb2.Domain.ValueType
) -> Iterator[Question]:
    for day in days:
        for role in ROLES:
            for kind in TENDER_KINDS:
                yield Question(domain=domain, role=role, day=day, tender_kind=kind)  # type: ignore[arg-type]
        yield Question(
            domain=domain,
            role=subject_pb2.SUBJECT_ROLE_BIDDER,
            day=day,
            region=chance.choice(["130902", "110000", ""]),
            industry=chance.choice(["E47", ""]),
            activity=chance.choice(["FOOD", ""]),
            tender_kind=subject_pb2.TENDER_KIND_COMPULSORY,
        )


def assert_same(compiled: Compiled, subject: Subject, question: Question, met: Counter[str]) -> None:
    ledger, live = compiled.ledger, compiled.live
    if ledger.law(live.position, question.day) is not compiled.basis.edition:
        return  # The caller sees that another edition applies, and asks the long way.
    code, column = subject.identifier.value.encode(), question_of(question.role, question.tender_kind)
    scoped = bool(question.region or question.industry or question.activity)
    fault = compiled.fault(question.day)
    many = live.check(code, question.day, column, fault=fault, scoped=scoped)
    shape = live.one(code, question.day)
    met["questions"] += 1
    if many.shapes[0] == ASK:
        assert many.verdicts[0] == verdict_pb2.VERDICT_UNSPECIFIED
        assert shape == ASK or (scoped and live.book[shape].limited)
        met["ask"] += shape == ASK
        record = ledger.record(subject)
        assert shape != ASK or (record and any(link.kind != ALTERNATE for link in record.links))
        return
    decision = ledger.decide(subject, question, live.position)
    told = (int(many.verdicts[0]), int(many.reasons[0]))
    assert told == (decision.verdict, decision.indeterminate), (question, subject)
    assert shape == many.shapes[0]
    assert verdict_in(with_fault(live.book[shape].answers[column], fault)) == told
    if not scoped:
        assert measures(live.book[shape].measures, column) == measures_met(decision), question
    met[verdict_pb2.Verdict.Name(decision.verdict)] += 1
    met[verdict_pb2.IndeterminateReason.Name(decision.indeterminate)] += 1
    met.update(verdict_pb2.HitStatus.Name(hit.status) for hit in decision.hits)
    met["limited"] += live.book[shape].limited


def measures(found: Iterable[Measured], column: int) -> set[tuple[str, str, int, int]]:
    return {(one.measure, one.list_code, one.status, one.effects[column]) for one in found}


def measures_met(decision: Decision) -> set[tuple[str, str, int, int]]:
    return {
        (hit.restriction.measure.code, hit.restriction.list_code, hit.status, hit.effect)
        for hit in decision.hits
    }


def test_table_says_what_the_law_says_or_asks(edition: Edition, milder: Edition) -> None:
    met = Counter[str]()
    for batch in range(BATCHES):
        chance = Random(SEED + batch)
        later = milder if batch % 2 else random_edition(edition, chance)
        compare_batch(chance, edition, later, met)
    print(dict(met.most_common()))
    statuses = ("IN_FORCE", "COMING", "OBJECTED", "STAYED")  # The others: tests/commands.
    wanted = [f"VERDICT_{each}" for each in ("BLOCKED", "REVIEW", "CLEAR", "INDETERMINATE")]
    wanted += [f"HIT_STATUS_{each}" for each in statuses]
    wanted += [f"INDETERMINATE_REASON_{each}" for each in ("SUBJECT_UNKNOWN", "SOURCE_STALE")]
    wanted += ["INDETERMINATE_REASON_IDENTITY_AMBIGUOUS", "limited"]
    assert not {name: met[name] for name in wanted if met[name] < 10}
    assert met["ask"] < met["questions"] * 0.3  # One in six statements is a link here; in a registry few are.


def compare_batch(chance: Random, edition: Edition, later: Edition, met: Counter[str]) -> None:
    ledger, histories = histories_told(chance, edition, later)
    ends = [end for history in histories for term in history.terms() for end in term if end]
    first = chance.choice(ends) if chance.random() < 0.7 else date(2024, 1, 1)
    records = {record.ref: record for record in ledger.changed}
    law = ledger.law(ledger.position, first)
    tables = [
        Compiled.of(ledger, TableBasis(domain, ledger.position, law, first), records.values())
        for domain in (chance.choice(DOMAINS), subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING)
    ]
    for history in histories:
        assert_all_same(chance, chance.choice(tables), history, met)
    for _ in range(LATER_STATEMENTS):
        history, before = chance.choice(histories), ledger.position
        ledger.changed.clear()
        history.go_on(ledger)
        if ledger.position > before:
            for compiled in tables:
                compiled.follow(ledger.changed)
            assert_all_same(chance, chance.choice(tables), history, met)


def assert_all_same(chance: Random, compiled: Compiled, history: History, met: Counter[str]) -> None:
    days = days_of(chance, history, compiled.basis.first)
    for question in questions(chance, days, compiled.basis.domain):
        subject = history.asked()
        if subject.kind != PERSON and chance.random() < 0.4:
            assert_same(compiled, subject, question, met)


def test_subjects_that_differ_in_one_column_have_each_its_own_timeline(milder: Edition) -> None:
    """What is compiled once for many is right for each of them."""
    chance, differing = Random(SEED), Counter[str]()
    ledgers = [histories_told(chance, milder, milder)[0] for _ in range(3)]
    records = [record for ledger in ledgers for record in ledger.changed if record.grounds]
    rows = [row for record in records for row in record.grounds if row.known_at(LATEST)]
    values = {**CHANGES, "facts": [row.facts for row in rows if row.facts]}
    for domain in (subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_BUSINESS):
        book = ShapeBook()
        compiler = Compiler(domain, milder, date(2024, 1, 1), book)
        for column in values:
            bearing = [row for row in rows if can_differ(row, column, domain)]
            for row in chance.sample(bearing, min(len(bearing), 20)):
                told = [changed(row, column, value, milder) for value in chance.sample(values[column], 2)]
                differing[column] += len({compiler.timeline(each, LATEST) for each in told}) > 1
                for each in told:
                    assert_compiled(chance, compiler, book, each)
    print(differing)
    assert not [column for column in values if differing[column] < 3]


def can_differ(row: Ground, column: str, domain: subject_pb2.Domain.ValueType) -> bool:
    """Whether a column may bear on what follows from a row in a domain."""
    if column == "facts":
        return row.facts is not None
    if column in ("law_date", "lifetime"):
        return row.measure is not None and domain == subject_pb2.DOMAIN_BUSINESS
    return row.measure is None or row.measure.acts_in(domain)


def changed(row: Ground, column: str, value: Any, edition: Edition) -> SubjectRecord:
    """A subject of which nothing is recorded but a row, with another value in a column."""
    changes = {
        "period": Period(date(2024, 7, 1), date(2029, 7, 1)),
        "region": "",
        "industry": "",
        column: value,
    }
    if column == "facts":
        changes.pop("period")
    if column in ("law_date", "lifetime"):
        measure = edition.measure(REACHED_BACK_TO, date(2025, 1, 1))
        changes |= {"code": REACHED_BACK_TO, "measure": measure}
    grounds = (replace(row, **changes),)
    return SubjectRecord("91130902DEM0000014", known=((0, None),), grounds=grounds)


def assert_compiled(chance: Random, compiler: Compiler, book: ShapeBook, record: SubjectRecord) -> None:
    timeline = compiler.timeline(record, LATEST) or ((date.max.toordinal(), UNKNOWN),)
    for _ in range(6):
        day = date(2024, 1, 1) + timedelta(days=chance.randrange(1700))
        role, kind = chance.choice(ROLES), chance.choice(TENDER_KINDS)
        question = Question(compiler.domain, role, day, tender_kind=kind)  # type: ignore[arg-type]
        decision = decide(question, record, position=LATEST, edition=compiler.edition, source_fault=NO_FAULT)
        shape = book[next(shape for last, shape in timeline if day.toordinal() <= last)]
        column = question_of(role, kind)
        assert verdict_in(shape.answers[column]) == (decision.verdict, decision.indeterminate)
        if shape.measures or decision.hits:
            assert measures(shape.measures, column) == measures_met(decision)
