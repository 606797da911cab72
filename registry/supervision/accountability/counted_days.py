"""A calendar that has counted its working days beforehand, for reports over hundreds of thousands of duties.

It says the same as the calendar it is made of, day for day. How many days lie between two is the difference
of two numbers of a table over ``YEARS``; days outside are counted one by one. What was added up once is kept:
a report asks for some thousands of days and a few clocks.

Example: from 2026-09-30 to 2026-10-10 there are three, and it takes no longer than from 2020 to 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from registry.domain.workdays import DayCount, DueDay, HolidayCalendar, YearArrangement, deciding_years

YEARS: Final = (2010, 2050)
MAX_KEPT = 100_000
_FIRST = date(YEARS[0], 1, 1).toordinal()
_END = date(YEARS[1] + 1, 1, 1).toordinal()


class CountedCalendar(HolidayCalendar):
    """The same calendar, counted."""

    __slots__ = ("_added", "_before")

    def __init__(self, years: Mapping[int, YearArrangement]) -> None:
        super().__init__(years)
        counts, count = [0], 0
        for ordinal in range(_FIRST, _END):
            count += super().is_working_day(date.fromordinal(ordinal))
            counts.append(count)
        object.__setattr__(self, "_before", counts)
        object.__setattr__(self, "_added", {})

    def add_working_days(self, day: date, n: int) -> DueDay:
        """See HolidayCalendar."""
        kept: dict[tuple[date, int], DueDay] = self._added  # type: ignore[attr-defined]
        found = kept.get((day, n))
        if found is None:
            if len(kept) >= MAX_KEPT:
                kept.clear()
            found = kept[day, n] = super().add_working_days(day, n)
        return found

    def working_days_between(self, start: date, end: date) -> DayCount:
        """See HolidayCalendar."""
        first, last = start.toordinal() + 1, end.toordinal()
        if last < first or first < _FIRST or last >= _END:
            return super().working_days_between(start, end)
        counts: list[int] = self._before  # type: ignore[attr-defined]
        count = counts[last + 1 - _FIRST] - counts[first - _FIRST]
        return DayCount(count, self._uncertain(date.fromordinal(first), end))

    def _uncertain(self, first: date, last: date) -> tuple[int, ...]:
        """The years on whose arrangement one of the days from first to last depends, not announced."""
        needed = range(first.year, deciding_years(last)[-1] + 1)
        return tuple(year for year in needed if not self.covers(year))
