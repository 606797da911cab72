"""Checks of what befalls a recorded decision: stays, objections, contests (标注), and liftings (解除).

The department that stated something notes what befalls it; an objection may be noted by the operator as
well, for it is marked at once, before the source has answered. A note of one kind is open once.
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.domain.faults import Findings
from registry.domain.periods import Period
from registry.sanctions.admission.document import check_document, check_not_future
from registry.sanctions.admission.reference import check_target
from registry.sanctions.admission.texts import check_reason
from registry.sanctions.effects.reference import BEGINNING, ENDING, lifted, open_mark
from registry.sanctions.ground import Ending
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

_BY_OPERATOR = (pb.NOTED_STATUS_OBJECTED, pb.NOTED_STATUS_OBJECTION_SETTLED)
_DOCUMENTED = (pb.NOTED_STATUS_STAYED, pb.NOTED_STATUS_RESUMED)


def check_note(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A note begins that is not open, or ends one that is."""
    note, path = statement.status_note, "status_note"
    target = _noted(found, statement, ledger)
    check_reason(found, f"{path}.reason", note.reason)
    effective_on = found.day(f"{path}.effective_on", note.effective_on, "生效日期")
    check_not_future(found, f"{path}.effective_on", effective_on, day, "生效日期")
    department = ledger.directory.department(statement.department)
    assert department is not None
    if note.status in _DOCUMENTED or note.HasField("document"):
        check_document(found, f"{path}.document", note.document, day, department)
    if note.status not in BEGINNING and note.status not in ENDING:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.status", "标注种类不在代码表内。")
    elif target is not None:
        _check_applies(found, note, target, effective_on, ledger)


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
    if begins and noted is not None:
        found.add(reason, field, f"该陈述已在序号{noted.position}作过同一标注, 尚未终结。")
    if not begins and noted is None:
        found.add(reason, field, "该陈述没有未终结的同类标注。")
    elif not begins and noted and effective_on and effective_on < noted.period.first:
        message = f"终结日期{effective_on}早于标注日期{noted.period.first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "status_note.effective_on", message)


def check_lifting(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A measure that lasts while a status does ends by decision of who imposed it; the grant of a red list by
    decision of who granted it (取消认定).

    A measure with a term of its own ends by its term, by withdrawal, or through the procedure for bans."""
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
    elif all(row.ended is Ending.LIFTED for row in chosen):
        message = f"{chosen[0].code}已经解除, 自{_day_after(chosen[0].period)}起不再有效。"
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, "lifting.target", message)
    for row in chosen:
        if row.ended is Ending.LIFTED:
            continue
        if row.measure is not None and (row.lifetime or row.measure.term.max_months is not None):
            name = row.measure.name_zh
            found.add(reason, field, f"{name}有法定期限, 不能以解除终止; 到期、撤销或另有决定才终止。")
        elif effective_on is not None and effective_on < row.period.first:
            message = f"解除日期{effective_on}早于起始日期{row.period.first}。"
            found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "lifting.effective_on", message)


def _day_after(period: Period) -> date:
    assert period.last is not None  # What was lifted has an end.
    return period.last + timedelta(days=1)
