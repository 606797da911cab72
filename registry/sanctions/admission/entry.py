"""Checks of an entry on a list (列入名单): which list, by whom, on whom, from when and for how long.

The list is one of the edition in force on the day of listing and within the department's mandate; it holds
subjects of this kind, for a term within its bounds (国办发〔2020〕49号: 列入标准由法律、法规或政策文件规定).
An entry takes hold soon after it was decided, like an imposed measure (``term``).

Example: an entry on L-04 from 2026-03-01 to 2029-03-01 is admitted, one to 2029-03-02 is not (人社部令第45号:
三年).
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.periods import add_months
from registry.domain.quoting import quoted
from registry.sanctions.admission.term import LATEST_START_MONTHS
from registry.sanctions.catalogue.edition import CreditList, Edition
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

LIST_CATEGORIES = ("E-05", "E-06")


def check_entry(
    found: Findings, path: str, event: pb.Event, department: Department, edition: Edition
) -> None:
    """Notes every fault of an entry, and a list that is named where there is none."""
    field = f"{path}.list_code"
    if event.category not in LIST_CATEGORIES:
        if event.list_code:
            message = f"类别{quoted(event.category)}不是名单信息。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, field, message)
        return
    listed_on = found.day(f"{path}.effective_from", event.effective_from, "列入日期")
    entry = edition.credit_list(event.list_code, listed_on) if listed_on else None
    if listed_on and entry is None:
        message = f"名单{quoted(event.list_code)}不在{listed_on}有效的目录内。"
        found.add(reasons.ERROR_REASON_LIST_NOT_IN_EDITION, field, message)
    if entry and entry.category != event.category:
        message = f"{entry.name_zh}属于类别{entry.category}, 不是{quoted(event.category)}。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.category", message)
    if event.list_code not in department.lists:
        message = f"{department.name}无权列入或转报名单{quoted(event.list_code)}。"
        found.add(reasons.ERROR_REASON_LIST_OUTSIDE_MANDATE, field, message)
    if listed_on:
        _check_start(found, path, event, listed_on)
    if entry and listed_on:
        _check_whom_and_how_long(found, path, event, entry, listed_on)


def _check_start(found: Findings, path: str, event: pb.Event, listed_on: date) -> None:
    decided_on = Findings().optional_day("", event.document.decided_on, "")
    if decided_on and listed_on > (latest := add_months(decided_on, LATEST_START_MONTHS)):
        message = f"列入日期{listed_on}晚于决定之日{LATEST_START_MONTHS}个月(最晚{latest}), 请核对文书。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.effective_from", message)


def _check_whom_and_how_long(
    found: Findings, path: str, event: pb.Event, entry: CreditList, listed_on: date
) -> None:
    person = event.subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    fits = event.subject.kind in entry.subject_kinds or (person and entry.capacities)
    if not fits:
        message = f"{entry.name_zh}不适用于这一类主体。"
        found.add(reasons.ERROR_REASON_MEASURE_NOT_FOR_SUBJECT_KIND, f"{path}.subject.kind", message)
    until = Findings().last_day("", event.effective_until, "")
    if until is None:
        if not entry.open_ended:
            message = f"{entry.name_zh}的列入须写明期限至。"
            found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.effective_until", message)
        return
    shortest = add_months(listed_on, entry.min_months) - timedelta(days=1) if entry.min_months else listed_on
    longest = add_months(listed_on, entry.max_months) if entry.max_months else date.max
    if not shortest <= until <= longest:
        message = f"{entry.name_zh}的期限应为{entry.min_months or 0}至{entry.max_months or '不限'}个月。"
        found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.effective_until", message)
