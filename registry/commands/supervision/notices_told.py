"""Notices to departments of decisions against subjects, and when they were read (告知、签收).

Only what was sent to departments: that a system is told says that it asked, and before an opening that is
secret. Whom a decision is about is not repeated; its position in the log leads there who may see it. What was
acknowledged after the moment at which the position was reached counts as not read yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.commands.measure_use import first_ms
from registry.commands.state import RegistryState
from registry.domain.periods import MS_PER_DAY, china_day
from registry.store.interface import NoticeRow
from registry.supervision.accountability.known import Known, Span, days_between
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import notice_service_pb2 as notices

PAGE = 2000
AGAINST = frozenset(
    {
        notices.NOTICE_KIND_RESTRICTED, notices.NOTICE_KIND_RESUMED, notices.NOTICE_KIND_REPAIR_ANNULLED,
    }
)  # fmt: skip
"""Kinds of notices of a decision against a subject."""


def notices_told(state: RegistryState, span: Span, known: Known, department: str) -> Iterator[pb.Telling]:
    """Those of the notices to a department, or to any, that were made in the period."""
    first, end = first_ms(span.first), first_ms(span.last) + MS_PER_DAY
    moment = min(state.received_ms(known.position) + 1, first_ms(known.clocks.day) + MS_PER_DAY)
    for row in _rows(state, department):
        if not (first <= row.made_ms < min(end, moment) and row.position <= known.position):
            continue
        told = notices.Notice.FromString(row.told)
        if told.kind in AGAINST:
            yield _telling(row, told, known, moment)


def _rows(state: RegistryState, department: str) -> Iterator[NoticeRow]:
    number, kind = 0, notices.ADDRESSEE_KIND_DEPARTMENT
    while page := state.store.notices_after(number, PAGE, addressee=department, kind=kind):
        yield from page
        number = page[-1].number


def _telling(row: NoticeRow, told: notices.Notice, known: Known, moment: int) -> pb.Telling:
    made = pb.Telling(
        kind=pb.TELLING_KIND_NOTICE,
        notice_id=row.notice_id,
        to=row.addressee,
        told_on=china_day(row.made_ms).isoformat(),
        position=row.position,
    )
    setattr(made, "from", told.statement.department)
    if row.acknowledged_ms is not None and row.acknowledged_ms < moment:
        made.read_on = china_day(row.acknowledged_ms).isoformat()
    made.days = days_between(made.told_on, made.read_on or known.day)
    return made
