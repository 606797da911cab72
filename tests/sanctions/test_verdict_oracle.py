"""Many thousand random histories: the product and the oracle agree, hit for hit.

``make test`` runs 20,000 histories, each asked four questions at positions and on days of its own (half a
minute on one core). ``REGISTRY_ORACLE_HISTORIES=100000`` runs as many as one likes (three minutes),
``REGISTRY_ORACLE_SEED`` from another seed. With ``-s`` the test writes how many and what it met.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random

import pytest

from registry.editions import current_edition
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.verdict import Decision, Question
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.subject_pb2 import Subject
from tests.sanctions import oracle, oracle_scope
from tests.sanctions.histories import ADOPTED_FROM, RECEIVED_ON, History, Trial, a_question
from tests.sanctions.history_remedies import WITH_REMEDIES
from tests.sanctions.oracle_log import Line, codes_of, read, related_to
from tests.support.editions import changed_row, edition_files, new_rule, parsed

HISTORIES = int(os.environ.get("REGISTRY_ORACLE_HISTORIES", "20000"))
SEED = int(os.environ.get("REGISTRY_ORACLE_SEED", "20261123"))
BATCH = 200
"""Histories that run side by side in one ledger."""
QUESTIONS = 4


@pytest.fixture(scope="module")
def edition() -> Edition:
    return current_edition()


@pytest.fixture(scope="module")
def later(edition: Edition) -> Edition:
    """Another edition: milder rules for some bans, one of them left again soon, a softer one for M-BID-02, an
    unconfirmed list."""
    files = edition_files("2099.1")
    term = "{min: 6, max: 18, lifetime: false}"
    files = new_rule(files, "M-PRO-01", "2025-01-01", term_months=term, for_earlier="if_lenient")
    files = new_rule(files, "M-PRO-01", "2026-02-01", for_earlier="none")
    files = new_rule(files, "M-BID-02", "2025-06-01", answer="review", for_earlier="if_lenient")
    term = "{min: 3, max: 12, lifetime: true}"
    files = new_rule(files, "M-BUS-13", "2025-01-01", term_months=term, for_earlier="if_lenient")
    term = "{min: 1, max: 24, lifetime: false}"
    files = new_rule(files, "M-BID-05", "2025-01-01", term_months=term, for_earlier="if_lenient")
    files = changed_row(files, "L-03", confidence="low")
    files = changed_row(files, "M-BID-06", answer="blocks")
    return parsed(files)


def run_batch(chance: Random, edition: Edition, later: Edition, size: int) -> tuple[Trial, list[History]]:
    """Histories that were told in turns, with deliveries in between and another edition on the way."""
    ledger = Trial(edition)
    histories = [History(chance, number, WITH_REMEDIES) for number in range(size)]
    turns = [history for history in histories for _ in range(chance.choice([2, 4, 6, 9, 12]))]
    chance.shuffle(turns)
    adoption = chance.randrange(len(turns))
    lists = ["L-01", "L-02", "L-03"][: chance.choice([2, 3, 3, 3, 3])]
    for turn, history in enumerate(turns):
        if turn == adoption:
            ledger.adopt(later, chance.choice(ADOPTED_FROM))
        if turn < 12 or turn % 200 == 0:
            deliver(chance, ledger, histories, chance.choice(lists))
        history.go_on(ledger)
    return ledger, histories


def deliver(chance: Random, ledger: Trial, histories: list[History], code: str) -> None:
    """A list is delivered, and everybody can know it."""
    late = chance.random() < 0.7
    as_of = RECEIVED_ON - timedelta(days=chance.randrange(60) if late else chance.randrange(1300))
    delivered = histories[0].deliver(ledger, code, as_of)
    for each in histories:
        each.lines.append(delivered)


def as_told(decision: Decision, several: set[str]) -> tuple[str, str, Counter[oracle.Told]]:
    """The product's decision in the oracle's words; ``several``: codes that are related in several ways."""
    told: Counter[oracle.Told] = Counter()
    for hit in decision.hits:
        row, ground = hit.restriction, hit.restriction.ground
        reasons = {verdict_pb2.HitReason.Name(each).removeprefix("HIT_REASON_") for each in hit.reasons}
        relation = verdict_pb2.SubjectRelation.Name(hit.relation).removeprefix("SUBJECT_RELATION_")
        if ground.subject in several:
            relation = "RELATED"
            reasons = {
                "RELATED" if each in ("BRANCH_OR_PARENT", "ABSORBED_SUBJECT") else each for each in reasons
            }
        told[
            oracle.Told(
                ground.statement_id,
                f"{row.measure.code} {row.measure.effective_from}",
                verdict_pb2.HitStatus.Name(hit.status).removeprefix("HIT_STATUS_"),
                verdict_pb2.HitEffect.Name(hit.effect).removeprefix("HIT_EFFECT_"),
                frozenset(reasons),
                relation,
                row.period.last,
                row.milder,
            )
        ] += 1
    verdict = verdict_pb2.Verdict.Name(decision.verdict).removeprefix("VERDICT_")
    why = verdict_pb2.IndeterminateReason.Name(decision.indeterminate)
    return verdict, why.removeprefix("INDETERMINATE_REASON_"), told


def assert_repeats_agree(decision: Decision, expected: oracle.Answer, lines: Mapping[int, str]) -> int:
    """A hit that repeats an earlier decision names one of those it may repeat; answers how many do."""
    earlier = {(told.key, told.measure): keys for told, keys in expected.repeated}
    for hit in decision.hits:
        row = hit.restriction
        key = (row.ground.statement_id, f"{row.measure.code} {row.measure.effective_from}")
        named = {lines[hit.repeats]} if hit.repeats is not None else set()
        assert named <= earlier.get(key, frozenset())
        assert bool(named) == bool(earlier.get(key))
    return len(earlier)


def questions(history: History, edition: Edition, last: int) -> Iterator[tuple[Question, Subject, int]]:
    """What a history is asked: question, subject, position."""
    positions = [line.position for line in history.lines] or [last]
    for _ in range(QUESTIONS):
        position = history.chance.choice([last, last, last, history.chance.choice(positions)])
        if history.chance.random() < 0.1:
            position = max(0, position - 1)
        yield a_question(history, edition), history.asked(), position


def test_product_and_oracle_agree_on_every_history_and_question(edition: Edition, later: Edition) -> None:
    chance, met, began = Random(SEED), Counter[str](), time.perf_counter()
    done = 0
    while done < HISTORIES:
        size = min(BATCH, HISTORIES - done)
        ledger, histories = run_batch(chance, edition, later, size)
        for history in histories:
            compare(history, ledger, edition, met)
        done += size
    took = time.perf_counter() - began
    verdicts = {name: count for name, count in sorted(met.items()) if name.startswith(("=", "?"))}
    print(f"\noracle: {done} histories, {done * QUESTIONS} questions, seed {SEED}, {took:.0f} s; {verdicts}")
    print(f"oracle: met {dict(sorted((k, v) for k, v in met.items() if k not in verdicts))}")
    if HISTORIES >= 5000:
        assert_everything_was_met(met)


def compare(history: History, ledger: Trial, edition: Edition, met: Counter[str]) -> None:
    """Asks a history's questions of both and counts what was met."""
    lines = sorted(history.lines, key=lambda line: line.position)
    keys = {line.position: line.key for line in lines}
    met.update(f"line {line.act} {line.word}".rstrip() for line in lines if line.act != "delivery")
    met.update(f"refused {name}" for name in history.refused)
    for question, subject, position in questions(history, edition, ledger.position):
        code = subject.identifier.value
        decision = ledger.decide(subject, question, position)
        expected = oracle.answer(question, code, lines, position, ledger.law)
        told = as_told(decision, related_in_several_ways(lines, code, question.day, position))
        assert told == (expected.verdict, expected.indeterminate, Counter(expected.hits)), (
            question,
            code,
            position,
            lines,
        )
        met["re-offence"] += assert_repeats_agree(decision, expected, keys)
        met["== " + " ".join(dict.fromkeys([expected.verdict, expected.indeterminate]))] += 1
        for one in expected.hits:
            met.update([*one.reasons, f"status {one.status}", f"relation {one.relation}"])
            met["milder"] += one.milder


