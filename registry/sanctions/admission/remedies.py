"""Checks of objections and their results (异议): filed at a window, decided by whoever stated it.

* Anything that stands can be objected to, once at a time; the objection is noted at once, whoever keeps the
  record (浙江省公共信用信息管理条例 第三十条, 深圳经济特区社会信用条例 第四十八条).
* The department whose statement it is decides, by a document: not founded, deleted, corrected, supplemented,
  disclosure ended, or removed from the list. What is corrected is held to what a correction is held to.
* The operator decides one thing alone: that the term of disclosure is over (超过公示期限), which it can see.

Worked example: the operator files one about the finance bureau's penalty. The bureau says 更正 with a
replacement about another subject: TARGET_ANOTHER_SUBJECT at ``objection_result.replacement``.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.admission.document import check_document
from registry.sanctions.admission.reference import check_replacement, check_ungranted
from registry.sanctions.admission.remedy_filing import Remedies
from registry.sanctions.admission.remedy_repairs import (
    check_repair_acceptance,
    check_repair_annulment,
    check_repair_application,
    check_repair_refusal,
)
from registry.sanctions.admission.texts import check_reason
from registry.sanctions.effects.marks import open_mark
from registry.sanctions.effects.recording import RED_LIST
from registry.sanctions.ground import MarkKind
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.sanctions.remedies.conditions import disclosure_is_over, is_hidden
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb

__all__ = [
    "check_objection",
    "check_objection_result",
    "check_repair_acceptance",
    "check_repair_annulment",
    "check_repair_application",
    "check_repair_refusal",
]
_OBJECTION = remedy.REMEDY_KIND_OBJECTION
_GROUNDS = frozenset(pb.ObjectionGround.values()) - {0}
_OUTCOMES = frozenset(pb.ObjectionOutcome.values()) - {0}
_REPLACING = (pb.OBJECTION_OUTCOME_CORRECTED, pb.OBJECTION_OUTCOME_SUPPLEMENTED)
_FROM_A_DAY = (pb.OBJECTION_OUTCOME_DISCLOSURE_ENDED, pb.OBJECTION_OUTCOME_REMOVED)
_AWAITING = (remedy.REMEDY_STATE_FILED,)


def check_objection(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """An objection to a standing statement that none is open about."""
    case, objection = Remedies(found, statement, day, ledger, _OBJECTION), statement.objection
    target = case.target_at_window(objection.target)
    if objection.ground not in _GROUNDS:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "objection.ground", "异议理由种类不在代码表内。")
    case.day_of("filed_on", objection.filed_on, "提出日期")
    check_reason(found, "objection.claim", objection.claim, "异议请求和理由")
    case.papers("evidence", objection.evidence)
    if target is None:
        return
    case.no_other(target)
    noted = open_mark(ledger.subject(target.subject), target.position, MarkKind.OBJECTED)
    key = (target.department, target.statement_id)
    if noted is not None and ledger.remedies.open_on(key, _OBJECTION) is None:
        message = f"该陈述已在序号{noted.position}标注异议, 尚未终结"
        case.fault(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, "target", message)


def check_objection_result(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """What an open objection leads to, by who may decide it."""
    case, result = Remedies(found, statement, day, ledger, _OBJECTION), statement.objection_result
    by_operator = _is_operators(case)
    target = case.target_at_window(result.target) if by_operator else case.own_target(result.target)
    filed = case.filed("objection", result.objection, result.target, _AWAITING)
    check_reason(found, "objection_result.reason", result.reason, "处理理由")
    department = ledger.directory.department(statement.department)
    assert department is not None
    check_document(found, "objection_result.document", result.document, day, department)
    if filed is not None and result.document.decided_on:
        after = date.fromisoformat(filed.told.filed_on)
        _check_order(case, result.document.decided_on, after)
    if result.outcome not in _OUTCOMES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "objection_result.outcome", "处理结果不在代码表内。")
    elif target is not None:
        _check_outcome(case, target, by_operator=by_operator)


def _is_operators(case: Remedies) -> bool:
    result, department = case.statement.objection_result, case.statement.department
    return department == case.ledger.directory.operator and result.target.department != department


def _check_order(case: Remedies, decided_on: str, after: date) -> None:
    decided = Findings().optional_day("", decided_on, "")
    if decided is not None and decided < after:
        message = f"决定日期{decided}早于异议提出日期{after}"
        case.fault(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "document.decided_on", message)


def _check_outcome(case: Remedies, target: RecordedEvent, *, by_operator: bool) -> None:
    result, record = case.statement.objection_result, case.ledger.subject(target.subject)
    if by_operator and not _operator_may(case, target):
        message = "登记机构只能就公示期限届满终止披露; 其他结果由作出该陈述的部门决定"
        case.fault(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, "outcome", message)
    if result.HasField("replacement") != (result.outcome in _REPLACING):
        message = "更正、补充须附更正后的信息, 其他处理结果不附"
        case.fault(reasons.ERROR_REASON_FIELD_INVALID, "replacement", message)
    elif result.outcome in _REPLACING:
        check_replacement(
            case.found, "objection_result", result.replacement, target, case.statement, case.day, case.ledger
        )
    elif result.outcome == pb.OBJECTION_OUTCOME_DELETED:
        check_ungranted(case.found, "objection_result.target", record, target)
    elif result.outcome in _FROM_A_DAY:
        _check_from_a_day(case, target)


def _operator_may(case: Remedies, target: RecordedEvent) -> bool:
    record, edition = case.ledger.subject(target.subject), case.ledger.edition_on(case.day)
    ending = case.statement.objection_result.outcome == pb.OBJECTION_OUTCOME_DISCLOSURE_ENDED
    return ending and disclosure_is_over(target, record, edition, case.day)


def _check_from_a_day(case: Remedies, target: RecordedEvent) -> None:
    result, record = case.statement.objection_result, case.ledger.subject(target.subject)
    case.day_of("effective_on", result.effective_on, "终止披露或移出日期", after=target.effective_from)
    removing = result.outcome == pb.OBJECTION_OUTCOME_REMOVED
    if target.category == RED_LIST or (removing and not target.list_code):
        message = "只有名单信息可以移出, 守信激励名单的列入请撤回或解除"
        case.fault(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, "outcome", message)
    elif target.repaired_position is not None or is_hidden(target, record):
        message = "该信息已经移出、修复或者终止披露"
        case.fault(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, "target", message)
