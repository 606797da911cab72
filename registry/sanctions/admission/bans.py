"""Checks of the first steps of a ban case and of its service: what must have come before, and when
(行政处罚法 第四十四条至第六十一条).

Who may take a step is checked in ``ban_actors``, what is proposed in ``ban_proposal``, defence and hearing in
``ban_hearing``, the discussion in ``ban_deliberation``, the decision in ``ban_decision``. A step is refused
that does not lead out of the case's state, that is too early by its clock, or whose day is in the future or
before that of a step it follows. Every message names the article (``ban_citation``).

Worked example: a case that was drafted and not reviewed is not announced: STEP_OUT_OF_ORDER, 行政处罚法
第四十四条、第六十二条."""

from __future__ import annotations

import re
from datetime import date

from registry.domain.faults import Findings
from registry.domain.quoting import names_a_person
from registry.sanctions.admission.ban_parts import (
    check_evidence,
    check_served_paper,
    check_service,
    last_day,
    long_text,
    on_day,
    open_case,
)
from registry.sanctions.admission.ban_proposal import check_proposal
from registry.sanctions.admission.event import check_subject
from registry.sanctions.admission.target import check_target
from registry.sanctions.admission.texts import check_reason, fits
from registry.sanctions.bans.weight import heavier
from registry.sanctions.ledger import EventState, Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

CASE_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")


def check_ban_draft(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A case is opened, with what is proposed; nothing follows from it."""
    draft, path = statement.ban_draft, "ban_draft"
    if not CASE_NUMBER.match(draft.case_number) or names_a_person(draft.case_number):
        message = "案号应为1至64个字母、数字或 . _ : - , 不含个人信息。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.case_number", message)
    elif (case := ledger.bans.get(statement.department, draft.case_number)) is not None:
        message = f"案号{draft.case_number}已在序号{case.opened}立案。"
        found.add(reasons.ERROR_REASON_CASE_EXISTS, f"{path}.case_number", message)
    check_subject(found, f"{path}.subject", draft.subject)
    on_day(found, f"{path}.filed_on", draft.filed_on, "立案日期", day)
    long_text(found, f"{path}.facts", draft.facts, "事实")
    check_reason(found, f"{path}.reason", draft.reason, "处理理由")
    fits(found, f"{path}.licensing_section", draft.licensing_section, 200, "许可机构")
    check_evidence(found, f"{path}.evidence", draft.evidence, required=True)
    department = ledger.directory.department(statement.department)
    assert department is not None
    check_proposal(
        found, f"{path}.proposal", draft.proposal, draft.subject,
        department=department, edition=ledger.edition_on(day), day=day,
    )  # fmt: skip


def check_ban_review(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The legal opinion: without it no decision (行政处罚法 第五十八条)."""
    case = open_case(found, statement, ledger)
    on_day(found, "ban_review.on", statement.ban_review.on, "审核日期", day, since=last_day(case))
    check_reason(found, "ban_review.opinion", statement.ban_review.opinion, "审核意见")


def check_ban_notice(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The party is told beforehand, of nothing heavier than was reviewed."""
    notice, path = statement.ban_notice, "ban_notice"
    case = open_case(found, statement, ledger)
    paper = notice.document, notice.service
    check_served_paper(found, path, paper, day, statement, ledger=ledger, since=last_day(case))
    if case is None:
        return
    department = ledger.directory.department(statement.department)
    assert department is not None
    subject = subject_pb2.Subject(kind=case.told.subject_kind)
    check_proposal(
        found, f"{path}.announced", notice.announced, subject,
        department=department, edition=ledger.edition_on(day), day=day,
    )  # fmt: skip
    article = ledger.edition_on(day).procedures.articles.get("review", "")
    for field, why in heavier(notice.announced, case.told.proposal):
        message = f"{why.replace('告知', '法制审核')}; 加重的须重新审核({article})。"
        found.add(reasons.ERROR_REASON_HEAVIER_THAN_ANNOUNCED, f"{path}.announced.{field}", message)


def check_ban_served(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The decision is served, and the repair notice with it where there is one (两书同达)."""
    served, path = statement.ban_served, "ban_served"
    named = ledger.event(served.target.department, served.target.statement_id)
    if named is not None and named.state is EventState.CORRECTED:  # What holds the decision now is served.
        check_target(found, path, served.target, statement, ledger)
        return
    case = open_case(found, statement, ledger)
    decided = Findings().optional_day("", case.told.decision.decided_on, "") if case else None
    check_service(found, f"{path}.service", served.service, day, since=decided)
    if not served.with_repair_notice:
        message = "信用修复告知书应当与决定书一并送达(国办发〔2025〕22号)。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.with_repair_notice", message)