def related_in_several_ways(lines: list[Line], code: str, day: date, position: int) -> set[str]:
    """Codes that are related to a subject in more than one way: which is told first is not laid down."""
    if sum(line.act == "link" for line in lines) < 2:
        return set()
    found = read(lines, position)
    related = related_to(found, codes_of(found, code), day)
    return {other for other, relations in related.items() if len(relations) > 1}


def assert_everything_was_met(met: Counter[str]) -> None:
    """Every verdict, reason, status and relation was drawn, and every kind of statement admitted."""
    reasons = {name.removeprefix("HIT_REASON_") for name in dict(verdict_pb2.HitReason.items())} - {
        "UNSPECIFIED",
        "KEY_DISPUTED",  # A stolen key is no event of a history: see test_key_disputes.
        "NOT_SERVED",  # Nor is a ban that is decided here: see the tests of bans.
    }
    verdicts = {
        "BLOCKED UNSPECIFIED",
        "REVIEW UNSPECIFIED",
        "CLEAR UNSPECIFIED",
        "INDETERMINATE SUBJECT_UNKNOWN",
        "INDETERMINATE SOURCE_NOT_CONNECTED",
        "INDETERMINATE SOURCE_STALE",
        "INDETERMINATE IDENTITY_AMBIGUOUS",
    }
    statuses = ("IN_FORCE", "COMING", "STAYED", "OBJECTED", "CONTESTED", "SHIELDED")
    relations = ("SELF", "SAME", "PARENT", "BRANCH", "ABSORBED", "SURVIVING")
    lines = ("report", "correction", "withdrawal", "repair", "lifting", "ruling", "candidacy", "grant")
    wanted = reasons | {f"== {verdict}" for verdict in verdicts} | {f"status {each}" for each in statuses}
    wanted |= {f"relation {each}" for each in relations} | {f"line {each}" for each in lines}
    wanted |= {f"line result {each}" for each in ("REJECTED", "DELETED", "CORRECTED", "REMOVED")}
    wanted |= {"line applied", "line accepted", "line granted", "line annulled"}
    wanted |= {"milder", "re-offence", "line note STAYED", "line note RESUMED", "line link MERGER"}
    rare = {name: met[name] for name in wanted if met[name] < 10}
    assert not rare, rare


