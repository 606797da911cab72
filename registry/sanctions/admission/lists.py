"""Checks of deliveries of lists, and of red lists: candidates are publicised first, then granted (守信激励).

A candidate's public notice lasts as many working days as the red list asks for. They are counted from the
day on which the registry has received it, or from its own first day if that is later (neither is counted):
what was over before anybody could look it up has told nobody. The candidate is granted after the notice has
ended, by the same department, while no objection is open and nothing negative stands against the subject
under any of its codes (law.md §7; 河南省社会信用条例 第二十八条 as comparator).

Each grant has a notice of its own, the latest of the department: one from which something was granted is used
up, even if the grant was withdrawn, and cannot be withdrawn itself while the grant stands (``reference``).

Worked example: five working days. Received on Wednesday 2026-05-06 with a notice from 2026-04-01, it must
last to 2026-05-12 at least (Saturday the 9th is worked); granted from 2026-05-13.
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.periods import OPEN_ENDED, add_months
from registry.domain.quoting import quoted
from registry.sanctions.admission.document import check_document, check_not_future
from registry.sanctions.admission.event import check_legal_basis, check_subject
from registry.sanctions.admission.reference import check_target
from registry.sanctions.catalogue.edition import Edition, RedList
from registry.sanctions.effects.recording import RED_LIST
from registry.sanctions.effects.reference import open_mark
from registry.sanctions.ground import Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.incentives import obstacles
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.sanctions.parties import parties_of
from registry.sanctions.redlists import grants_of, latest_candidacy
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1.verdict_pb2 import SUBJECT_RELATION_SAME

LEAST_NOTICE = 1
"""Working days of public notice where a red list names no number: nothing is granted unannounced."""
_LATEST = 2**63 - 1


def check_delivery(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A list of the department's own, delivered up to a day that has come."""
    delivery, path = statement.delivery, "delivery"
    as_of = found.day(f"{path}.as_of", delivery.as_of, "报送截至日期")
    check_not_future(found, f"{path}.as_of", as_of, day, "报送截至日期")
    department = _department(ledger, statement)
    if delivery.list_code not in department.lists or not delivery.list_code.startswith("L-"):
        message = f"{department.name}不负责名单{quoted(delivery.list_code)}。"
        found.add(reasons.ERROR_REASON_LIST_OUTSIDE_MANDATE, f"{path}.list_code", message)


