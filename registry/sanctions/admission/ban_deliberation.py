"""Checks of the discussion before a decision (集体讨论, 行政处罚法 第五十七条): together where law asks for
it, with the upper level's consent where a list needs it.

Members are officials of the department who were registered before the draft, at least three different
persons; whoever drafted reports, and does not count, and nobody of the section that granted the licence does.

Worked example: B-01, B-31 and B-21 discuss; B-91, who has the drafter's name, is no third."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.domain.departments import Official
from registry.domain.faults import Findings
from registry.domain.names import comparable
from registry.sanctions.admission.ban_parts import (
    check_evidence,
    last_day,
    long_text,
    notice_day,
    on_day,
    open_case,
)
from registry.sanctions.admission.ban_proposal import needs_of
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.terms import last_day_to_ask
from registry.sanctions.ledger import Ledger
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

MIN_MEMBERS = 3
"""Of a collective discussion; the registry's own rule (行政处罚法 第五十七条 names no number)."""


def check_ban_deliberation(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """Reviewed before the decision; together where law asks for it, with the upper level's consent where a
    list needs it."""
    deliberation, path = statement.ban_deliberation, "ban_deliberation"
    case = open_case(found, statement, ledger)
    on = on_day(found, f"{path}.on", deliberation.on, "讨论日期", day, since=last_day(case))
    long_text(found, f"{path}.opinion", deliberation.opinion, "讨论意见")
    check_evidence(found, f"{path}.minutes", (deliberation.minutes,), required=True)
    if deliberation.collective:
        _check_members(found, f"{path}.members", case, statement, ledger)
    if case is not None:
        if on is not None:
            _check_heard(found, case, on, ledger, day)
        if deliberation.agreed:
            _check_needed(found, path, deliberation, case, ledger, day)


def _check_heard(found: Findings, case: Case, on: date, ledger: Ledger, day: date) -> None:
    """A party that only stated its view may still ask for a hearing, until its time is over."""
    edition, notified = ledger.edition_on(day), notice_day(case)
    if case.told.defence != pb.DEFENCE_KIND_STATED or notified is None:
        return
    last = last_day_to_ask(edition, notified).day
    if needs_of(case.told.announced, edition, day).hearing and on <= last:
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
    members = [official for official in known if official is not None and official.active]
    if len(members) != len(named):
        found.add(reasons.ERROR_REASON_OFFICIAL_UNKNOWN, path, "参加讨论的人员中有未登记或者已停用的工号。")
    persons = {comparable(member.registration.name) for member in members}
    if len(members) == len(named) and len(persons) < MIN_MEMBERS:
        message = f"集体讨论的成员不少于{MIN_MEMBERS}人, 这里写明{len(persons)}人(同名的视为一人)。"
        found.add(reasons.ERROR_REASON_COLLECTIVE_REQUIRED, path, message)
    if case is not None:
        _check_apart(found, path, case, members, ledger)


def _check_apart(found: Findings, path: str, case: Case, members: Sequence[Official], ledger: Ledger) -> None:
    """Members stand apart from the draft, from the licence, and from what was arranged since."""
    drafted = next(act for act in case.told.acts if act.step == ban.BAN_STEP_DRAFT)
    drafter = ledger.directory.official(case.told.department, drafted.official_id)
    name = comparable(drafter.registration.name) if drafter else ""
    for member in (each.registration for each in members):
        if member.official_id == drafted.official_id or comparable(member.name) == name:
            message = "承办人员可以汇报案情, 不得作为集体讨论的成员(同名的视为一人)。"
            found.add(reasons.ERROR_REASON_SAME_OFFICIAL, path, message)
        if case.told.licensing_section and comparable(member.section) == comparable(
            case.told.licensing_section
        ):
            message = "集体讨论的成员中有作出有关许可的内设机构的人员。"
            found.add(reasons.ERROR_REASON_LICENSING_SECTION, path, message)
    if any(member.position > case.opened for member in members):
        message = f"集体讨论的成员中有立案(序号{case.opened})之后才登记或者变更登记的人员。"
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, path, message)
