"""Checks of the term of an imposed measure (期限): from when, until when, counted from which day.

Terms are counted as in 民法典 201–203: the first day is not counted and the last is the same day of
the last month; documents that count the first day end one day earlier, and both are accepted.
A term that law counts from the decision is counted from there, even if it takes hold later.

A decision binds soon after it was made, or not by that decision: its first day is at most twelve months
after it, or after the day from which the term is counted where that lies outside the document (刑罚执行完毕之
日). That day is stated, lies no further ahead than the longest sentence (刑法 第六十九条: 二十五年), and the
term does not begin before it. The twelve months and the twenty-five years are the registry's own rule:
without them a decision of today would bind from any day of the next century.

Examples: twelve months from 2026-03-01 end on 2027-02-28 or 2027-03-01. A decision of 2026-03-01 may bind
from 2027-03-01, and not from 2027-03-02.
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.domain.faults import Findings
from registry.domain.periods import add_months
from registry.sanctions.catalogue.measure import FROM_THE_DECISION, Measure
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

FROM_A_STATED_DAY = frozenset({"sentence_served", "sentence_served_or_sanction", "anchor_event"})
"""Start anchors that may lie outside the document (刑罚执行完毕之日 …): where the statement names the day
the term is counted from it, otherwise from the first day that the document names; explicit dates come first
(law.md §6.3)."""
LATEST_START_MONTHS = 12
LONGEST_SENTENCE_MONTHS = 300


def check_term(
    found: Findings, path: str, imposed: pb.ImposedMeasure, measure: Measure, decided_on: date
) -> None:
    """Notes every fault of a term."""
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
    stated = _stated_anchor(found, path, imposed, measure, decided_on)
    _check_start(found, path, first, decided_on, stated)
    counted_from = decided_on if measure.start_anchor in FROM_THE_DECISION else stated or first
    if fault := term_fault(measure, counted_from, last, lifetime=imposed.lifetime):
        found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.until", fault)


def _stated_anchor(
    found: Findings, path: str, imposed: pb.ImposedMeasure, measure: Measure, decided_on: date
) -> date | None:
    """The day outside the document from which law counts the term, where the statement names it."""
    stated = found.optional_day(f"{path}.anchor_on", imposed.anchor_on, "起算日期")
    if stated is None:
        return None
    message = ""
    if measure.start_anchor in FROM_THE_DECISION:
        if stated != decided_on:
            message = f"{measure.name_zh}依法自决定之日起算({decided_on}), 不是{stated}。"
    elif stated > add_months(decided_on, LONGEST_SENTENCE_MONTHS):
        message = f"起算日期{stated}在决定日期{decided_on}的25年以后, 请核对。"
    if message:
        found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.anchor_on", message)
    return stated if measure.start_anchor in FROM_A_STATED_DAY and not message else None


def _check_start(found: Findings, path: str, first: date, decided_on: date, anchor: date | None) -> None:
    latest = add_months(max(decided_on, anchor or decided_on), LATEST_START_MONTHS)
    message = ""
    if anchor is not None and first < anchor:
        message = f"起始日期{first}早于起算日期{anchor}; 期限自起算之日起才执行。"
    elif first > latest:
        message = f"起始日期{first}晚于决定(起算)之日{LATEST_START_MONTHS}个月(最晚{latest}), 请核对文书。"
    if message:
        found.add(reasons.ERROR_REASON_TERM_OUT_OF_BOUNDS, f"{path}.from", message)


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
