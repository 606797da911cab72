"""Checks of what befalls a recorded decision: stays, objections, contests, shields (标注), liftings (解除).

The department that stated something notes what befalls it; an objection may be noted by the operator as
well, for it is marked at once, before the source has answered. A note of one kind is open once. What was
objected to in the registry's own procedure is settled there, by the result.

A record is shielded (重整期间暂时屏蔽) on a court's ruling that approves the plan (国办发〔2025〕22号).
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.domain.periods import Period
from registry.domain.quoting import is_blank
from registry.sanctions.admission.document import check_document, check_mention, check_not_future
from registry.sanctions.admission.target import check_target
from registry.sanctions.admission.texts import check_reason
from registry.sanctions.bans.early import may_lift_early
from registry.sanctions.effects.reference import BEGINNING, ENDING, lifted, open_mark
from registry.sanctions.ground import Ending, Ground, GroundKind
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

_BY_OPERATOR = (pb.NOTED_STATUS_OBJECTED, pb.NOTED_STATUS_OBJECTION_SETTLED)
_DOCUMENTED = (pb.NOTED_STATUS_STAYED, pb.NOTED_STATUS_RESUMED)
_OF_A_COURT = (pb.NOTED_STATUS_SHIELDED, pb.NOTED_STATUS_SHIELD_ENDED)
_NEGATIVE = (GroundKind.IMPOSED, GroundKind.LISTED, GroundKind.RECORDED)
_COURT = "法院"


def check_note(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A note begins that is not open, or ends one that is."""
    note, path = statement.status_note, "status_note"
    target = _noted(found, statement, ledger)
    check_reason(found, f"{path}.reason", note.reason)
    effective_on = found.day(f"{path}.effective_on", note.effective_on, "生效日期")
    check_not_future(found, f"{path}.effective_on", effective_on, day, "生效日期")
    department = ledger.directory.department(statement.department)
    assert department is not None
    if note.status in _OF_A_COURT:
        _check_ruling(found, f"{path}.document", note.document, day)
    elif note.status in _DOCUMENTED or note.HasField("document"):
        check_document(found, f"{path}.document", note.document, day, department)
    if note.status not in BEGINNING and note.status not in ENDING:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.status", "标注种类不在代码表内。")
    elif target is not None:
        _check_applies(found, note, target, effective_on, ledger)


def _check_ruling(found: Findings, path: str, document: pb.Document, day: date) -> None:
    """A court's ruling, which need not be the department's own to relay."""
    check_mention(found, path, document, day)
    if is_blank(document.number) or not document.decided_on or _COURT not in document.authority:
        message = "暂时屏蔽及其终结须以人民法院的裁定为依据, 写明文号、法院和日期(国办发〔2025〕22号)。"
        found.add(reasons.ERROR_REASON_DOCUMENT_REQUIRED, path, message)
    for fault in code_faults(subject_pb2.IDENTIFIER_TYPE_USCC, normalise(document.authority_code)):
        found.add(fault.reason, f"{path}.authority_code", f"法院代码: {fault.message}")


def _noted(found: Findings, statement: pb.Statement, ledger: Ledger) -> RecordedEvent | None:
    note = statement.status_note
    operator = statement.department == ledger.directory.operator and note.status in _BY_OPERATOR
    if not operator or note.target.department == statement.department:
        target = check_target(found, "status_note", note.target, statement, ledger)
    else:
        target = ledger.event(note.target.department, note.target.statement_id)
        if target is None or target.state is not EventState.STANDS:
            message = "所指部门没有这一编号的陈述, 或已被撤回、更正。"
            found.add(reasons.ERROR_REASON_TARGET_UNKNOWN, "status_note.target", message)
            return None
    if target is not None and not target.is_about_subject:
        message = "主体关联和名称认定没有执行状态, 有误请撤回。"
        found.add(reasons.ERROR_REASON_TARGET_NOT_AN_EVENT, "status_note.target", message)
        return None
    return target


