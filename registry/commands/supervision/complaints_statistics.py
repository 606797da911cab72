"""Counts of complaints for everybody (投诉举报统计): by month and kind, by region and kind, in time and late.

So that nobody is found in a count: a row of fewer than five complaints tells nothing but that there are few,
and every count is told as a multiple of five, rounded down. Else who asks for March to May and for March to
April, or today and tomorrow, has by difference what May brought to a region: perhaps one. Where the rows left
out of a listing have fewer than five between them, they could be worked out from the other listing; then the
smallest row that would be told is left out too.

Example: 130902 with 3 reports, 130903 with 41, 130921 with 12: the first is left out, and 130921 with it; of
130903 are told 40.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from time import monotonic

from registry.commands.ask import Ask
from registry.commands.supervision.complaints import Complaints
from registry.commands.supervision.complaints_inbox import as_file
from registry.commands.supervision.files import Files
from registry.domain.files import ACT_NUMBERS
from registry.errors import RegistryError
from registry.supervision.duties import Clocks
from registry.supervision.obligations import obligations_of
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import SupervisionFile

FEW = 5
KEPT_S = 60.0
MONTHS = 12
MOST_MONTHS = 120
_ACCEPTED, _MEDIATED, _VERIFIED = (
    ACT_NUMBERS[name] for name in ("complaint_acceptance", "complaint_mediation", "complaint_verification")
)
_COUNTED = ("accepted", "refused", "settled", "case_filed", "decided", "in_time", "late")
_Row = tuple[str, int]


class ComplaintStatistics:
    """Counts, kept for a minute: they are the same for everybody."""

    def __init__(
        self, ask: Ask, files: Files, complaints: Complaints, clock: Callable[[], float] = monotonic
    ) -> None:
        self._ask, self._files, self._clock = ask, files, clock
        self._complaints = complaints
        self._kept: dict[tuple[str, str], tuple[float, pb.GetComplaintStatisticsResponse]] = {}

    def of(
        self, first: str, last: str, spend: Callable[[], None] = lambda: None
    ) -> pb.GetComplaintStatisticsResponse:
        """The counts from a month to another; ``spend`` is called before every complaint is looked at. Raises
        RegistryError."""
        months = _months(first, last, self._ask.today())
        kept = self._kept.get(months)
        if kept is None or self._clock() >= kept[0]:
            spend()
            if len(self._kept) >= MOST_MONTHS:
                self._kept.clear()
            kept = self._kept[months] = (self._clock() + KEPT_S, self._counted(*months))
        return kept[1]

    def _counted(self, first: str, last: str) -> pb.GetComplaintStatisticsResponse:
        by_month: dict[_Row, pb.ComplaintCount] = defaultdict(pb.ComplaintCount)
        by_region: dict[_Row, pb.ComplaintCount] = defaultdict(pb.ComplaintCount)
        clocks = self._files.clocks()
        for file in self._ask.state.store.all_files((acts.FILE_KIND_COMPLAINT,)):
            month = file.acts[0].on[:7]
            if first <= month <= last:
                for row in (by_month[month, file.variant], by_region[file.region, file.variant]):
                    _count(row, file, clocks)
        for (month, kind), row in by_month.items():
            row.month, row.kind = month, acts.ComplaintKind.ValueType(kind)
        for (region, kind), row in by_region.items():
            row.region, row.kind = region, acts.ComplaintKind.ValueType(kind)
        told = pb.GetComplaintStatisticsResponse(
            until=last, by_month=hidden(by_month), by_region=hidden(by_region)
        )
        setattr(told, "from", first)
        self._count_waiting(told, clocks)
        return told

    def _count_waiting(self, told: pb.GetComplaintStatisticsResponse, clocks: Clocks) -> None:
        if not self._complaints.takes_lodgings:
            return
        waiting = [as_file(kept) for kept in self._complaints.inbox.all_waiting()]
        late = [file for file in waiting if any(duty.days_late for duty in obligations_of(file, clocks))]
        told.waiting, told.waiting_late = rounded(len(waiting)), rounded(len(late))


def _count(row: pb.ComplaintCount, file: SupervisionFile, clocks: Clocks) -> None:
    results = {(act.act, act.result) for act in file.acts}
    row.received += 1
    row.accepted += (_ACCEPTED, 1) in results
    row.refused += (_ACCEPTED, 0) in results
    row.settled += (_MEDIATED, acts.MEDIATION_STAGE_AGREED) in results
    row.case_filed += (_VERIFIED, acts.VERIFICATION_RESULT_CASE_FILED) in results
    row.decided += (_VERIFIED, acts.VERIFICATION_RESULT_DECIDED) in results
    for duty in obligations_of(file, clocks):
        row.late += duty.days_late > 0
        row.in_time += bool(duty.met_on) and not duty.days_late


def hidden(rows: dict[_Row, pb.ComplaintCount]) -> list[pb.ComplaintCount]:
    """The rows in order, without what is too small to be told."""
    few = {key for key, row in rows.items() if row.received < FEW}
    for kind in {key[1] for key in few}:
        of_kind = {key: row.received for key, row in rows.items() if key[1] == kind}
        told = sorted(of_kind.keys() - few, key=lambda key: (of_kind[key], key))
        if sum(of_kind[key] for key in of_kind.keys() & few) < FEW and told:
            few.add(told[0])
    return [_without(rows[key]) if key in few else _told(rows[key]) for key in sorted(rows)]


def _without(row: pb.ComplaintCount) -> pb.ComplaintCount:
    return pb.ComplaintCount(month=row.month, kind=row.kind, region=row.region, few=True)


def _told(row: pb.ComplaintCount) -> pb.ComplaintCount:
    for name in ("received", *_COUNTED):
        setattr(row, name, rounded(getattr(row, name)))
    return row


def rounded(count: int) -> int:
    """A count as it is told: the multiple of five that is not above it."""
    return count - count % FEW


def _months(first: str, last: str, today: date) -> tuple[str, str]:
    """The first and the last month, such as 2026-01. Raises RegistryError."""
    last = last or today.isoformat()[:7]
    try:
        end = date.fromisoformat(f"{last}-01")
        back = end.year * 12 + end.month - MONTHS
        begin = date.fromisoformat(f"{first}-01") if first else date(back // 12, back % 12 + 1, 1)
    except ValueError as error:
        message = "月份应写作 2026-01 的样式。"
        raise RegistryError.of(reasons.ERROR_REASON_DATE_INVALID, message, "from") from error
    if not 0 <= (end.year - begin.year) * 12 + end.month - begin.month < MOST_MONTHS:
        message = f"起止月份颠倒, 或者超过{MOST_MONTHS}个月。"
        raise RegistryError.of(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, message, "from")
    return begin.isoformat()[:7], end.isoformat()[:7]
