"""Checks of applications for repair, of what is decided on them before repair, and of annulment (信用修复).

* An application needs the conditions of the rule for its list or category: the months are over, the fault is
  corrected, a commitment (信用承诺书) and, unless the rule leaves it to the commitment, proof that every duty
  was performed; both by digest (信用修复管理办法, 国家发展改革委令第36号).
* Whoever repaired on false papers may not repair on commitment alone for a time.
* The department whose statement it is accepts or not, then repairs or refuses, and annuls a repair that it
  granted here.

Worked example: an entry on L-04 corrected on 2026-10-01, applied for on 2026-11-23: REPAIR_TOO_EARLY, 最早
2027-04-01 (人社部令第45号).
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.admission.document import check_document
from registry.sanctions.admission.remedy_filing import Remedies
from registry.sanctions.admission.texts import MAX_REASON, check_reason, fits
from registry.sanctions.effects.marks import open_marks
from registry.sanctions.effects.repair import hidden_by_repair
from registry.sanctions.ground import MarkKind
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.sanctions.remedies.conditions import RepairTerms, repair_terms, repaired_falsely
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb

_REPAIR = remedy.REMEDY_KIND_REPAIR
_NOT_APPLIED_FOR = "该记录没有按申请修复; 其他系统的修复有误, 由原认定机关另行列入"
_FILED, _ACCEPTED = (remedy.REMEDY_STATE_FILED,), (remedy.REMEDY_STATE_ACCEPTED,)


def check_repair_application(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """An application that meets the conditions on the day on which it is filed."""
    case, asked = Remedies(found, statement, day, ledger, _REPAIR), statement.repair_application
    target = case.target_at_window(asked.target)
    corrected_on = case.day_of("corrected_on", asked.corrected_on, "改正日期")
    filed_on = case.day_of("filed_on", asked.filed_on, "申请日期", after=corrected_on)
    case.paper("commitment", asked.commitment)
    case.papers("proof", asked.proof)
    if target is None:
        return
    case.no_other(target)
    if target.repaired_position is not None:
        message = f"该记录已在序号{target.repaired_position}修复"
        case.fault(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, "target", message)
    elif filed_on is not None and corrected_on is not None:
        _check_conditions(case, target, filed_on, corrected_on)


def _check_conditions(case: Remedies, target: RecordedEvent, filed_on: date, corrected_on: date) -> None:
    record, edition = case.ledger.subject(target.subject), case.ledger.edition_on(case.day)
    terms = repair_terms(target, record, edition, case.day, corrected_on)
    if terms is None:
        message = "目录没有这类信息的修复规则, 不能申请信用修复"
        case.fault(reasons.ERROR_REASON_REPAIR_NOT_AVAILABLE, "target", message)
        return
    if filed_on < terms.earliest:
        message = f"未满最短期限, 最早{terms.earliest}可以申请修复"
        case.fault(reasons.ERROR_REASON_REPAIR_TOO_EARLY, "filed_on", message, terms.basis)
    _check_proof(case, terms, falsely=repaired_falsely(record, case.ledger, case.day))


def _check_proof(case: Remedies, terms: RepairTerms, *, falsely: bool) -> None:
    rules = case.ledger.edition_on(case.day).procedures
    if case.statement.repair_application.proof:
        return
    if falsely and rules.false_repair is not None:
        message = f"该主体修复弄虚作假, {rules.false_repair.months}个月内不得仅凭承诺修复, 须附履行义务的证明"
        basis = "、".join(rules.false_repair.basis)
        case.fault(reasons.ERROR_REASON_FALSE_REPAIR_BEFORE, "proof", message, basis)
    elif terms.rule.proof_required:
        message = f"没有附履行义务的证明: {terms.rule.conditions_zh}"
        case.fault(reasons.ERROR_REASON_REPAIR_CONDITIONS_NOT_MET, "proof", message, terms.basis)


def check_repair_acceptance(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """An application that nobody has looked at is accepted, or not, with the reason."""
    case, step = Remedies(found, statement, day, ledger, _REPAIR), statement.repair_acceptance
    case.own_target(step.target)
    case.filed("application", step.application, step.target, _FILED)
    if step.accepted:
        fits(found, "repair_acceptance.reason", step.reason, MAX_REASON, "理由")
    else:
        check_reason(found, "repair_acceptance.reason", step.reason, "不予受理的理由")


def check_repair_refusal(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """An application that was accepted is refused, by a document with the reason."""
    case, step = Remedies(found, statement, day, ledger, _REPAIR), statement.repair_refusal
    case.own_target(step.target)
    case.filed("application", step.application, step.target, _ACCEPTED)
    check_reason(found, "repair_refusal.reason", step.reason, "不予修复的理由")
    _check_paper(case, step.document)


def check_repair_annulment(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A repair that an application was granted by is annulled, from a day on which it had effect."""
    case, step = Remedies(found, statement, day, ledger, _REPAIR), statement.repair_annulment
    target = case.own_target(step.target)
    check_reason(found, "repair_annulment.reason", step.reason, "撤销修复的理由")
    _check_paper(case, step.document)
    first = _first_hidden(target, ledger) if target is not None else None
    case.day_of("effective_on", step.effective_on, "恢复日期", after=first)
    if target is not None and first is None:
        case.fault(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, "target", _NOT_APPLIED_FOR)
    elif ledger.edition_on(day).procedures.false_repair is None:
        message = "适用的目录版本没有撤销修复的规则"
        case.fault(reasons.ERROR_REASON_PROCEDURE_NOT_IN_EDITION, "", message)


def check_annulled_repair(
    found: Findings, statement: pb.Statement, target: RecordedEvent, day: date, ledger: Ledger
) -> None:
    """It is the repair that is annulled, from a day on which it had effect, and no end of disclosure before
    it. Adds to what ``check_repair_annulment`` has noted; judged on receipt."""
    case, step = Remedies(found, statement, day, ledger, _REPAIR), statement.repair_annulment
    hidden, first = hidden_by_repair(ledger.subject(target.subject), target), _first_hidden(target, ledger)
    if hidden is None and first is not None:
        case.fault(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, "target", _NOT_APPLIED_FOR)
    stated = Findings().optional_day("", step.effective_on, "")
    if hidden is not None and first is not None and stated and first <= stated < hidden.period.first:
        case.day_of("effective_on", step.effective_on, "恢复日期", after=hidden.period.first)


def _first_hidden(target: RecordedEvent, ledger: Ledger) -> date | None:
    """From which day on disclosure of a repaired record was ended, by whatever first."""
    if target.repaired_position is None:
        return None
    noted = open_marks(ledger.subject(target.subject), target.position, MarkKind.UNDISCLOSED)
    return min((mark.period.first for mark in noted), default=None)


def _check_paper(case: Remedies, document: pb.Document) -> None:
    department = case.ledger.directory.department(case.statement.department)
    assert department is not None
    check_document(case.found, f"{case.path}.document", document, case.day, department)
