"""Verdicts explained and identities resolved over the wire, and to whom which steps are shown."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

import pytest

from registry.access.identity import CallerRole
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.verdict_pb2 import (
    HIT_STATUS_EXPIRED,
    RESOLUTION_STATUS_AMBIGUOUS,
    RESOLUTION_STATUS_INVALID_CODE,
    RESOLUTION_STATUS_NOT_FOUND,
    RESOLUTION_STATUS_RESOLVED,
    SUBJECT_RELATION_SAME,
    VERDICT_BLOCKED,
    VERDICT_INDETERMINATE,
)
from tests.support.clock import instant_ms
from tests.support.events import ban, fined, firm, licence, list_entry, person, placed, succession
from tests.support.served import DEADLINE_S, Served, number_of, refused

DAY = date(2026, 11, 20)
PURPOSE = pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT, reference="CZ-2026-DEMO-2", reason="资格审查")
FIRM, OLD, NEW, TWICE = (firm(number) for number in (901, 902, 903, 904))


@pytest.fixture(scope="module", autouse=True)
def statements(served: Served) -> None:
    """A firm with a ban in force, one that is over and a small fine; others with two codes or names."""
    spine = served.spine
    placed(spine.say("财政", "over", event=ban("财政", FIRM, "M-PRO-01", "2023-03-01", "2025-03-01")))
    placed(spine.say("市场监管", event=fined("市场监管", FIRM, "2026-03-01", "50")))
    placed(spine.say("财政", "runs", event=ban("财政", FIRM, "M-PRO-01", "2026-03-01", "2028-03-01")))
    placed(spine.say("市场监管", event=licence("市场监管", OLD)))
    placed(spine.say("市场监管", subject_link=succession(OLD, NEW, "2026-06-01")))
    for name in ("沧州甲(示例)公司", "沧州乙(示例)公司"):
        stated = subject_pb2.Subject()
        stated.CopyFrom(TWICE)
        stated.name = name
        placed(spine.say("市场监管", event=licence("市场监管", stated)))
    placed(spine.say("人社", event=list_entry("人社", person(901), "L-04", "2026-03-01", "2029-03-01")))


def system(served: Served) -> RestrictionServiceStub:
    return RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))


def department(served: Served) -> RestrictionServiceStub:
    return RestrictionServiceStub(served.channel(served.department("财政")))


def question(subject: subject_pb2.Subject, role: str = "BIDDER", **changes: Any) -> pb.CheckRequest:
    matter = pb.Matter(role=subject_pb2.SubjectRole.Value(f"SUBJECT_ROLE_{role}"))
    fields: dict[str, Any] = {"subject": subject.identifier, "purpose": PURPOSE, "matter": matter}
    request = pb.CheckRequest(**{**fields, **changes})
    request.valid_time.FromMilliseconds(instant_ms(DAY))
    return request


def explain(stub: RestrictionServiceStub, *asked: Any, **changes: Any) -> pb.ExplainResponse:
    return stub.Explain(pb.ExplainRequest(check=question(*asked, **changes)), timeout=DEADLINE_S)


def query_log(served: Served) -> list[dict[str, Any]]:
    """The query log as another process reads it from the disk."""
    with sqlite3.connect(f"file:{served.spine.config.store}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM query_log ORDER BY number")]
    connection.close()
    return rows


# --- explanations ---------------------------------------------------------------------------------


def test_explanation_has_the_very_answer_to_the_question(served: Served) -> None:
    explained = explain(system(served), FIRM)
    assert explained.answer == system(served).Check(question(FIRM))
    assert [step.hit for step in explained.steps if step.counted] == list(explained.answer.hits)
    assert explained.conclusion[-1].startswith("结论: 禁止。")


def test_department_sees_what_did_not_count_and_a_system_does_not(served: Served) -> None:
    shown = explain(department(served), FIRM).steps
    assert sorted((step.hit.measure_code, step.counted) for step in shown) == [
        ("M-PRO-01", False),
        ("M-PRO-01", True),
        ("M-PRO-04", False),
    ]
    (over,) = [step for step in shown if step.hit.status == HIT_STATUS_EXPIRED]
    assert over.hit.statement_id == "over"
    (fine,) = [step for step in shown if step.hit.measure_code == "M-PRO-04"]
    assert "记载的罚款: 50万元" in {clause.detail for clause in fine.clauses}
    told = explain(system(served), FIRM)
    assert [step.hit.statement_id for step in told.steps] == ["runs"]
    assert b"2025-03-01" not in told.SerializeToString()


def test_clauses_say_what_was_compared(served: Served) -> None:
    (step,) = explain(system(served), FIRM, "AGENCY").steps
    assert step.counted
    outcomes = {clause.text: pb.ClauseOutcome.Name(clause.outcome) for clause in step.clauses}
    assert outcomes["约束以这一身份参加的主体"] == "CLAUSE_OUTCOME_FAILED"
    assert all(clause.text and clause.detail for clause in step.clauses)


def test_subject_of_whom_nothing_is_recorded_has_no_steps_and_a_reason(served: Served) -> None:
    explained = explain(system(served), firm(999))
    assert explained.answer.verdict == VERDICT_INDETERMINATE
    assert not explained.steps
    assert explained.conclusion[0].startswith("身份: 截至序号")
    assert explained.conclusion[-1] == "结论: 无法判定。没有这一主体的记录, 不能据此认为未受限制。"


def test_explaining_about_a_person_needs_a_purpose_and_is_logged(served: Served) -> None:
    before = len(query_log(served))
    bare = pb.Purpose(domain=PURPOSE.domain)
    refusal = refused(lambda: explain(system(served), person(901), "MANAGER", purpose=bare))
    assert refusal.reason == "PURPOSE_REQUIRED"
    explained = explain(system(served), person(901), "MANAGER")
    assert number_of(901).encode() not in explained.SerializeToString()
    (row,) = query_log(served)[before:]
    assert (row["reference"], row["verdict"]) == (PURPOSE.reference, explained.answer.verdict)


def test_explanation_is_given_in_the_callers_domain_alone(served: Served) -> None:
    other = pb.Purpose(domain=subject_pb2.DOMAIN_EXIT_ENTRY)
    assert refused(lambda: explain(system(served), FIRM, purpose=other)).reason == "DOMAIN_DENIED"


# --- identities -----------------------------------------------------------------------------------


def resolve(
    served: Served, identifier: subject_pb2.Identifier, purpose: pb.Purpose = PURPOSE
) -> pb.ResolveResponse:
    request = pb.ResolveRequest(subject=identifier, purpose=purpose)
    return system(served).Resolve(request, timeout=DEADLINE_S)


def test_old_code_is_resolved_to_the_new_one_with_the_position_of_the_link(served: Served) -> None:
    answer = resolve(served, OLD.identifier)
    identity = answer.identity
    assert (identity.status, identity.current) == (RESOLUTION_STATUS_RESOLVED, NEW.identifier)
    assert list(identity.names) == [OLD.name]
    (related,) = identity.related
    assert (related.identifier, related.relation) == (NEW.identifier, SUBJECT_RELATION_SAME)
    assert 0 < related.position <= answer.answered.known_position


def test_two_names_on_one_code_are_told_by_resolving_and_beside_the_verdict(served: Served) -> None:
    identity = resolve(served, TWICE.identifier).identity
    assert identity.status == RESOLUTION_STATUS_AMBIGUOUS
    assert list(identity.disputed_names) == ["沧州乙(示例)公司", "沧州甲(示例)公司"]
    assert system(served).Check(question(TWICE)).identity == identity


@pytest.mark.parametrize(
    ("number", "status"), [(901, RESOLUTION_STATUS_RESOLVED), (999, RESOLUTION_STATUS_NOT_FOUND)]
)
def test_beside_a_verdict_on_a_plain_subject_stands_the_status_alone(
    served: Served, number: int, status: Any
) -> None:
    identity = system(served).Check(question(firm(number))).identity
    assert identity == type(identity)(status=status)


def test_code_that_is_none_is_invalid(served: Served) -> None:
    wrong = subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value="91130902DEM0000000")
    assert resolve(served, wrong).identity.status == RESOLUTION_STATUS_INVALID_CODE
    check = question(FIRM)
    check.subject.CopyFrom(wrong)
    assert system(served).Check(check).identity.status == RESOLUTION_STATUS_INVALID_CODE


def test_resolving_a_person_is_logged_without_a_verdict_and_shows_no_name(served: Served) -> None:
    before = len(query_log(served))
    bare = pb.Purpose(domain=PURPOSE.domain)
    assert refused(lambda: resolve(served, person(901).identifier, bare)).reason == "PURPOSE_REQUIRED"
    answer = resolve(served, person(901).identifier)
    assert (answer.identity.status, list(answer.identity.names)) == (RESOLUTION_STATUS_RESOLVED, [])
    assert number_of(901).encode() not in answer.SerializeToString()
    assert answer.identity.current.value.startswith("1309")
    (row,) = query_log(served)[before:]
    assert (row["reference"], row["reason"], row["verdict"]) == (PURPOSE.reference, PURPOSE.reason, 0)


def test_answer_with_an_identity_is_the_same_bytes_at_the_same_position(served: Served) -> None:
    asked = question(OLD)
    before = system(served).Check(asked)
    assert before.verdict != VERDICT_BLOCKED
    placed(served.spine.say("市场监管", event=licence("市场监管", NEW)))
    asked.consistency.at_exact_position = before.answered.known_position
    assert system(served).Check(asked).SerializeToString() == before.SerializeToString()
