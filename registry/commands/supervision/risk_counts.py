"""The counts of risk indicators, following the log (风险监测的计数).

``RiskCounts`` tells the tallies (``registry.supervision.risk``) what each position of the log brought, read
from the store beside the writer: events from their sealed statements, complaints and rectifications from
their files, which need no secret. Nothing of it is stored. After a start, and when other indicators are in
force, it reads again the positions that lie within the windows, from the first received on their first day
on: nothing can have happened before it was received, and what is received late counts on its own day.

* What is erased is not read, and what was counted before it was erased is taken back with the erasure; so is
  what was withdrawn or corrected.
* The day never goes back: it is the later of the clock's and that of the log's last statement.
* Two codes of one organisation (换码、合并) are counted as one as soon as the link is recorded.

Example: indicators of 30 days; on 2026-11-23 counting begins at the first position received on 2026-09-25.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock

from registry.commands.state import RegistryState
from registry.commands.supervision.risk_alerts import KnownAlerts
from registry.commands.supervision.risk_sources import Change, Merged, Parted, Removed, RiskSources
from registry.domain.periods import china_day
from registry.provenance.leaf import Leaf
from registry.store.interface import StoreError
from registry.supervision.risk.alerting import AlertKey, Raised
from registry.supervision.risk.declared import Declared, act_in_force, furthest_back
from registry.supervision.risk.occurrence import Occurrence
from registry.supervision.risk.tally import Figure, Tally
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile

PAGE = 1024


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of one indicator on a day."""

    declared: Declared
    figures: tuple[Figure, ...]


class RiskCounts:
    """Tallies of the indicators in force, up to a position and a day; for any thread."""

    def __init__(self, state: RegistryState, clock: Callable[[], int]) -> None:
        self._state = state
        self._clock = clock
        self._sources = RiskSources(state)
        self._lock = Lock()
        self._tallies: list[Tally] = []
        self._next = 0
        self._day = date.min
        self._alerts = KnownAlerts(state.store, self._sources)
        self._stated: dict[int, pb.RiskIndicator] = {}
        self._restarted_at = 0
        self._parted = False  # Codes counted as one are two again: everything is to be counted anew.

    @property
    def counted(self) -> int:
        """Positions below this are counted."""
        return self._next

    @property
    def day(self) -> date:
        """The day for which is counted."""
        return self._day

    def follow(self, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Counts what is new; whether it came to the end of the log. Others get a turn between the pages.
        Raises StoreError."""
        while self._takes_page():
            if stopped():
                return False
        return True

    def _takes_page(self) -> bool:
        """Counts a page of positions; whether there is more."""
        with self._lock:
            size = self._begin()
            end = min(size, self._next + PAGE)
            for change in self._sources.changes(self._next, end) if self._next < end else ():
                self._take(change)
            self._next = end
            return self._parted or end < size

    def due(self) -> list[tuple[Declared, Figure]]:
        """Figures that reached the threshold in groups in which something was new since this was asked last;
        whether they were alerted of already is not looked at."""
        found: list[tuple[Declared, Figure]] = []
        with self._lock:
            for tally in self._tallies:
                found += [(tally.declared, each) for each in tally.due(self._day)]
        return found

    def touch(self, keys: Iterable[AlertKey]) -> None:
        """Has groups looked at again."""
        with self._lock:
            self._touch(set(keys))

    def _touch(self, wanted: Collection[AlertKey]) -> None:
        for tally in self._tallies:
            tally.touched.update(group for ref, group in wanted if ref == tally.declared.ref)

    def counts(self) -> list[Counted]:
        """Every figure, indicator by indicator."""
        with self._lock:
            return [Counted(each.declared, tuple(each.figures(self._day))) for each in self._tallies]

    def last_alert(self, key: AlertKey) -> Raised | None:
        """The last alert of an indicator and a group that is known of."""
        return self._alerts.last(key)

    def declared(self, day: date) -> Iterator[Declared]:
        """The indicators in force on a day."""
        for file in self._state.store.all_files((pb.FILE_KIND_INDICATOR,)):
            act = act_in_force(file, day)
            if act is not None:
                yield Declared(act.position, file.file, self._indicator(act.position))

    def _indicator(self, position: int) -> pb.RiskIndicator:
        """What was stated at a position; asked for with every page that is counted."""
        if position not in self._stated:
            self._stated[position] = self._sources.content(position).supervision.indicator
        return self._stated[position]

    def _begin(self) -> int:
        """Has the tallies of the day ready; the size of the log up to which is counted."""
        head = self._state.head
        if head is None:
            return 0
        day = max(self._day, china_day(self._clock()), china_day(head.last_received_ms))
        declared = list(self.declared(day))
        known = [each.declared.position for each in self._tallies]
        if self._parted or [each.position for each in declared] != known:
            self._restart(declared, day, head.size)
        if day > self._day:
            for tally in self._tallies:
                tally.begin(day)
        self._day = day
        return head.size if self._tallies else self._pass_over(head.size)

    def _pass_over(self, size: int) -> int:
        self._next = size
        return size

    def _restart(self, declared: list[Declared], day: date, size: int) -> None:
        """Begins to count anew, at the first position that a window reaches."""
        self._tallies = [Tally(each) for each in declared]
        self._restarted_at, self._parted = size, False
        first = day - timedelta(days=furthest_back(declared))
        for tally in self._tallies:
            tally.begin(day)
        self._next = self._received_from(first, size) if declared else size
        for file in self._state.store.all_files((pb.FILE_KIND_INSPECTION,)) if declared else ():
            self._put(self._sources.of_inspection(file))
        if declared:
            self._alerts.load(first)

    def _received_from(self, day: date, size: int) -> int:
        """The first position received on a day or later."""
        low, high = 0, size
        while low < high:
            middle = (low + high) // 2
            if china_day(self._received_ms(middle)) < day:
                low = middle + 1
            else:
                high = middle
        return low

    def _received_ms(self, position: int) -> int:
        row = self._state.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的陈述")
        return Leaf.decode(row.leaf).received_ms

    def _take(self, change: Change) -> None:
        match change:
            case Occurrence():
                self._put(change)
            case Removed():
                for tally in self._tallies:
                    tally.remove(change.key)
            case Merged():
                for tally in self._tallies:
                    tally.merge(change.absorbed, change.goes_on)
            case Parted():
                self._parted = self._parted or change.position >= self._restarted_at
            case SupervisionFile():
                self._touch([self._alerts.take(change)])

    def _put(self, occurrence: Occurrence | None) -> None:
        if occurrence is not None:
            for tally in self._tallies:
                tally.put(occurrence)
