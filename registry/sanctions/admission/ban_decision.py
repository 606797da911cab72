"""Checks of the decision in a ban case: everything that law.md §6.2 lists, and nothing heavier than was
announced.

The decision is also credit information, and is checked as any event of its department (``event``): document
with number, authority and date, the measures' rows in the edition of its day, their terms, its articles.
Beyond that

* facts, reasons, evidence, and for an organisation the persons responsible;
* 惩戒措施提示、移出条件和程序、救济途径, and the repair notice that goes with it (两书同达);
* the same subject and category as were announced, no heavier measure, term or scope (行政处罚法
  第四十五条第二款);
* a number by which no other case was decided; a day not before the deliberation.

Example: announced for two years, decided for three: HEAVIER_THAN_ANNOUNCED at
``ban_decision.event.measures[0]``."""

from __future__ import annotations

from datetime import date

from registry.domain.documents import normalise_number
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.domain.quoting import is_blank
from registry.sanctions.admission.ban_parts import check_evidence, last_day, long_text, open_case
from registry.sanctions.admission.document import check_document
from registry.sanctions.admission.event import check_event
from registry.sanctions.admission.texts import check_reason
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.weight import decided_proposal, heavier
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

_PATH = "ban_decision"
_TEXTS = (
    ("facts", "违法事实"),
    ("consequences", "惩戒措施提示"),
    ("removal", "移出条件和程序"),
    ("relief", "救济途径"),
)


def check_ban_decision(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The decision; it binds from its service on."""
    decision = statement.ban_decision
    case = open_case(found, statement, ledger)
    check_event(found, f"{_PATH}.event", decision.event, statement.department, day, ledger)
    _check_complete(found, statement, day, ledger)
    if case is not None:
        _check_same_matter(found, decision, case, ledger)
        check_not_heavier(found, f"{_PATH}.event", decision.event, case, ledger, day)
        _check_day(found, decision.event, case)
    _check_number(found, statement, ledger)


def check_not_heavier(
    found: Findings, path: str, event: pb.Event, case: Case, ledger: Ledger, day: date
) -> None:
    """Notes where a decision, or what corrects it, goes beyond what was announced."""
    article = ledger.edition_on(day).procedures.articles.get("not_heavier", "行政处罚法 第四十五条")
    for field, why in heavier(decided_proposal(event), case.told.announced):
        message = f"{why}; 决定不得重于告知的内容({article})。"
        found.add(reasons.ERROR_REASON_HEAVIER_THAN_ANNOUNCED, f"{path}.{field}", message)


def _check_complete(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    decision = statement.ban_decision
    for name, words in _TEXTS:
        text = getattr(decision, name)
        if is_blank(text):
            message = f"决定缺少{words}。"
            found.add(reasons.ERROR_REASON_DECISION_INCOMPLETE, f"{_PATH}.{name}", message)
        else:
            long_text(found, f"{_PATH}.{name}", text, words)
    check_reason(found, f"{_PATH}.reason", decision.reason, "决定理由")
    check_evidence(found, f"{_PATH}.event.evidence", decision.event.evidence, required=True)
    person = decision.event.subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    named = [each for each in decision.responsible_persons if not is_blank(each.name) and each.capacity]
    if not person and (not named or len(named) != len(decision.responsible_persons)):
        message = "决定缺少直接责任人员(姓名和身份)。"
        found.add(reasons.ERROR_REASON_DECISION_INCOMPLETE, f"{_PATH}.responsible_persons", message)
    department = ledger.directory.department(statement.department)
    assert department is not None
    if decision.event.document.authority_code and (
        normalise(decision.event.document.authority_code) != department.code
    ):
        message = "决定机关应是办理本案的部门。"
        found.add(
            reasons.ERROR_REASON_AUTHORITY_OUTSIDE_MANDATE, f"{_PATH}.event.document.authority_code", message
        )
    if not decision.HasField("repair_notice"):
        message = "决定没有附信用修复告知书(两书同达, 国办发〔2025〕22号)。"
        found.add(reasons.ERROR_REASON_DECISION_INCOMPLETE, f"{_PATH}.repair_notice", message)
    else:
        check_document(found, f"{_PATH}.repair_notice", decision.repair_notice, day, department)


def _check_same_matter(found: Findings, decision: pb.BanDecision, case: Case, ledger: Ledger) -> None:
    identifier = decision.event.subject.identifier
    if code_faults(identifier.type, normalise(identifier.value)):
        return  # Already told.
    if ledger.subject_ref(identifier.type, identifier.value) != case.ref:
        message = "决定的主体与立案、告知的不同, 请另行立案。"
        field = f"{_PATH}.event.subject.identifier"
        found.add(reasons.ERROR_REASON_TARGET_ANOTHER_SUBJECT, field, message)
    elif decision.event.subject.kind != case.told.subject_kind:
        message = "决定的主体类别与立案的不同。"
        found.add(reasons.ERROR_REASON_SUBJECT_KIND_MISMATCH, f"{_PATH}.event.subject.kind", message)


def _check_day(found: Findings, event: pb.Event, case: Case) -> None:
    decided = Findings().optional_day("", event.document.decided_on, "")
    discussed = last_day(case)
    if decided and discussed and decided < discussed:
        message = f"决定日期{decided}早于讨论之日{discussed}。"
        field = f"{_PATH}.event.document.decided_on"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, field, message)


def _check_number(found: Findings, statement: pb.Statement, ledger: Ledger) -> None:
    number = statement.ban_decision.event.document.number
    other = ledger.bans.of_number(statement.department, number) if normalise_number(number) else None
    if other is not None and other.told.case_number != statement.ban_decision.case_number:
        message = f"文号{number[:80]}已用于案件{other.told.case_number}的决定(序号{other.changed})。"
        field = f"{_PATH}.event.document.number"
        found.add(reasons.ERROR_REASON_DECISION_NUMBER_USED, field, message)
