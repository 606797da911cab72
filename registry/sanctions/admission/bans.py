"""Checks of the steps of a ban case up to its service: what must have come before, and when (law.md §6).

Who may take a step is checked in ``ban_actors``, what is proposed in ``ban_proposal``, the decision in
``ban_decision``. A step is refused that does not lead out of the case's state, that is too early by its
clock, or whose day is in the future or before the day of the step it follows. Every message names the article
(``cited``).

Worked example: served with the notice on 2026-03-02, the party asked for nothing. On 2026-03-09 逾期未提出 is
refused (its time is not over, 行政处罚法 第六十四条); on 2026-03-10 it is admitted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from registry.domain.faults import Fault, Findings
from registry.domain.quoting import names_a_person, quoted_code
from registry.sanctions.admission.ban_proposal import check_proposal, needs_of
from registry.sanctions.admission.document import check_document
from registry.sanctions.admission.event import SHA256_BYTES, check_subject
from registry.sanctions.admission.texts import check_reason, fits
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.steps import AFTER, STATES_ZH, STEPS, case_of
from registry.sanctions.bans.terms import first_hearing_day, last_day_to_ask
from registry.sanctions.bans.weight import heavier
from registry.sanctions.ledger import Ledger
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

CASE_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
LONG_TEXT = 4000
MIN_MEMBERS = 3
"""Of a collective discussion; the registry's own rule (行政处罚法 第五十七条 names no number)."""
_METHODS = frozenset(pb.ServiceMethod.values()) - {pb.SERVICE_METHOD_UNSPECIFIED}
_ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百]+条|〔\d{4}〕\d+号|令第\d+号")


def cited(fault: Fault, body: str, ledger: Ledger, day: date) -> Fault:
    """A fault of a step with the article that the step rests on, unless its message names one."""
    if _ARTICLE.search(fault.message):
        return fault
    articles = ledger.edition_on(day).procedures.articles
    rule = STEPS.get(body) or AFTER[body]
    separation = fault.reason in _OF_SEPARATION
    article = articles.get("separation" if separation else rule.article, "行政处罚法 第五条")
    return Fault(fault.reason, fault.field, f"{fault.message.rstrip('。')}({article})。")


_OF_SEPARATION = frozenset(
    {
        reasons.ERROR_REASON_OFFICIAL_REQUIRED, reasons.ERROR_REASON_ROLE_REQUIRED,
        reasons.ERROR_REASON_SAME_OFFICIAL, reasons.ERROR_REASON_SAME_SECTION,
        reasons.ERROR_REASON_LICENSING_SECTION,
    }
)  # fmt: skip


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
    on_day(found, "ban_review.on", statement.ban_review.on, "审核日期", day, since=_last_day(case))
    check_reason(found, "ban_review.opinion", statement.ban_review.opinion, "审核意见")


