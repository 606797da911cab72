"""Working days of the years that are announced, what is said of the others, and what always holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.workdays import DayCount, DueDay, HolidayCalendar, deciding_years
from tests.support.calendars import arranged, calendar_of, calendars, days, shipped_calendar

MONDAY_TO_FRIDAY = HolidayCalendar()
counts = st.integers(-60, 60)


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # Over a weekend.
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # From a day that is not worked.
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # Over National Day, onto a Saturday that is worked.
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # The Saturday before Spring Festival is worked,
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # and then nine days are off.
        (date(2025, 9, 26), 6, date(2025, 10, 11)),
        (date(2024, 2, 9), 2, date(2024, 2, 19)),  # In 2024 the eve of the lunar year was a working Friday.
        (date(2025, 12, 26), 7, date(2026, 1, 7)),  # Over New Year.
        (date(2026, 10, 12), -1, date(2026, 10, 10)),  # Backwards, as from a hearing.
        (date(2026, 10, 12), -4, date(2026, 9, 30)),
        (date(2026, 10, 1), 0, date(2026, 10, 1)),
    ],
)
def test_working_days_pass_over_holidays_and_count_the_days_worked_for_them(
    start: date, n: int, last: date
) -> None:
    assert shipped_calendar().add_working_days(start, n) == DueDay(last)


def test_spring_festival_of_2026_has_nine_days_off_between_two_worked_saturdays() -> None:
    calendar = shipped_calendar()
    festival = [date(2026, 2, 14) + timedelta(days=n) for n in range(16)]
    worked = [day.day for day in festival if calendar.is_working_day(day)]
    assert worked == [14, 24, 25, 26, 27, 28]


def test_a_day_that_is_worked_is_its_own_next_working_day() -> None:
    assert shipped_calendar().next_working_day(date(2026, 10, 10)) == DueDay(date(2026, 10, 10))
    assert shipped_calendar().next_working_day(date(2026, 10, 1)) == DueDay(date(2026, 10, 8))
    assert shipped_calendar().next_working_day(date(2026, 10, 11)) == DueDay(date(2026, 10, 12))


def test_the_days_between_leave_out_the_first_and_count_the_last() -> None:
    calendar = shipped_calendar()
    assert calendar.working_days_between(date(2026, 9, 30), date(2026, 10, 10)) == DayCount(3)
    assert calendar.working_days_between(date(2026, 10, 10), date(2026, 9, 30)) == DayCount(-3)
    assert calendar.working_days_between(date(2026, 10, 10), date(2026, 10, 10)) == DayCount(0)


def test_a_year_that_the_calendar_lacks_is_counted_monday_to_friday_with_a_warning() -> None:
    due = shipped_calendar().add_working_days(date(2030, 9, 30), 3)
    assert due == DueDay(date(2030, 10, 3), (2030,))
    assert due.warning.startswith("2030年的节假日安排尚未公布或未录入")


def test_a_year_not_announced_has_its_statutory_holidays_and_a_warning() -> None:
    due = shipped_calendar().add_working_days(date(2027, 2, 4), 1)
    assert due == DueDay(date(2027, 2, 9), (2027,))
    assert not shipped_calendar().covers(2027)
    assert shipped_calendar().next_working_day(date(2027, 3, 3)) == DueDay(date(2027, 3, 3), (2027,))


def test_a_count_names_every_year_that_is_missing_on_its_way() -> None:
    count = shipped_calendar().working_days_between(date(2026, 12, 1), date(2029, 1, 5))
    assert count.uncertain_years == (2027, 2028, 2029)
    assert count.warning.startswith("2027、2028、2029年的节假日安排")


def test_what_is_announced_gives_no_warning() -> None:
    assert shipped_calendar().add_working_days(date(2026, 9, 30), 3).warning == ""
    assert shipped_calendar().working_days_between(date(2024, 1, 1), date(2026, 12, 28)).warning == ""


def test_the_last_days_of_december_wait_for_the_next_announcement() -> None:
    # The announcement for 2019 exchanged 2018-12-29, a Saturday, for Monday the 31st.
    next_year = arranged(2019, [date(2018, 12, 30), date(2018, 12, 31)], [date(2018, 12, 29)])
    without, full = calendar_of(arranged(2018)), calendar_of(arranged(2018), next_year)
    assert without.add_working_days(date(2018, 12, 27), 1) == DueDay(date(2018, 12, 28))
    assert without.add_working_days(date(2018, 12, 27), 2) == DueDay(date(2018, 12, 31), (2019,))
    assert full.add_working_days(date(2018, 12, 27), 2) == DueDay(date(2018, 12, 29))
    assert not full.is_working_day(date(2018, 12, 31))


def test_a_term_beyond_the_calendar_of_this_era_is_refused() -> None:
    with pytest.raises(ValueError, match="超出公历"):
        MONDAY_TO_FRIDAY.add_working_days(date(9999, 12, 30), 2)
    with pytest.raises(ValueError, match="超出公历"):
        MONDAY_TO_FRIDAY.add_working_days(date(1, 1, 1), -1)


@given(calendars(), days, counts)
def test_counting_lands_on_a_working_day_in_its_direction(
    calendar: HolidayCalendar, day: date, n: int
) -> None:
    reached = calendar.add_working_days(day, n).day
    assert n == 0 or calendar.is_working_day(reached)
    assert (reached > day) - (reached < day) == (n > 0) - (n < 0)


@given(calendars(), days, counts)
def test_the_days_between_undo_the_counting(calendar: HolidayCalendar, day: date, n: int) -> None:
    due = calendar.add_working_days(day, n)
    assert calendar.working_days_between(day, due.day) == DayCount(n, due.uncertain_years)


@given(calendars(), days, counts, counts)
def test_more_working_days_end_later(calendar: HolidayCalendar, day: date, n: int, m: int) -> None:
    ends = [calendar.add_working_days(day, count).day for count in (n, m)]
    assert (ends[0] < ends[1], ends[0] > ends[1]) == (n < m, n > m)


@given(calendars(), days, days, counts)
def test_a_later_start_never_ends_earlier(calendar: HolidayCalendar, day: date, other: date, n: int) -> None:
    earlier, later = sorted((day, other))
    assert calendar.add_working_days(earlier, n).day <= calendar.add_working_days(later, n).day


@given(calendars(), days, st.integers(0, 40), st.integers(0, 40))
def test_a_clock_may_be_counted_in_two_stretches(
    calendar: HolidayCalendar, day: date, n: int, m: int
) -> None:
    stop = calendar.add_working_days(day, n).day
    assert calendar.add_working_days(stop, m).day == calendar.add_working_days(day, n + m).day


@given(calendars(), days)
def test_the_next_working_day_is_the_nearest_that_is_not_before(calendar: HolidayCalendar, day: date) -> None:
    due = calendar.next_working_day(day)
    off = [day + timedelta(days=n) for n in range((due.day - day).days)]
    assert calendar.is_working_day(due.day)
    assert not any(map(calendar.is_working_day, off))
    assert due.uncertain_years == calendar.uncertain_years([*off, due.day])


@given(calendars(), days, counts.filter(bool))
def test_a_result_is_certain_if_and_only_if_every_year_on_the_way_is_announced(
    calendar: HolidayCalendar, day: date, n: int
) -> None:
    due = calendar.add_working_days(day, n)
    step = 1 if n > 0 else -1
    passed = [day + timedelta(days=step * k) for k in range(1, abs((due.day - day).days) + 1)]
    missing = {year for each in passed for year in deciding_years(each) if not calendar.covers(year)}
    assert set(due.uncertain_years) == missing
    assert bool(due.warning) == bool(missing)