# --- the tables that the oracle has of its own ----------------------------------------------------


def test_role_table_of_the_edition_is_the_one_that_the_law_describes(edition: Edition) -> None:
    """law.md §5.3; a change of the table must be a change of both."""
    natural_person = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    for role, who in oracle_scope.WHO_IS_BOUND.items():
        kinds, capacities = edition.binding(subject_pb2.SubjectRole.Value(f"SUBJECT_ROLE_{role}"))
        bound = {subject_pb2.Capacity.Name(capacity).removeprefix("CAPACITY_") for capacity in capacities}
        if len(kinds) == len(subject_pb2.SubjectKind.values()) - 1:
            bound.add("*")
        elif kinds:
            assert kinds == {natural_person}
            bound.add("NATURAL_PERSON")
        assert bound == who, role


def test_lists_that_must_be_checked_and_their_bounds_are_those_of_the_notices(edition: Edition) -> None:
    for domain in subject_pb2.Domain.values():
        name = subject_pb2.Domain.Name(domain).removeprefix("DOMAIN_")
        assert set(edition.required_lists(domain)) == oracle.MUST_BE_CHECKED.get(name, set()), name
    for code, days in oracle.MAX_AGE.items():
        assert {row.max_age_days for row in edition.lists[code]} == {days}


def test_zones_activities_and_statutes_of_the_edition_are_those_the_oracle_knows(edition: Edition) -> None:
    assert {code: set(zone.overlaps) for code, zone in edition.rules.zones.items()} == oracle_scope.ZONES
    parts = edition.rules.activity_parts
    assert {code: set(contained) for code, contained in parts.items()} == oracle_scope.CONTAINS
    rows = [row for rows in edition.measures.values() for row in rows]
    assert {row.code for row in rows if row.anchors} == {"M-PRO-04"}
    assert {row.window_months for row in rows if row.anchors} == {36}
    assert {row.code: row.reoffence.months for row in rows if row.reoffence} == {
        "M-BID-01": 36,
        "M-BID-02": 36,
    }
