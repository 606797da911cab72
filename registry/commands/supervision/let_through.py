"""Measures that were not applied, as systems report it themselves (措施未按结论执行).

The registry does not keep who asked about which organisation, so an answer that led to no report at all
cannot be told. What can be is a report that somebody was let through (准许) by an answer that named measures.
It is shown as ``registry.commands.measure_use`` shows reports: from the ninetieth day on, by measure and
count, with neither subject nor reference: a count of yesterday would say who bids (招标投标法 第二十二条).

Example: reported on 2026-08-27, counted from 2026-11-25 on in the report of August.
"""

from __future__ import annotations

from datetime import timedelta

from registry.access.identity import parse_identity
from registry.commands.measure_use import EMBARGO_DAYS, first_ms
from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.supervision.accountability.known import Known, Span
from registry.v1 import accountability_service_pb2 as pb
from registry.v1.execution_service_pb2 import EXECUTION_ACTION_ALLOWED


def let_through(
    state: RegistryState, span: Span, known: Known, department: str
) -> list[pb.MeasureNotApplied]:
    """What was reported in the period and may be told, by measure and caller; of a department, its own."""
    edition = state.edition_at(known.position, known.clocks.day)
    found: dict[tuple[str, str], pb.MeasureNotApplied] = {}
    for total in state.store.execution_totals(first_ms(span.first), _end_ms(state, span, known)):
        name = parse_identity(total.caller, origin=state.origin).name
        if total.action != EXECUTION_ACTION_ALLOWED or department not in ("", name):
            continue
        for code in total.measure_codes:
            one = found.setdefault((code, name), pb.MeasureNotApplied(measure_code=code, caller=name))
            rows = edition.measures.get(code, ())
            one.measure_name = rows[-1].name_zh if rows else ""
            one.count += total.count
            one.last_on = max(one.last_on, china_day(total.last_ms).isoformat())
    return [found[key] for key in sorted(found)]


def _end_ms(state: RegistryState, span: Span, known: Known) -> int:
    """The instant before which a report must have been recorded to count."""
    newest = known.clocks.day - timedelta(days=EMBARGO_DAYS)
    end = first_ms(min(span.last, newest) + timedelta(days=1))
    return min(end, state.received_ms(known.position) + 1)
