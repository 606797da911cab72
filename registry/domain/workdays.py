"""Working days (工作日): what 行政处罚法 第八十五条 means by two, three, five and seven days.

* A working day is Monday to Friday, less the days off, plus the weekend days worked for them (调休上班).
  The General Office of the State Council (国务院办公厅) announces both for each year, usually in November
  of the year before; no rule yields them, so they are data.
* The day on which a clock starts is not counted; the count begins with the day after. Counted backwards,
  as to the day by which a hearing must be announced, the starting day is not counted either.
* A year's announcement may reach back into the last days of December: that for 2019 made 2018-12-29 a
  working day and 12-30 and 12-31 days off. So days from 29 December on wait for the next year's, too.
* A year not announced is counted by what is known: Monday to Friday, less the statutory holidays if the
  calendar has them (全国年节及纪念日放假办法). The result then names the years for which it may be wrong.

Worked example: three working days from Wednesday 2026-09-30 end on Saturday 2026-10-10. 1 to 7 October are
off; Thursday 8 and Friday 9 are the first two, and the Saturday is worked in exchange for the holiday.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5
_LAST_DAYS_OF_DECEMBER = (12, 29)


@dataclass(frozen=True, slots=True, eq=False)
class YearArrangement:
    """The holiday arrangement of a year (节假日安排): days off with the holiday's name, days worked.

    ``announced`` is false as long as only the statutory holidays are known. ``basis`` is the number of
    the announcement, such as 国办发明电〔2025〕7号, or else the rule that the holidays follow from.
    """

    year: int
    announced: bool
    basis: str
    days_off: Mapping[date, str]
    worked: frozenset[date]


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day reached by counting, and the years whose arrangement was needed but is not announced."""

    day: date
    uncertain_years: tuple[int, ...] = ()

    @property
    def warning(self) -> str:
        """One line for whoever relies on the day; empty if it is certain."""
        return _warning(self.uncertain_years)


@dataclass(frozen=True, slots=True)
class DayCount:
    """A number of working days, and the years whose arrangement was needed but is not announced."""

    days: int
    uncertain_years: tuple[int, ...] = ()

    @property
    def warning(self) -> str:
        """One line for whoever relies on the number; empty if it is certain."""
        return _warning(self.uncertain_years)


@dataclass(frozen=True, slots=True, eq=False)
class HolidayCalendar:
    """The arrangements known, by year. An empty calendar counts Monday to Friday, and says so."""

    years: Mapping[int, YearArrangement] = field(default_factory=dict)

    def covers(self, year: int) -> bool:
        """Whether a year's arrangement is announced; if not, what is counted in it is uncertain."""
        return year in self.years and self.years[year].announced

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked, as far as is known; ``uncertain_years`` tells whether that is far."""
        found = [self.years[year] for year in deciding_years(day) if year in self.years]
        if any(day in arrangement.worked for arrangement in found):
            return True
        return day.weekday() < _SATURDAY and not any(day in arrangement.days_off for arrangement in found)

    def next_working_day(self, day: date) -> DueDay:
        """The day itself if it is worked, else the first one after it that is (民法典 第二百零三条).

        Raises ValueError if there is none before the year 10000.
        """
        passed = [day]
        while not self.is_working_day(passed[-1]):
            passed.append(_beside(passed[-1], 1))
        return DueDay(passed[-1], self.uncertain_years(passed))

    def add_working_days(self, day: date, n: int) -> DueDay:
        """The ``n``-th working day after ``day``, or before it if ``n`` is negative; ``day`` if it is 0.

        Raises ValueError if the result is outside the years 1 to 9999.
        """
        passed: list[date] = []
        left = abs(n)
        while left:
            day = _beside(day, 1 if n > 0 else -1)
            passed.append(day)
            left -= self.is_working_day(day)
        return DueDay(day, self.uncertain_years(passed))

    def working_days_between(self, start: date, end: date) -> DayCount:
        """How many working days follow ``start`` up to and including ``end``.

        Negative if ``end`` is before ``start``; so it undoes ``add_working_days`` in both directions.
        """
        sign = 1 if end >= start else -1
        ordinals = range(start.toordinal() + sign, end.toordinal() + sign, sign) if start != end else ()
        days = [date.fromordinal(ordinal) for ordinal in ordinals]
        return DayCount(sign * sum(map(self.is_working_day, days)), self.uncertain_years(days))

    def uncertain_years(self, days: Iterable[date]) -> tuple[int, ...]:
        """The years on whose arrangement one of the days depends, but which are not announced."""
        needed = {year for day in days for year in deciding_years(day)}
        return tuple(sorted(year for year in needed if not self.covers(year)))


def deciding_years(day: date) -> tuple[int, ...]:
    """The years whose arrangement may say whether a day is worked: two for the last days of December."""
    reached = (day.month, day.day) >= _LAST_DAYS_OF_DECEMBER
    return (day.year, day.year + 1) if reached else (day.year,)


def _beside(day: date, step: int) -> date:
    try:
        return day + timedelta(days=step)
    except OverflowError:
        raise ValueError("按工作日计算的期限超出公历1至9999年") from None


def _warning(years: tuple[int, ...]) -> str:
    if not years:
        return ""
    named = "、".join(map(str, years))
    return f"{named}年的节假日安排尚未公布或未录入，此处按已知的休息日推算，请以国务院办公厅公布的为准"
