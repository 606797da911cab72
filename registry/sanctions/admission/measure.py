"""Checks of a measure that a document imposes (决定类措施).

A measure must be in the edition in force on the decision date, within the department's mandate,
able to fall on this kind of subject, and inside the bounds of its term (过惩相当). A measure that
follows a list is brought about by the list entry alone and is refused here.

Terms are counted as in 民法典 201–203: the first day is not counted and the last is the same day of
the last month; documents that count the first day end one day earlier, and both are accepted.
A term that law counts from the decision is counted from there, even if it takes hold later.
Example: twelve months from 2026-03-01 end on 2027-02-28 or 2027-03-01.
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.domain.departments import Department
from registry.domain.faults import Findings
from registry.domain.periods import add_months
from registry.domain.quoting import quoted
from registry.domain.scopes import industry_fault, region_covers, region_fault
from registry.sanctions.catalogue import Edition, Measure
from registry.sanctions.measure import FROM_THE_DECISION
from registry.sanctions.reach import feasible_capacities
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

FROM_A_STATED_DAY = frozenset({"sentence_served", "sentence_served_or_sanction", "anchor_event"})
"""Start anchors that may lie outside the document (刑罚执行完毕之日 …): where the statement names the day
the term is counted from it, otherwise from the first day that the document names; explicit dates come first
(law.md §6.3)."""


def check_measure(
    found: Findings,
    path: str,
    imposed: pb.ImposedMeasure,
    event: pb.Event,
    department: Department,
    edition: Edition,
) -> None:
    """Notes every fault of one imposed measure."""
    decided_on = Findings().optional_day("", event.document.decided_on, "")
    if decided_on is None:
        return  # Already told as a fault of the document; without the date there is no edition to ask.
    field = f"{path}.measure_code"
    measure = edition.measure(imposed.measure_code, decided_on)
    if measure is None:
        message = f"措施{quoted(imposed.measure_code)}不在{decided_on}有效的目录内, 不得实施。"
        found.add(reasons.ERROR_REASON_MEASURE_NOT_IN_EDITION, field, message)
        return
    if measure.origin == "list":
        message = f"{measure.name_zh}随名单产生, 请提交名单信息。"
        found.add(reasons.ERROR_REASON_MEASURE_FOLLOWS_LIST, field, message)
    if measure.code not in department.measures:
        message = f"{department.name}无权决定{measure.name_zh}({measure.code})。"
        found.add(reasons.ERROR_REASON_MEASURE_OUTSIDE_MANDATE, field, message)
    _check_reach(found, path, imposed, measure, event.subject.kind)
    if measure.activity and imposed.scope.activity not in ("", measure.activity):
        other = quoted(imposed.scope.activity)
        message = f"{measure.name_zh}依法只限于活动{measure.activity}, 不能改为{other}。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.scope.activity", message)
    _check_scope(found, f"{path}.scope", imposed.scope, department, edition)
    _check_term(found, path, imposed, measure, decided_on)


def _check_reach(
    found: Findings,
    path: str,
    imposed: pb.ImposedMeasure,
    measure: Measure,
    kind: subject_pb2.SubjectKind.ValueType,
) -> None:
    feasible = feasible_capacities(kind)
    if imposed.capacity:
        fits = imposed.capacity in measure.capacities and imposed.capacity in feasible
    else:
        fits = kind in measure.subject_kinds or bool(measure.capacities & feasible)
    if not fits:
        message = f"{measure.name_zh}不能适用于这一类主体。"
        found.add(reasons.ERROR_REASON_MEASURE_NOT_FOR_SUBJECT_KIND, f"{path}.measure_code", message)


def _check_scope(
    found: Findings, path: str, scope: subject_pb2.Scope, department: Department, edition: Edition
) -> None:
    faults = (
        ("region", region_fault(scope.region) if scope.region else None),
        ("industry", industry_fault(scope.industry) if scope.industry else None),
        ("activity", edition.activity_fault(scope.activity)),
    )
    for name, fault in faults:
        if fault:
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.{name}", fault)
    if scope.region and not region_fault(scope.region) and not region_covers(department.region, scope.region):
        message = f"适用区域{scope.region}不在{department.name}的管辖({department.region})内。"
        found.add(reasons.ERROR_REASON_REGION_OUTSIDE_MANDATE, f"{path}.region", message)


def _check_term(
    found: Findings, path: str, imposed: pb.ImposedMeasure, measure: Measure, decided_on: date
) -> None:
    first = found.day(f"{path}.from", getattr(imposed, "from"), "起始日期")
    last = found.last_day(f"{path}.until", imposed.until, "截止日期")
    if first and first < decided_on:
        message = f"起始日期{first}早于决定日期{decided_on}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.from", message)
    if first and last and last < first:
        message = f"截止日期{last}早于起始日期{first}。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.until", message)
        return
    if first is None:
        return
    counted_from = _counted_from(found, path, imposed, measure, decided_on) or first
    if fault := term_fault(measure, counted_from, last, lifetime=imposed.lifetime):
        found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.until", fault)


def _counted_from(
    found: Findings, path: str, imposed: pb.ImposedMeasure, measure: Measure, decided_on: date
) -> date | None:
    """The day from which law counts the term; None where that is the first day the document names."""
    stated = found.optional_day(f"{path}.anchor_on", imposed.anchor_on, "起算日期")
    if measure.start_anchor in FROM_THE_DECISION:
        if stated is not None and stated != decided_on:
            message = f"{measure.name_zh}依法自决定之日起算({decided_on}), 不是{stated}。"
            found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.anchor_on", message)
        return decided_on
    return stated if measure.start_anchor in FROM_A_STATED_DAY else None


def term_fault(measure: Measure, first: date, last: date | None, *, lifetime: bool) -> str | None:
    """What is wrong with a term by the measure's bounds, in words; None if nothing is."""
    bounds = measure.term
    if lifetime:
        if last is not None:
            return "终身措施不应有截止日期。"
        return None if bounds.lifetime else f"{measure.name_zh}不得为终身。"
    if last is None:
        return f"{measure.name_zh}须有截止日期({_bounds(measure)})。" if bounds.max_months else None
    shortest = add_months(first, bounds.min_months) - timedelta(days=1) if bounds.min_months else first
    longest = add_months(first, bounds.max_months) if bounds.max_months else date.max
    if shortest <= last <= longest:
        return None
    return f"{first}至{last}超出{measure.name_zh}的法定期限({_bounds(measure)})。"


def _bounds(measure: Measure) -> str:
    low, high = measure.term.min_months, measure.term.max_months
    if low == high:
        return f"{high}个月"
    return f"{low or 0}至{high or '不限'}个月"
