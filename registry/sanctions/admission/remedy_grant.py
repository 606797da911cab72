"""Checks of a repair (信用修复/提前移出): what may be repaired, by which procedure, from which day on.

* One that grants an application needs it to be accepted, and takes effect no sooner than it was filed: the
  conditions were met then.
* One without is another system's. So an entry on a mirrored list ends early, not before the list allows. An
  entry on a list that the department decides here, and a penalty, need an application wherever the edition
  has a rule for it (信用修复管理办法, 国家发展改革委令第36号).
* Bans of a decision end by their term, by withdrawal or by a later decision (市场监管总局令第45号 第十四条:
  责令停产停业、限制从业等不能提前终止).

Worked example: an entry on L-04 of 2026-03-01 mirrored from 人社 is repaired from 2026-09-01 on; a penalty
without an application is refused: REPAIR_NOT_APPLIED_FOR.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.domain.periods import add_months
from registry.sanctions.admission.document import check_document
from registry.sanctions.admission.remedy_filing import Remedies
from registry.sanctions.admission.target import check_target
from registry.sanctions.admission.texts import check_reason
from registry.sanctions.effects.recording import RED_LIST
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb

_ACCEPTED = (remedy.REMEDY_STATE_ACCEPTED,)


def check_repair(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A record is repaired by decision of whoever stated it."""
    case, repair = Remedies(found, statement, day, ledger, remedy.REMEDY_KIND_REPAIR), statement.repair
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
    if repair.HasField("application"):
        _check_granted(case, effective_on)
    else:
        _check_mirrored(case, target, effective_on)
    _check_days(found, repair, effective_on, day)


def _check_granted(case: Remedies, effective_on: date | None) -> None:
    repair = case.statement.repair
    filed = case.filed("application", repair.application, repair.target, _ACCEPTED)
    if filed is None or effective_on is None:
        return
    filed_on = date.fromisoformat(filed.told.filed_on)
    if effective_on < filed_on:
        message = f"修复日期{effective_on}早于申请日期{filed_on}"
        case.fault(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "effective_on", message)


def _check_mirrored(case: Remedies, target: RecordedEvent, effective_on: date | None) -> None:
    ledger, listed_on = case.ledger, target.effective_from
    rules = ledger.edition_on(case.day).procedures
    ruled = rules.repair_rule(target.category, target.list_code, case.day) is not None
    is_entry = bool(target.list_code) and listed_on is not None and target.category != RED_LIST
    if ruled and (not is_entry or _decides_here(case, target.list_code)):
        message = "修复须先有申请并经受理, 修复决定应写明所准予的申请"
        case.fault(reasons.ERROR_REASON_REPAIR_NOT_APPLIED_FOR, "application", message)
    elif not is_entry:
        message = "只有名单信息可以提前移出; 决定类措施到期、撤销或另有决定才终止。"
        case.found.add(reasons.ERROR_REASON_REPAIR_NOT_AVAILABLE, "repair.target", message)
    elif effective_on is not None and listed_on is not None:
        _check_repair_day(case.found, target.list_code, listed_on, effective_on, ledger)


def _decides_here(case: Remedies, list_code: str) -> bool:
    department = case.ledger.directory.department(case.statement.department)
    return department is not None and list_code in department.registration.mandate.decides_here


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


def _check_days(found: Findings, repair: pb.Repair, effective_on: date | None, day: date) -> None:
    decided_on = Findings().optional_day("", repair.document.decided_on, "")
    if effective_on and effective_on > day:
        message = f"移出日期{effective_on}晚于接收日期{day}; 请到移出之日再提交。"
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, "repair.effective_on", message)
    elif effective_on and decided_on and effective_on < decided_on:
        message = f"移出日期{effective_on}早于决定日期{decided_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, "repair.effective_on", message)
