"""Some thousand random records and questions: the product and the oracle agree, hit for hit."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from registry.domain.periods import Period
from registry.editions import current_edition
from registry.sanctions.catalogue import Edition, Measure
from registry.sanctions.restriction import Restriction, SubjectRecord
from registry.sanctions.verdict import Decision, Question, decide
from registry.v1 import statement_pb2, subject_pb2, verdict_pb2
from tests.sanctions import oracle

DAY = date(2026, 6, 15)
POSITION = 50
REGIONS = ["", "", "", "130000", "130900", "130902", "130903", "110000", "13", "100000", "130002"]
INDUSTRIES = [*[""] * 14, "E", "E47", "E471", "E4710", "E4720", "E48", "C", "C13", "E1", "e47", "E99", "ZZ"]
ACTIVITIES = ["", "", "", "FOOD", "DRUG", "SECURITIES", "FISCAL_FUNDS"]
ROLES: list[Any] = [*subject_pb2.SubjectRole.values(), *[subject_pb2.SUBJECT_ROLE_BIDDER] * 4, 99]
LISTS = ["L-01", "L-02", "L-03", "L-04"]


@pytest.fixture(scope="module")
def edition() -> Edition:
    return current_edition()


def restriction(chance: Random, measure: Measure, ordinal: int) -> Restriction:
    """A restriction by a measure, more or less around the day and the position asked about."""
    first = DAY + timedelta(days=chance.choice([-400, -400, -1, -1, 0, 0, 1]))
    last = chance.choice([None, None, None, first, DAY, DAY - timedelta(days=1), DAY + timedelta(days=1)])
    known_from = chance.choice([0, 0, POSITION - 1, POSITION, POSITION + 1])
    capacities = [value for value in subject_pb2.Capacity.values() if value and chance.random() < 0.4]
    return Restriction(
        position=known_from,
        ordinal=ordinal,
        subject="91130902DEM000018Y",
        measure=measure,
        list_code="",
        period=Period(first, last),
        lifetime=False,
        region=chance.choice(REGIONS),
        industry=chance.choice(INDUSTRIES),
        activity=chance.choice([measure.activity, *ACTIVITIES]),
        kind=chance.choice(subject_pb2.SubjectKind.values()),
        capacities=tuple(capacities),
        document=statement_pb2.Document(),
        legal_basis=measure.legal_basis,
        department="",
        statement_id="",
        edition="",
        law_date=DAY,
        known_from=known_from,
        known_to=chance.choice([None, None, None, None, POSITION, POSITION + 1, POSITION + 9]),
    )


def question(chance: Random, likely: Measure) -> Question:
    """A question that has a fair chance of meeting a measure."""
    return Question(
        domain=chance.choice([*[likely.domain] * 30, *subject_pb2.Domain.values()]),
        role=chance.choice(ROLES),
        day=DAY,
        region=chance.choice(REGIONS),
        industry=chance.choice(INDUSTRIES),
        activity=chance.choice([*[likely.activity] * 6, *ACTIVITIES]),
        tender_kind=chance.choice(subject_pb2.TenderKind.values()),
    )


def likely_measures(edition: Edition) -> list[Measure]:
    """Every row, and those of item 5 of the mission (bidding above all) more often."""
    rows = [row for of_code in edition.measures.values() for row in of_code]
    often = [row for row in rows if row.compulsory_tender_only]
    seldom_confirmed = [row for row in rows if row.confidence == "low"]
    return rows + often * 5 + seldom_confirmed * 15


def case(chance: Random, measures: list[Measure]) -> dict[str, Any]:
    """One record with one question."""
    drawn = [chance.choice(measures) for _ in range(chance.choice([0, 1, 1, 1, 2, 3]))]
    rows = tuple(restriction(chance, measure, ordinal) for ordinal, measure in enumerate(drawn))
    since = min((row.known_from for row in rows), default=chance.choice([0, POSITION, POSITION + 1]))
    until = max((row.known_to or 99 for row in rows), default=chance.choice([POSITION, 99, 99]))
    known = ((since, None if until == 99 else max(until, since + 1)),)
    return {
        "question": question(chance, chance.choice(drawn or measures)),
        "record": SubjectRecord("x", 1, known, rows) if chance.random() > 0.02 else None,
        "lists_connected": frozenset(code for code in LISTS if chance.random() < 0.97),
    }


def as_told(decision: Decision) -> oracle.Answer:
    """The product's decision in the oracle's words."""
    return oracle.Answer(
        verdict_pb2.Verdict.Name(decision.verdict).removeprefix("VERDICT_"),
        verdict_pb2.IndeterminateReason.Name(decision.indeterminate).removeprefix("INDETERMINATE_REASON_"),
        tuple(
            (
                (hit.restriction.position, hit.restriction.ordinal, hit.restriction.known_from),
                verdict_pb2.HitEffect.Name(hit.effect).removeprefix("HIT_EFFECT_"),
                frozenset(
                    verdict_pb2.HitReason.Name(reason).removeprefix("HIT_REASON_") for reason in hit.reasons
                ),
            )
            for hit in decision.hits
        ),
    )


def test_product_and_oracle_agree_on_every_record_and_question(edition: Edition) -> None:
    chance = Random(20261123)
    measures = likely_measures(edition)
    met: Counter[str] = Counter()
    for _ in range(6000):
        asked = case(chance, measures)
        decision = decide(**asked, position=POSITION, edition=edition)
        expected = oracle.answer(asked["question"], asked["record"], POSITION, asked["lists_connected"])
        assert as_told(decision) == expected, asked
        assert decide(**asked, position=POSITION, edition=edition) == decision
        met[f"{expected.verdict} {expected.indeterminate}"] += 1
        met.update(reason for _, _, reasons in expected.hits for reason in reasons)
    rare = {name for name, count in met.items() if count < 15}
    assert len(met) >= 19, sorted(met)  # Every verdict and every reason was drawn.
    assert not rare, {name: met[name] for name in rare}


def test_role_table_of_the_edition_is_the_one_that_the_law_describes(edition: Edition) -> None:
    """law.md §5.3; a change of the table must be a change of both."""
    natural_person = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    for role, who in oracle.WHO_IS_BOUND.items():
        kinds, capacities = edition.binding(subject_pb2.SubjectRole.Value(f"SUBJECT_ROLE_{role}"))
        bound = {subject_pb2.Capacity.Name(capacity).removeprefix("CAPACITY_") for capacity in capacities}
        if len(kinds) == len(subject_pb2.SubjectKind.values()) - 1:
            bound.add("*")
        elif kinds:
            assert kinds == {natural_person}
            bound.add("NATURAL_PERSON")
        assert bound == who, role


def test_lists_that_must_be_connected_are_those_of_the_two_notices(edition: Edition) -> None:
    for domain in subject_pb2.Domain.values():
        name = subject_pb2.Domain.Name(domain).removeprefix("DOMAIN_")
        assert set(edition.required_lists(domain)) == oracle.MUST_BE_CONNECTED.get(name, set()), name
