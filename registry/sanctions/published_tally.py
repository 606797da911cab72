"""Disclosed restrictions by month, domain and region (公示的限制统计): decisions counted, never a subject.

* What one decision brings about in a domain and a region counts once, on the days on which it runs and is
  shown to everybody: both by what is known at a position and by the law of a day, so that what was withdrawn
  or corrected counts nowhere, and what was repaired counts up to its repair.
* In force in a month is what is so on its last day; in the running month, on the day of the tally. What began
  in a month began on one of its days, and was shown then.
* Counts are kept as differences from month to month, so that to add or take away a decision costs four
  numbers, however long it runs. Of a record that changed what it counted at the old position is taken away
  and what it counts at the new one added: a record holds every version.

Worked example, tallied on 2026-11-23: a ban of 2026-03-01 to 2026-09-15 began in 2026-03 and is in force in
2026-03 to 2026-08. One without an end that began on 2026-11-20 counts in 2026-11 as both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from registry.domain.periods import Period
from registry.provenance.vault import is_person
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import GroundKind, SubjectRecord
from registry.sanctions.record.published import SaidOf, following_from, shown_days, speaking
from registry.v1 import subject_pb2

Key = tuple[subject_pb2.Domain.ValueType, str]
"""Domain and region."""
_MONTHS = 12
_OF_RESTRICTIONS = (GroundKind.IMPOSED, GroundKind.LISTED, GroundKind.RECORDED)


@dataclass(frozen=True, slots=True)
class Moment:
    """As known at a position, by the law of a day."""

    position: int
    day: date
    edition: Edition


@dataclass(frozen=True, slots=True)
class Counted:
    """The restrictions of a decision in a domain and a region: the days on which they run and are shown.
    ``begins``: the first of them is the first on which they run at all."""

    key: Key
    days: Period
    begins: bool


@dataclass(slots=True)
class MonthlyTally:
    """Counts by month; ``organisations`` are those with something in force on the day."""

    day: date
    organisations: int = 0
    _began: dict[Key, Counter[int]] = field(default_factory=dict)
    _change: dict[Key, Counter[int]] = field(default_factory=dict)

    def put(self, counted: Sequence[Counted], sign: int = 1) -> None:
        """Adds what a subject counts, or takes it away (``sign`` -1)."""
        for each in counted:
            self._put(each, sign)
        self.organisations += sign * any(each.days.contains(self.day) for each in counted)

    def _put(self, each: Counted, sign: int) -> None:
        first, last = each.days.first, each.days.last
        if first > self.day:
            return
        if each.begins:
            self._began.setdefault(each.key, Counter())[month_of(first)] += sign
        end = month_of(self.day) if last is None or last >= self.day else _last_month_whole(last)
        if end >= month_of(first):
            change = self._change.setdefault(each.key, Counter())
            change[month_of(first)] += sign
            change[end + 1] -= sign

    def rows(self, first: int, last: int) -> Iterator[tuple[int, Key, int, int]]:
        """Month, domain and region, how many are in force and how many began, of the months from ``first`` to
        ``last``, in this order; where both are none there is no row."""
        running = {key: sum(n for month, n in change.items() if month < first)
                   for key, change in self._change.items()}  # fmt: skip
        keys = sorted({*self._change, *self._began})
        for month in range(first, min(last, month_of(self.day)) + 1):
            for key in keys:
                running[key] = running.get(key, 0) + self._change.get(key, _NONE)[month]
                began = self._began.get(key, _NONE)[month]
                if running[key] or began:
                    yield month, key, running[key], began


_NONE: Counter[int] = Counter()


def counted_of(record: SubjectRecord, moment: Moment, said_of: SaidOf) -> list[Counted]:
    """What a subject's record counts at a moment."""
    if not record.grounds or is_person(record.ref):
        return []
    found = []
    position, edition, day = moment.position, moment.edition, moment.day
    for grounds in speaking(record, position).values():
        found_here: dict[Key, Period] = {}
        for ground in grounds:
            if ground.kind in _OF_RESTRICTIONS:
                for row in following_from(ground, edition, day):
                    if row.period.last is not None and row.period.last < row.period.first:
                        continue  # Lifted before it began.
                    key = (row.measure.domain, ground.region)
                    found_here[key] = _both(found_here.get(key, row.period), row.period)
        if not found_here:
            continue
        shown = shown_days(grounds, record, position=position, edition=edition, day=day, said_of=said_of)
        if shown is not None:
            found += [each for key, days in found_here.items() if (each := _shown(key, days, shown))]
    return found


def month_of(day: date) -> int:
    """The number of a month: months since the year 0."""
    return day.year * _MONTHS + day.month - 1


def month_text(month: int) -> str:
    """Such as 2026-11."""
    return f"{month // _MONTHS:04}-{month % _MONTHS + 1:02}"


def _last_month_whole(last: date) -> int:
    """The last month on whose last day something is in force that ends on a day."""
    whole = last < date.max and (last + timedelta(days=1)).day == 1
    return month_of(last) if whole else month_of(last) - 1


def _both(one: Period, other: Period) -> Period:
    """From the first day of either to the last of either."""
    last = None if one.last is None or other.last is None else max(one.last, other.last)
    return Period(min(one.first, other.first), last)


def _shown(key: Key, days: Period, shown: Period) -> Counted | None:
    """The days of both; None if there are none."""
    lasts = [last for last in (days.last, shown.last) if last is not None]
    first, last = max(days.first, shown.first), min(lasts, default=None)
    if last is not None and last < first:
        return None
    return Counted(key, Period(first, last), first == days.first)