def _check_applies(
    found: Findings, note: pb.StatusNote, target: RecordedEvent, effective_on: date | None, ledger: Ledger
) -> None:
    begins = note.status in BEGINNING
    kind = (BEGINNING if begins else ENDING)[note.status]
    noted = open_mark(ledger.subject(target.subject), target.position, kind)
    field, reason = "status_note.status", reasons.ERROR_REASON_STATUS_NOT_APPLICABLE
    if note.status == pb.NOTED_STATUS_SHIELDED and not _is_negative(target, ledger):
        found.add(reason, field, "只有失信信息可以在重整期间暂时屏蔽。")
    if note.status == pb.NOTED_STATUS_OBJECTION_SETTLED and _filed_here(target, ledger):
        found.add(reason, field, "该异议按异议程序提出, 请提交异议处理结果(objection_result)。")
    if begins and noted is not None:
        found.add(reason, field, f"该陈述已在序号{noted.position}作过同一标注, 尚未终结。")
    if not begins and noted is None:
        found.add(reason, field, "该陈述没有未终结的同类标注。")
    elif not begins and noted and effective_on and effective_on < noted.period.first:
        message = f"终结日期{effective_on}早于标注日期{noted.period.first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "status_note.effective_on", message)


def _is_negative(target: RecordedEvent, ledger: Ledger) -> bool:
    rows = (row for row in ledger.subject(target.subject).grounds if row.position == target.position)
    return any(row.kind in _NEGATIVE and row.known_to is None for row in rows)


def _filed_here(target: RecordedEvent, ledger: Ledger) -> bool:
    key = (target.department, target.statement_id)
    return ledger.remedies.open_on(key, remedy.REMEDY_KIND_OBJECTION) is not None


def check_lifting(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A measure that lasts while a status does ends by decision of who imposed it; the grant of a red list by
    decision of who granted it (取消认定).

    A measure with a term of its own ends by its term, by withdrawal, or, decided here, early where law lets
    it (``bans.early``)."""
    lifting, path = statement.lifting, "lifting"
    target = check_target(found, path, lifting.target, statement, ledger)
    check_reason(found, f"{path}.reason", lifting.reason, "解除理由")
    department = ledger.directory.department(statement.department)
    assert department is not None
    check_document(found, f"{path}.document", lifting.document, day, department)
    effective_on = found.day(f"{path}.effective_on", lifting.effective_on, "解除日期")
    check_not_future(found, f"{path}.effective_on", effective_on, day, "解除日期")
    if target is not None:
        _check_lifted(found, lifting, target, effective_on, ledger)


def _check_lifted(
    found: Findings, lifting: pb.Lifting, target: RecordedEvent, effective_on: date | None, ledger: Ledger
) -> None:
    held = lifted(ledger.subject(target.subject), target)
    chosen = [row for row in held if lifting.measure_code in ("", row.code)]
    field, reason = "lifting.measure_code", reasons.ERROR_REASON_LIFTING_NOT_AVAILABLE
    if not chosen:
        found.add(reason, field, "所指陈述没有实施这一措施。")
    elif all(row.ended is not Ending.NONE for row in chosen):
        message = f"{chosen[0].code}已经解除或修复, 自{_day_after(chosen[0].period)}起不再有效。"
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, "lifting.target", message)
    for row in chosen:
        if row.ended is not Ending.NONE:
            continue
        if row.measure is not None and (row.lifetime or row.measure.term.max_months is not None):
            _check_early(found, target, row, effective_on, ledger)
        if effective_on is not None and effective_on < row.period.first:
            message = f"解除日期{effective_on}早于起始日期{row.period.first}。"
            found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "lifting.effective_on", message)


def _check_early(
    found: Findings, target: RecordedEvent, row: Ground, effective_on: date | None, ledger: Ledger
) -> None:
    """A measure with a term ends early only by the procedure for bans, where law lets it."""
    if row.measure is None:
        return
    name, field = row.measure.name_zh, "lifting.measure_code"
    if ledger.bans.of_decision(target.department, target.statement_id) is None:
        message = f"{name}有法定期限, 不能以解除终止; 到期、撤销或另有决定才终止。"
        found.add(reasons.ERROR_REASON_LIFTING_NOT_AVAILABLE, field, message)
        return
    if effective_on is None or may_lift_early(ledger, target, row.code, effective_on):
        return
    rules = ledger.edition_on(effective_on).procedures
    rule = rules.early_end(row.code, effective_on)
    basis = "、".join(rule.basis) if rule else rules.articles.get("lifting", "")
    message = f"{name}依法不能提前解除, 到期才终止({basis})。"
    found.add(reasons.ERROR_REASON_CANNOT_END_EARLY, field, message)


def _day_after(period: Period) -> date:
    assert period.last is not None  # What was lifted has an end.
    return period.last + timedelta(days=1)
