"""Checks of statements about earlier statements: correction, withdrawal, repair.

Only the department that stated something may correct, withdraw or repair it (谁产生谁负责, 谁认定
谁修复). Nothing is edited: each is a new statement that refers to the old one by its id.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.domain.periods import add_months
from registry.sanctions.admission.agreement import check_agrees
from registry.sanctions.admission.document import check_document, check_mention
from registry.sanctions.admission.event import check_stated
from registry.sanctions.admission.texts import check_reason
from registry.sanctions.effects.recording import RED_LIST
from registry.sanctions.effects.reference import lifted
from registry.sanctions.ground import Ending
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.sanctions.redlists import standing_grant
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_correction(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A correction replaces a standing event of the same department about the same subject."""
    correction = statement.correction
    target = check_target(found, "correction", correction.target, statement, ledger)
    check_reason(found, "correction.reason", correction.reason, "更正理由")
    if target and target.repaired_position is not None:  # It would silently undo the repair.
        message = f"该记录已在序号{target.repaired_position}提前移出, 不能再更正。"
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, "correction.target", message)
    if target and any(row.ended is Ending.LIFTED for row in lifted(ledger.subject(target.subject), target)):
        message = "该记录的措施已经解除, 不能再更正。"  # It would silently impose them again.
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, "correction.target", message)
    if target and (not target.is_about_subject or target.category == RED_LIST):
        message = "只有信用事件可以更正; 关联、认定和守信激励有误请撤回后另行提交。"
        found.add(reasons.ERROR_REASON_TARGET_NOT_AN_EVENT, "correction.target", message)
    event = correction.replacement
    check_stated(found, "correction.replacement", event, statement.department, day, ledger)
    identifier = event.subject.identifier
    readable = not code_faults(identifier.type, normalise(identifier.value))
    if target and readable and ledger.subject_ref(identifier.type, identifier.value) != target.subject:
        message = "更正不得改变主体; 请撤回原陈述, 对正确的主体另行提交。"
        found.add(
            reasons.ERROR_REASON_TARGET_ANOTHER_SUBJECT, "correction.replacement.subject.identifier", message
        )
    elif target:
        check_agrees(found, "correction.replacement", event, ledger, replaces=target.position)


def check_withdrawal(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A withdrawal treats a standing event as never made; the reason is kept."""
    withdrawal = statement.withdrawal
    target = check_target(found, "withdrawal", withdrawal.target, statement, ledger)
    if target and (granted := standing_grant(ledger.subject(target.subject), target.position)):
        message = f"按该公示作出的列入(序号{granted.position})仍然有效; 请先撤回列入。"
        found.add(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, "withdrawal.target", message)
    check_reason(found, "withdrawal.reason", withdrawal.reason, "撤回理由")
    if withdrawal.HasField("document"):
        check_mention(found, "withdrawal.document", withdrawal.document, day)


def check_repair(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A list entry ends early by decision of the listing authority, not before the list allows.

    Bans of a decision end by their term, by withdrawal or by a later decision, not by repair
    (law.md §3.1: 责令停产停业、限制从业等不能提前终止).
    """
    repair = statement.repair
    target = check_target(found, "repair", repair.target, statement, ledger)
    check_reason(found, "repair.reason", repair.reason, "修复理由")
    department = ledger.directory.department(statement.department)
    assert department is not None
    check_document(found, "repair.document", repair.document, day, department)
    effective_on = found.day("repair.effective_on", repair.effective_on, "移出日期")
    if target is None:
        return
    if target.repaired_position is not None:
        message = f"该记录已在序号{target.repaired_position}修复。"
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, "repair.target", message)
    if not target.list_code or target.effective_from is None or target.category == RED_LIST:
        message = "只有名单信息可以提前移出; 决定类措施到期、撤销或另有决定才终止。"
        found.add(reasons.ERROR_REASON_REPAIR_NOT_AVAILABLE, "repair.target", message)
    elif effective_on is not None:
        _check_repair_day(found, target.list_code, target.effective_from, effective_on, ledger)
    decided_on = Findings().optional_day("", repair.document.decided_on, "")
    if effective_on and effective_on > day:
        message = f"移出日期{effective_on}晚于接收日期{day}; 请到移出之日再提交。"
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, "repair.effective_on", message)
    elif effective_on and decided_on and effective_on < decided_on:
        message = f"移出日期{effective_on}早于决定日期{decided_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "repair.effective_on", message)


def _check_repair_day(
    found: Findings, list_code: str, listed_on: date, effective_on: date, ledger: Ledger
) -> None:
    entry = ledger.edition_on(listed_on).credit_list(list_code, listed_on)
    months = entry.early_removal_months if entry else None
    if effective_on < listed_on:
        message = f"移出日期{effective_on}早于列入日期{listed_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "repair.effective_on", message)
    elif entry and months and effective_on < add_months(listed_on, months):
        message = f"{entry.name_zh}列入满{months}个月方可提前移出(最早{add_months(listed_on, months)})。"
        found.add(reasons.ERROR_REASON_REPAIR_TOO_EARLY, "repair.effective_on", message)


def check_target(
    found: Findings, path: str, target: pb.StatementReference, statement: pb.Statement, ledger: Ledger
) -> RecordedEvent | None:
    """The standing statement of the same department that a reference names; None with a fault noted."""
    field = f"{path}.target"
    if target.department != statement.department:
        message = "只能更正、撤回或修复本部门的陈述(谁产生谁负责)。"
        found.add(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, f"{field}.department", message)
        return None
    event = ledger.event(target.department, target.statement_id)
    if event is not None and event.state is EventState.STANDS:
        return event
    if event is not None:
        message = f"所指陈述已在序号{event.ended_position}被撤回或更正。"
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, field, message)
    elif (erased_by := ledger.erased_by(target.department, target.statement_id)) is not None:
        message = f"所指陈述的内容已由序号{erased_by}依法删除。"
        found.add(reasons.ERROR_REASON_CONTENT_ERASED, field, message)
    elif ledger.is_recorded(target.department, target.statement_id):
        found.add(reasons.ERROR_REASON_TARGET_NOT_AN_EVENT, field, "所指陈述不是信用事件。")
    else:
        found.add(reasons.ERROR_REASON_TARGET_UNKNOWN, field, "本部门没有这一编号的陈述。")
    return None