def check_ban_notice(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The party is told beforehand, of nothing heavier than was reviewed."""
    notice, path = statement.ban_notice, "ban_notice"
    case = open_case(found, statement, ledger)
    _check_paper(found, f"{path}.document", notice.document, day, statement, ledger)
    check_service(found, f"{path}.service", notice.service, day, since=_last_day(case))
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


def check_ban_defence(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """What the party said, asked, waived, or let pass."""
    defence, path = statement.ban_defence, "ban_defence"
    case = open_case(found, statement, ledger)
    fits(found, f"{path}.summary", defence.summary, LONG_TEXT, "意见摘要")
    fits(found, f"{path}.response", defence.response, LONG_TEXT, "复核情况")
    check_evidence(found, f"{path}.evidence", defence.evidence, required=False)
    if defence.kind not in pb.DefenceKind.values() or not defence.kind:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.kind", "当事人意见的种类不在代码表内。")
        return
    on = on_day(found, f"{path}.on", defence.on, "日期", day, since=_notice_day(case))
    if defence.kind == pb.DEFENCE_KIND_STATED:
        found.required(f"{path}.summary", defence.summary, "陈述申辩的摘要")
        found.required(f"{path}.response", defence.response, "对陈述申辩的复核情况和采纳与否的理由")
    if case is not None and on is not None:
        _check_in_time(found, path, defence, case, on, ledger, day)


def _check_in_time(
    found: Findings, path: str, defence: pb.BanDefence, case: Case, on: date, ledger: Ledger, day: date
) -> None:
    edition, notified = ledger.edition_on(day), _notice_day(case)
    hearing = needs_of(case.told.announced, edition, day).hearing
    assert notified is not None  # A case that may be defended was announced.
    last = last_day_to_ask(edition, notified).day
    article = edition.rules.deadlines["hearing_request_after_notice"].basis
    kind, field = defence.kind, f"{path}.kind"
    stated = pb.DEFENCE_KIND_STATED
    more = (case.told.defence, kind) == (stated, stated) or kind == pb.DEFENCE_KIND_HEARING_REQUESTED
    if case.told.state == ban.BAN_STATE_HEARD and not more:
        message = "当事人的意见已经记录, 只可补记陈述申辩或者在期限内提出的听证要求。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, field, message)
    if kind == pb.DEFENCE_KIND_HEARING_REQUESTED:
        if not hearing:
            message = f"拟作出的决定依法不适用听证({article})。"
            found.add(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, field, message)
        if case.told.defence in (pb.DEFENCE_KIND_WAIVED, pb.DEFENCE_KIND_HEARING_REQUESTED):
            message = f"当事人已经放弃听证, 或者已经听证({article})。"
            found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, field, message)
        if on > last:
            message = f"要求听证应在告知送达后五个工作日内(至{last})提出, {on}提出已逾期({article})。"
            found.add(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, f"{path}.on", message)
    elif kind == pb.DEFENCE_KIND_SILENT and on <= last:
        message = f"当事人可以提出意见至{last}, 期满之前不得记为逾期未提出({article})。"
        found.add(reasons.ERROR_REASON_STEP_TOO_EARLY, f"{path}.on", message)


def check_ban_hearing_notice(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The hearing is announced seven working days before (行政处罚法 第六十四条)."""
    notice, path = statement.ban_hearing_notice, "ban_hearing_notice"
    case = open_case(found, statement, ledger)
    _check_paper(found, f"{path}.document", notice.document, day, statement, ledger)
    served = check_service(found, f"{path}.service", notice.service, day, since=_last_day(case))
    check_reason(found, f"{path}.place", notice.place, "听证地点")
    hearing_on = found.day(f"{path}.hearing_on", notice.hearing_on, "听证日期")
    if served and hearing_on:
        edition = ledger.edition_on(day)
        first = first_hearing_day(edition, served).day
        if hearing_on < first:
            article = edition.rules.deadlines["hearing_notice_before_hearing"].basis
            message = f"听证应在通知送达七个工作日之后举行(最早{first}), 不能在{hearing_on}({article})。"
            found.add(reasons.ERROR_REASON_STEP_TOO_EARLY, f"{path}.hearing_on", message)


def check_ban_hearing(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The hearing as it was held, on the day announced or a later one."""
    hearing, path = statement.ban_hearing, "ban_hearing"
    case = open_case(found, statement, ledger)
    held = on_day(found, f"{path}.held_on", hearing.held_on, "听证日期", day)
    announced = Findings().optional_day("", case.told.hearing_on, "") if case else None
    if held and announced and held < announced:
        message = f"听证通知的日期是{announced}, 不得提前到{held}举行。"
        found.add(reasons.ERROR_REASON_STEP_TOO_EARLY, f"{path}.held_on", message)
    if not hearing.absent:
        long_text(found, f"{path}.record", hearing.record, "听证笔录摘要")
    long_text(found, f"{path}.opinion", hearing.opinion, "听证意见")
    check_evidence(found, f"{path}.minutes", (hearing.minutes,), required=True)


def check_ban_deliberation(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """Reviewed before the decision; together where law asks for it, with the upper level's consent where a
    list needs it."""
    deliberation, path = statement.ban_deliberation, "ban_deliberation"
    case = open_case(found, statement, ledger)
    on_day(found, f"{path}.on", deliberation.on, "讨论日期", day, since=_last_day(case))
    long_text(found, f"{path}.opinion", deliberation.opinion, "讨论意见")
    check_evidence(found, f"{path}.minutes", (deliberation.minutes,), required=True)
    if deliberation.collective:
        _check_members(found, f"{path}.members", case, statement, ledger)
    if case is not None:
        _check_heard(found, case, ledger, day)
        if deliberation.agreed:
            _check_needed(found, path, deliberation, case, ledger, day)


def _check_heard(found: Findings, case: Case, ledger: Ledger, day: date) -> None:
    """A party that only stated its view may still ask for a hearing, until its time is over."""
    edition, notified = ledger.edition_on(day), _notice_day(case)
    if case.told.defence != pb.DEFENCE_KIND_STATED or notified is None:
        return
    last = last_day_to_ask(edition, notified).day
    if needs_of(case.told.announced, edition, day).hearing and day <= last:
        article = edition.rules.deadlines["hearing_request_after_notice"].basis
        message = f"当事人可以要求听证至{last}, 期满之前不得讨论决定({article})。"
        found.add(reasons.ERROR_REASON_STEP_TOO_EARLY, "ban_deliberation.on", message)


def _check_needed(
    found: Findings, path: str, deliberation: pb.BanDeliberation, case: Case, ledger: Ledger, day: date
) -> None:
    edition = ledger.edition_on(day)
    needs = needs_of(case.told.announced, edition, day)
    if (needs.collective or case.told.complex) and not deliberation.collective:
        articles = "; ".join(needs.collective) or edition.procedures.articles.get("deliberation", "")
        message = f"应当由负责人集体讨论决定({articles})。"
        found.add(reasons.ERROR_REASON_COLLECTIVE_REQUIRED, f"{path}.collective", message)
    if not needs.upper_consent:
        return
    consent, articles = deliberation.upper_consent, "; ".join(needs.upper_consent)
    complete = consent.number and consent.authority and consent.authority_code and consent.decided_on
    if not complete or consent.authority_code == case.told.department:
        message = f"列入该名单须经上一级部门同意, 缺少其同意文书(文号、机关及代码、日期)({articles})。"
        found.add(reasons.ERROR_REASON_CONSENT_REQUIRED, f"{path}.upper_consent", message)
    decided = found.optional_day(f"{path}.upper_consent.decided_on", consent.decided_on, "同意日期")
    if decided and decided > day:
        message = f"同意日期{decided}晚于接收日期{day}({articles})。"
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, f"{path}.upper_consent.decided_on", message)


def _check_members(
    found: Findings, path: str, case: Case | None, statement: pb.Statement, ledger: Ledger
) -> None:
    named = list(dict.fromkeys(statement.ban_deliberation.members))
    known = [ledger.directory.official(statement.department, each) for each in named]
    if any(official is None or not official.active for official in known):
        found.add(reasons.ERROR_REASON_OFFICIAL_UNKNOWN, path, "参加讨论的人员中有未登记或者已停用的工号。")
    handling = (
        {act.official_id for act in case.told.acts if act.step == ban.BAN_STEP_DRAFT} if case else set()
    )
    if handling & set(named):
        found.add(reasons.ERROR_REASON_SAME_OFFICIAL, path, "承办人员可以汇报案情, 不得作为集体讨论的成员。")
    if len(named) < MIN_MEMBERS:
        message = f"集体讨论的成员不少于{MIN_MEMBERS}人, 这里写明{len(named)}人。"
        found.add(reasons.ERROR_REASON_COLLECTIVE_REQUIRED, path, message)


def check_ban_served(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The decision is served, and the repair notice with it where there is one (两书同达)."""
    served, path = statement.ban_served, "ban_served"
    case = open_case(found, statement, ledger)
    decided = Findings().optional_day("", case.told.decision.decided_on, "") if case else None
    check_service(found, f"{path}.service", served.service, day, since=decided)
    if not served.with_repair_notice:
        message = "信用修复告知书应当与决定书一并送达(国办发〔2025〕22号)。"
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.with_repair_notice", message)


def open_case(found: Findings, statement: pb.Statement, ledger: Ledger) -> Case | None:
    """The case that a step is of, if the step leads out of its state; None with a fault noted if not."""
    body = statement.WhichOneof("body") or ""
    rule, case = STEPS[body], case_of(statement, ledger)
    if case is None:
        number = "" if body == "ban_served" else getattr(statement, body).case_number
        what = f"案号{quoted_code(number)}" if number else "所指的决定"
        found.add(reasons.ERROR_REASON_CASE_UNKNOWN, body, f"本部门没有{what}的案件。")
        return None
    if case.told.department != statement.department:
        found.add(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, body, "只能办理本部门的案件。")
        return None
    if case.told.state not in rule.states:
        message = f"案件{case.told.case_number}{STATES_ZH[case.told.state]}, 不能办理{rule.name}。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, body, message)
        return None
    return case


def check_service(
    found: Findings, path: str, service: pb.ServiceRecord, day: date, *, since: date | None = None
) -> date | None:
    """Notes what a service lacks; answers its day."""
    if service.method not in _METHODS:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.method", "缺少送达方式。")
    check_evidence(found, f"{path}.receipt", (service.receipt,), required=True)
    return on_day(found, f"{path}.served_on", service.served_on, "送达日期", day, since=since)


def _check_paper(
    found: Findings, path: str, document: pb.Document, day: date, statement: pb.Statement, ledger: Ledger
) -> None:
    department = ledger.directory.department(statement.department)
    assert department is not None
    check_document(found, path, document, day, department)


def check_evidence(found: Findings, path: str, items: Sequence[pb.Evidence], *, required: bool) -> None:
    """Notes evidence that is missing where it is required, or without a digest."""
    if required and not items:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, path, "缺少证据。")
    if any(len(item.sha256) != SHA256_BYTES for item in items):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "证据、笔录和回证应附32字节的SHA-256摘要。")


def long_text(found: Findings, path: str, text: str, name: str) -> None:
    """Notes a text that is missing or too long."""
    found.required(path, text, name)
    fits(found, path, text, LONG_TEXT, name)


def on_day(
    found: Findings, path: str, text: str, name: str, received: date, *, since: date | None = None
) -> date | None:
    """A day that has come, and not before the day of the step it follows."""
    day = found.day(path, text, name)
    if day and day > received:
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, path, f"{name}{day}晚于接收日期{received}。")
    elif day and since and day < since:
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, path, f"{name}{day}早于前一步骤之日{since}。")
    return day


def _last_day(case: Case | None) -> date | None:
    return date.fromisoformat(case.told.acts[-1].on) if case else None


def _notice_day(case: Case | None) -> date | None:
    """The day on which the notice was served."""
    days = [act.on for act in case.told.acts if act.step == ban.BAN_STEP_NOTICE] if case else []
    return date.fromisoformat(days[-1]) if days else None
