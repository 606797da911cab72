"""Checks of what the party says to a notice, and of the hearing (陈述申辩和听证, 行政处罚法 第四十五条、
第六十三条至第六十五条).

A hearing may be asked for where one is to be offered and while its time runs; silence is recorded when it is
over; a hearing is announced seven working days before. Whoever only stated his view may still ask in time.

Worked example: served with the notice on 2026-03-02, the party asked for nothing. On 2026-03-09 逾期未提出 is
refused (its time is not over, 第六十四条); on 2026-03-10 it is admitted."""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.admission.ban_parts import (
    LONG_TEXT,
    check_evidence,
    check_served_paper,
    last_day,
    long_text,
    notice_day,
    on_day,
    open_case,
)
from registry.sanctions.admission.ban_proposal import needs_of
from registry.sanctions.admission.texts import check_reason, fits
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.terms import first_hearing_day, last_day_to_ask
from registry.sanctions.ledger import Ledger
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


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
    on = on_day(found, f"{path}.on", defence.on, "日期", day, since=notice_day(case))
    if defence.kind == pb.DEFENCE_KIND_STATED:
        found.required(f"{path}.summary", defence.summary, "陈述申辩的摘要")
        found.required(f"{path}.response", defence.response, "对陈述申辩的复核情况和采纳与否的理由")
    if case is not None and on is not None:
        _check_in_time(found, path, defence, case, on, ledger, day)


def _check_in_time(
    found: Findings, path: str, defence: pb.BanDefence, case: Case, on: date, ledger: Ledger, day: date
) -> None:
    edition, notified = ledger.edition_on(day), notice_day(case)
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
    paper = notice.document, notice.service
    served = check_served_paper(found, path, paper, day, statement, ledger=ledger, since=last_day(case))
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
    held = on_day(found, f"{path}.held_on", hearing.held_on, "听证日期", day, since=last_day(case))
    announced = Findings().optional_day("", case.told.hearing_on, "") if case else None
    if held and announced and held < announced:
        message = f"听证通知的日期是{announced}, 不得提前到{held}举行。"
        found.add(reasons.ERROR_REASON_STEP_TOO_EARLY, f"{path}.held_on", message)
    if not hearing.absent:
        long_text(found, f"{path}.record", hearing.record, "听证笔录摘要")
    long_text(found, f"{path}.opinion", hearing.opinion, "听证意见")
    check_evidence(found, f"{path}.minutes", (hearing.minutes,), required=True)