def check_candidacy(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A candidate for a red list, with a notice that is long enough."""
    candidacy, path = statement.red_list_candidacy, "red_list_candidacy"
    department = _department(ledger, statement)
    check_subject(found, f"{path}.subject", candidacy.subject)
    check_document(found, f"{path}.document", candidacy.document, day, department)
    check_legal_basis(found, f"{path}.legal_basis", candidacy.legal_basis, required=True)
    first = found.day(f"{path}.publicised_from", candidacy.publicised_from, "公示起始日期")
    last = found.day(f"{path}.publicised_until", candidacy.publicised_until, "公示截止日期")
    _check_may_grant(found, f"{path}.list_code", candidacy.list_code, department)
    if first is None or last is None:
        return
    first = max(first, day)
    edition = ledger.edition_on(first)
    entry = edition.red_list(candidacy.list_code, first)
    if entry is None:
        message = f"守信激励名单{quoted(candidacy.list_code)}不在{first}有效的目录内。"
        found.add(reasons.ERROR_REASON_LIST_NOT_IN_EDITION, f"{path}.list_code", message)
        return
    if candidacy.subject.kind not in entry.subject_kinds:
        message = f"{entry.name_zh}不适用于这一类主体。"
        found.add(reasons.ERROR_REASON_MEASURE_NOT_FOR_SUBJECT_KIND, f"{path}.subject.kind", message)
    _check_notice(found, path, first, last, entry, edition)


def _check_may_grant(found: Findings, field: str, list_code: str, department: Department) -> None:
    if list_code not in department.lists or RED_LIST not in department.categories:
        message = f"{department.name}无权认定守信激励名单{quoted(list_code)}。"
        found.add(reasons.ERROR_REASON_LIST_OUTSIDE_MANDATE, field, message)


def _check_notice(
    found: Findings, path: str, first: date, last: date, entry: RedList, edition: Edition
) -> None:
    days = entry.publicity_days or LEAST_NOTICE
    shortest = edition.calendar.add_working_days(first, days).day
    if last < shortest:
        message = f"{entry.name_zh}自登记系统收到起公示不少于{days}个工作日, 自{first}起至少到{shortest}。"
        found.add(reasons.ERROR_REASON_PUBLIC_NOTICE_REQUIRED, f"{path}.publicised_until", message)


def check_grant(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """What was publicised long enough is granted, if nothing stands against it."""
    grant, path = statement.red_list_grant, "red_list_grant"
    department = _department(ledger, statement)
    check_document(found, f"{path}.document", grant.document, day, department)
    first = found.day(f"{path}.from", getattr(grant, "from"), "起始日期")
    last = found.last_day(f"{path}.until", grant.until, "截止日期")
    target = check_target(found, path, grant.target, statement, ledger)
    if target is None or first is None:
        return
    record = ledger.subject(target.subject)
    candidacy = _candidacy(record, target)
    if candidacy is None:
        message = "所指陈述不是守信激励对象的公示。"
        found.add(reasons.ERROR_REASON_TARGET_NOT_AN_EVENT, f"{path}.target", message)
        return
    _check_may_grant(found, f"{path}.target", candidacy.code, department)
    _check_after_notice(found, path, candidacy, first, day)
    _check_notice_unused(found, path, record, candidacy)
    entry = ledger.edition_on(first).red_list(candidacy.code, first)
    if entry is None:
        message = f"守信激励名单{quoted(candidacy.code)}不在{first}有效的目录内。"
        found.add(reasons.ERROR_REASON_LIST_NOT_IN_EDITION, f"{path}.from", message)
    elif last is not None or grant.until in ("", *OPEN_ENDED):
        _check_term(found, path, entry, first, last)
    _check_no_objection(found, path, record, target)
    _check_nothing_against(found, path, record, ledger, first)


def _candidacy(record: SubjectRecord, target: RecordedEvent) -> Ground | None:
    for row in record.grounds:
        held = row.position == target.position and row.known_to is None
        if held and row.kind is GroundKind.PUBLICISED:
            return row
    return None


def _check_after_notice(found: Findings, path: str, candidacy: Ground, first: date, day: date) -> None:
    last = candidacy.period.last
    assert last is not None  # A notice has an end.
    if day <= last or first <= last:
        message = f"公示到{last}为止, 此后方可列入。"
        found.add(reasons.ERROR_REASON_PUBLIC_NOTICE_REQUIRED, f"{path}.from", message)


def _check_notice_unused(found: Findings, path: str, record: SubjectRecord, candidacy: Ground) -> None:
    """A notice of years ago tells nobody of a grant of today: each grant has a notice of its own."""
    field, reason = f"{path}.target", reasons.ERROR_REASON_TARGET_ALREADY_ENDED
    granted = next(grants_of(candidacy, record), None)
    if granted is not None:
        message = f"该公示已在序号{granted.position}列入; 再次列入须重新公示。"
        found.add(reason, field, message)
        return
    latest = latest_candidacy(record, candidacy.code, candidacy.department, _LATEST)
    if latest is not None and latest.position != candidacy.position:
        found.add(reason, field, f"该主体在序号{latest.position}有更近的公示; 请按最近的公示列入。")


def _check_term(found: Findings, path: str, entry: RedList, first: date, last: date | None) -> None:
    longest = add_months(first, entry.max_months) if entry.max_months else date.max
    shortest = add_months(first, entry.min_months) - timedelta(days=1) if entry.min_months else first
    if (last is None and entry.max_months) or (last is not None and not shortest <= last <= longest):
        message = f"{entry.name_zh}的期限应为{entry.min_months or 0}至{entry.max_months or '不限'}个月。"
        found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.until", message)


def _check_no_objection(found: Findings, path: str, record: SubjectRecord, target: RecordedEvent) -> None:
    if open_mark(record, target.position, MarkKind.OBJECTED) is not None:
        message = "对公示的异议尚未处理完毕。"
        found.add(reasons.ERROR_REASON_PUBLIC_NOTICE_REQUIRED, f"{path}.target", message)


def _check_nothing_against(
    found: Findings, path: str, record: SubjectRecord, ledger: Ledger, first: date
) -> None:
    """Whoever goes on under a new code takes along what stands against it under the old one."""
    parties = parties_of(record, ledger.subject, position=_LATEST, day=first)
    same = [ledger.subject(party.ref) for party in parties if party.relation == SUBJECT_RELATION_SAME]
    for each in (record, *same):
        for obstacle in obstacles(each, _LATEST, ledger.edition_on(first), first):
            message = f"该主体有负面记录或者限制(序号{obstacle.ground.position}): {obstacle.text_zh}。"
            found.add(reasons.ERROR_REASON_NEGATIVE_RECORD_STANDS, f"{path}.target", message)


def _department(ledger: Ledger, statement: pb.Statement) -> Department:
    department = ledger.directory.department(statement.department)
    assert department is not None  # ``admit`` has seen to it.
    return department
