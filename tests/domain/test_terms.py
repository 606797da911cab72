"""Where terms end: month ends, leap years, holidays for clocks of procedure, and 24:00 of China."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.periods import add_months, china_day
from registry.domain.terms import end_instant_ms, term_end
from registry.domain.workdays import DueDay, HolidayCalendar
from tests.support.calendars import calendars, days, shipped_calendar


@pytest.mark.parametrize(
    ("first", "length", "last"),
    [
        (date(2026, 1, 1), {"days": 90}, date(2026, 4, 1)),  # The first day is not counted.
        (date(2024, 2, 28), {"days": 1}, date(2024, 2, 29)),
        (date(2026, 8, 31), {"months": 6}, date(2027, 2, 28)),
        (date(2027, 8, 31), {"months": 6}, date(2028, 2, 29)),  # A leap year.
        (date(2026, 2, 28), {"months": 1}, date(2026, 3, 28)),  # Not the month's end: there is a 28th.
        (date(2024, 2, 29), {"years": 3}, date(2027, 2, 28)),
        (date(2024, 2, 29), {"years": 4}, date(2028, 2, 29)),
        (date(2026, 5, 6), {"years": 15}, date(2041, 5, 6)),
        (date(2026, 5, 6), {"months": 0}, date(2026, 5, 6)),
    ],
)
def test_a_term_ends_on_the_day_with_the_same_number_or_at_the_months_end(
    first: date, length: dict[str, int], last: date
) -> None:
    assert term_end(first, **length) == DueDay(last)  # type: ignore[arg-type]  # one of the lengths


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 4, 3), date(2026, 10, 8)),  # 3 October lies in the National Day holiday.
        (date(2026, 4, 10), date(2026, 10, 10)),  # A Saturday that is worked is no holiday.
        (date(2026, 4, 11), date(2026, 10, 12)),  # A plain Sunday is.
        (date(2025, 8, 15), date(2026, 2, 24)),  # Spring Festival, 15 to 23 February.
        (date(2025, 11, 2), date(2026, 5, 6)),
        (date(2025, 10, 1), date(2026, 4, 1)),  # That the term starts on a holiday changes nothing.
    ],
)
def test_the_last_day_of_a_clock_moves_to_the_first_day_after_a_holiday(first: date, last: date) -> None:
    assert term_end(first, months=6, calendar=shipped_calendar()) == DueDay(last)


def test_the_term_of_a_restriction_is_not_moved_and_needs_no_calendar() -> None:
    assert term_end(date(2025, 10, 3), years=1) == DueDay(date(2026, 10, 3))
    assert term_end(date(2025, 10, 3), years=20) == DueDay(date(2045, 10, 3))


def test_a_clock_that_ends_in_a_year_not_announced_says_so() -> None:
    due = term_end(date(2026, 11, 9), months=6, calendar=shipped_calendar())
    assert due == DueDay(date(2027, 5, 10), (2027,))
    assert due.warning.startswith("2027年")
    assert term_end(date(2026, 3, 1), years=5, calendar=shipped_calendar()).uncertain_years == (2031,)


def test_years_that_a_term_only_passes_through_need_not_be_announced() -> None:
    assert term_end(date(2020, 3, 2), years=6, calendar=shipped_calendar()) == DueDay(date(2026, 3, 2))


@pytest.mark.parametrize("lengths", [{}, {"days": 3, "months": 1}, {"years": 1, "months": 6}, {"days": -1}])
def test_a_term_has_one_length_that_is_not_negative(lengths: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="期间应以年、月、日之一计算"):
        term_end(date(2026, 1, 1), **lengths)  # type: ignore[arg-type]  # what it refuses


@pytest.mark.parametrize("length", [{"days": 10**12}, {"months": 10**6}, {"years": 8000}])
def test_a_term_beyond_the_calendar_of_this_era_is_refused(length: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="超出公历"):
        term_end(date(2026, 1, 1), **length)  # type: ignore[arg-type]  # one of the lengths


def test_a_day_is_over_at_16_hours_utc() -> None:
    stamp = Timestamp()
    stamp.FromJsonString("2026-10-08T16:00:00Z")
    assert end_instant_ms(date(2026, 10, 8)) == stamp.ToMilliseconds()


@given(st.dates())
def test_the_instant_before_the_end_is_in_the_day_and_the_end_is_not(day: date) -> None:
    assert china_day(end_instant_ms(day) - 1) == day
    assert day == date.max or china_day(end_instant_ms(day)) == day + timedelta(days=1)


@given(calendars(), days, st.integers(0, 24))
def test_a_clock_ends_on_a_working_day_never_before_its_plain_date(
    calendar: HolidayCalendar, first: date, months: int
) -> None:
    due = term_end(first, months=months, calendar=calendar)
    assert calendar.is_working_day(due.day)
    assert calendar.working_days_between(add_months(first, months) - timedelta(days=1), due.day).days == 1
