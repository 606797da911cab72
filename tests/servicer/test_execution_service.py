"""ExecutionService over the wire: what is refused and with which status, what comes back, who may read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.commands.measure_use import EMBARGO_DAYS
from registry.v1 import execution_service_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.execution_service_pb2_grpc import ExecutionServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import Subject
from tests.support.events import ban, firm, new_firm, new_person, person, placed
from tests.support.reports import question, report_on
from tests.support.served import DEADLINE_S, Served, refused
from tests.support.spine import TODAY

BAN = "M-PRO-01"
CLEAR, REVIEW = verdict_pb2.VERDICT_CLEAR, verdict_pb2.VERDICT_REVIEW
ALLOWED, REFUSED = pb.EXECUTION_ACTION_ALLOWED, pb.EXECUTION_ACTION_REFUSED
GRADED_DOWN, FACILITATED = pb.EXECUTION_ACTION_GRADED_DOWN, pb.EXECUTION_ACTION_FACILITATED
EVALUATOR = subject_pb2.SUBJECT_ROLE_EVALUATOR
INVALID = grpc.StatusCode.INVALID_ARGUMENT


def stub(
    served: Served, role: CallerRole = CallerRole.PROCUREMENT_SYSTEM, name: str = "asker"
) -> ExecutionServiceStub:
    caller = served.system(role, name) if role.value.startswith("system") else served.of_role(role)
    return ExecutionServiceStub(served.channel(caller))


def banned(served: Served) -> Subject:
    subject = new_firm()
    placed(served.spine.say("财政", event=ban("财政", subject, BAN, "2026-03-01", "2028-03-01")))
    return subject


def send(served: Served, request: pb.ReportExecutionRequest, name: str = "asker") -> Any:
    return stub(served, name=name).ReportExecution(request, timeout=DEADLINE_S)


def test_answer_of_check_is_reported_on_as_it_came(served: Served) -> None:
    asked = question(banned(served))
    asker = served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM))
    answer = RestrictionServiceStub(asker).Check(asked, timeout=DEADLINE_S)
    request = pb.ReportExecutionRequest(
        report_id="as-it-came",
        check=asked,
        answered=answer.answered,
        verdict=answer.verdict,
        action=REFUSED,
        measure_codes=[hit.measure_code for hit in answer.hits],
    )
    first, again = send(served, request), send(served, request)
    assert (first.already_recorded, again.already_recorded) == (False, True)
    assert first.recorded_time == again.recorded_time
    assert first.recorded_time.ToMilliseconds() == served.spine.clock()


def test_answer_that_was_not_given_and_id_that_is_taken_have_their_own_statuses(served: Served) -> None:
    request = report_on(served.spine, "statuses", banned(served), measures=[BAN])
    send(served, request)
    request.reason = "另一份"
    taken = refused(lambda: send(served, request))
    assert (taken.code, taken.reason) == (grpc.StatusCode.ALREADY_EXISTS, "STATEMENT_ID_REUSED")
    guess = report_on(served.spine, "guess", banned(served), verdict=REVIEW, measures=["M-PRO-02"])
    not_given = refused(lambda: send(served, guess))
    assert (not_given.code, not_given.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "ANSWER_NOT_REPRODUCED",
    )
    assert not_given.fields == ("verdict", "measure_codes[0]")


def test_every_fault_is_told_at_once(served: Served) -> None:
    request = pb.ReportExecutionRequest(report_id="", reason="由" * 501, measure_codes=["M-X"] * 101)
    request.check.matter.role = 99  # type: ignore[assignment]
    request.check.purpose.reference = "号" * 201
    refusal = refused(lambda: send(served, request))
    assert refusal.code == INVALID
    assert set(refusal.fields) == {
        "report_id",
        "check.subject.type",
        "check.matter.role",
        "check.purpose.reference",
        "check.purpose.reason",
        "answered.origin",
        "answered.edition",
        "answered.valid_time",
        "verdict",
        "action",
        "reason",
        "measure_codes",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"report_id": "有字", "reason": "依法"}, "report_id"),
        ({"report_id": "x" * 65, "reason": "依法"}, "report_id"),
        ({"report_id": f"R-{person(1).identifier.value}", "reason": "依法"}, "report_id"),
        ({"reason": f"身份证{person(1).identifier.value}"}, "reason"),
        ({"report_id": "130999640229683", "reason": "依法"}, "report_id"),
        ({"reason": "身份证 130999640229683"}, "reason"),
        ({"reason": "由" * 501}, "reason"),
        ({"action": ALLOWED}, "reason"),
        ({"action": ALLOWED, "reason": " \u200b "}, "reason"),
        ({"action": ALLOWED, "verdict": REVIEW}, "reason"),
        ({"action": ALLOWED, "verdict": verdict_pb2.VERDICT_INDETERMINATE}, "reason"),
        ({"action": REFUSED}, "reason"),
        ({"action": GRADED_DOWN}, "reason"),
        ({"action": FACILITATED, "reason": "从优"}, "measure_codes"),
        ({"action": 99}, "action"),
        ({"verdict": 99, "reason": "依法"}, "verdict"),
        ({"measures": [BAN, BAN]}, "measure_codes"),
        ({"measures": ["M" * 33]}, "measure_codes"),
    ],
)
def test_malformed_report_is_refused_with_the_field(
    served: Served, changes: dict[str, Any], field: str
) -> None:
    report_id = changes.get("report_id", "malformed")
    more = {key: value for key, value in changes.items() if key != "report_id"}
    request = report_on(served.spine, report_id, firm(1), **more)
    refusal = refused(lambda: send(served, request))
    assert (refusal.code, refusal.fields) == (INVALID, (field,))


@pytest.mark.parametrize("where", ["reference", "valid_time", "nanos"])
def test_malformed_question_or_time_is_refused_with_the_field(served: Served, where: str) -> None:
    request = report_on(served.spine, "question", firm(1), measures=[BAN])
    if where == "reference":
        request.check.purpose.reference = f"案{person(1).identifier.value}"
    elif where == "valid_time":
        request.answered.valid_time.seconds = 1 << 60
    else:
        request.check.valid_time.nanos = -1
    field = {"reference": "check.purpose.reference", "nanos": "check.valid_time"}.get(where)
    refusal = refused(lambda: send(served, request))
    assert (refusal.code, refusal.fields) == (INVALID, (field or "answered.valid_time",))


def test_allowing_what_is_clear_needs_no_words_and_what_is_blocked_a_reason(served: Served) -> None:
    served.spine.deliver()
    known = new_firm()
    placed(served.spine.say("财政", event=ban("财政", known, BAN, "2024-01-01", "2025-03-01")))
    assert not send(
        served, report_on(served.spine, "clear", known, verdict=CLEAR, action=ALLOWED)
    ).already_recorded
    told = report_on(served.spine, "against", banned(served), action=ALLOWED, reason="应急采购, 唯一供应商")
    assert not send(served, told).already_recorded


def test_report_about_a_person_needs_the_purpose_that_check_needs(served: Served) -> None:
    request = report_on(served.spine, "purpose", new_person(), measures=[BAN], role=EVALUATOR)
    request.check.purpose.reference = request.check.purpose.reason = ""
    refusal = refused(lambda: send(served, request))
    assert (refusal.code, refusal.reason) == (INVALID, "PURPOSE_REQUIRED")
    assert refusal.fields == ("check.purpose.reference", "check.purpose.reason")


def test_own_reports_come_back_as_they_were_made_and_masked(served: Served) -> None:
    subject = new_person()
    placed(served.spine.say("财政", event=ban("财政", subject, "M-PRO-03", "2026-03-01", "2028-03-01")))
    request = report_on(served.spine, "own-1", subject, role=EVALUATOR, measures=["M-PRO-03"], reason="依法")
    send(served, request, "own")
    send(served, report_on(served.spine, "own-2", banned(served), measures=[BAN]), "own")
    mine = stub(served, name="own")
    first, second = mine.ListOwnExecutions(pb.ListOwnExecutionsRequest(), timeout=DEADLINE_S).executions
    number = subject.identifier.value
    assert first.subject.value == f"{number[:4]}{'*' * 10}{number[-4:]}"
    assert (first.number, first.report_id, first.action, first.reason) == (1, "own-1", REFUSED, "依法")
    assert (first.domain, first.reference) == (subject_pb2.DOMAIN_PROCUREMENT, "沧示采〔2026〕12号")
    assert (first.verdict, list(first.measure_codes)) == (verdict_pb2.VERDICT_BLOCKED, ["M-PRO-03"])
    assert first.known_position == request.answered.known_position
    later = mine.ListOwnExecutions(pb.ListOwnExecutionsRequest(after=1), timeout=DEADLINE_S).executions
    assert list(later) == [second]
    others = stub(served, name="nobody").ListOwnExecutions(pb.ListOwnExecutionsRequest())
    assert list(others.executions) == []


def test_measure_use_names_callers_measures_and_days_and_nothing_else(served: Served) -> None:
    subject = banned(served)
    request = report_on(served.spine, "use", subject, measures=[BAN], reason="此处不得外传")
    send(served, request, "platform")
    served.spine.clock.move_to(TODAY + timedelta(days=EMBARGO_DAYS))
    response = stub(served, CallerRole.AUDITOR).ListMeasureUse(pb.ListMeasureUseRequest())
    served.spine.clock.move_to(TODAY)
    uses = {use.measure_code: use for use in response.uses}
    (by,) = (each for each in uses[BAN].by if each.caller == "platform")
    assert (by.action, by.count) == (REFUSED, 1)
    assert by.last_time.ToJsonString() == "2026-11-22T16:00:00Z"
    assert uses[BAN].measure_name
    assert uses[BAN].in_force > 0
    assert not any(word in str(response) for word in (subject.identifier.value, "沧示采", "外传"))
    assert {code for code, use in uses.items() if not use.by} >= {"M-PRO-02", "M-EXI-01"}


def test_days_of_measure_use_must_be_days(served: Served) -> None:
    request = pb.ListMeasureUseRequest(until="昨天")
    setattr(request, "from", "2026-13-01")
    refusal = refused(lambda: stub(served, CallerRole.AUDITOR).ListMeasureUse(request))
    assert (refusal.reason, refusal.fields) == ("DATE_INVALID", ("from", "until"))


@pytest.mark.parametrize("role", list(CallerRole))
def test_systems_and_departments_report_and_departments_and_offices_read_the_use(
    served: Served, role: CallerRole
) -> None:
    denied = ("METHOD_DENIED", grpc.StatusCode.PERMISSION_DENIED)

    def outcome(method: str, request: Any) -> Any:
        try:
            getattr(stub(served, role), method)(request, timeout=DEADLINE_S)
        except grpc.RpcError:
            refusal = refused(lambda: getattr(stub(served, role), method)(request, timeout=DEADLINE_S))
            return (refusal.reason, refusal.code)
        return None

    asks = role not in (CallerRole.REGISTRAR, CallerRole.AUDITOR, CallerRole.PUBLIC, CallerRole.FACE)
    assert outcome("ListOwnExecutions", pb.ListOwnExecutionsRequest()) == (None if asks else denied)
    assert (outcome("ReportExecution", pb.ReportExecutionRequest()) == denied) is not asks
    reads = role in (CallerRole.REGISTRAR, CallerRole.AUDITOR, CallerRole.DEPARTMENT)
    assert outcome("ListMeasureUse", pb.ListMeasureUseRequest()) == (None if reads else denied)
