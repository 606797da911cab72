"""Days of China, terms in months, and the writing of days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.periods import OPEN_ENDED, Period, add_months, china_day, parse_day, parse_until

DAY_MS = 86_400_000
days = st.dates()
periods = st.builds(Period, days, st.none() | days)


def instant(text: str) -> int:
    stamp = Timestamp()
    stamp.FromJsonString(text)
    return stamp.ToMilliseconds()


def test_the_day_changes_at_16_hours_utc() -> None:
    assert china_day(instant("2026-04-30T15:59:59.999Z")) == date(2026, 4, 30)
    assert china_day(instant("2026-04-30T16:00:00Z")) == date(2026, 5, 1)


def test_instants_before_1970_are_counted_down_not_towards_zero() -> None:
    assert china_day(-1) == date(1970, 1, 1)
    assert china_day(-8 * 3_600_000) == date(1970, 1, 1)
    assert china_day(-8 * 3_600_000 - 1) == date(1969, 12, 31)


def test_the_ends_of_a_timestamp_have_a_day() -> None:
    assert china_day(instant("0001-01-01T00:00:00Z")) == date(1, 1, 1)
    assert china_day(instant("9999-12-31T15:59:59.999Z")) == date(9999, 12, 31)
    assert china_day(instant("9999-12-31T23:59:59.999Z")) == date(9999, 12, 31)


@given(st.integers(-(2**63), 2**63 - 1))
def test_no_64_bit_instant_raises_and_order_is_kept(moment: int) -> None:
    assert china_day(moment) <= china_day(moment + DAY_MS)


@given(days, st.integers(0, DAY_MS - 1))
def test_every_instant_of_a_day_of_china_gives_that_day(day: date, offset: int) -> None:
    midnight = (day - date(1970, 1, 1)).days * DAY_MS - 8 * 3_600_000
    assert china_day(midnight + offset) == day


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 5, 6), 12, date(2027, 5, 6)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
    ],
)
def test_a_term_ends_on_the_same_day_of_the_last_month_or_at_its_end(
    day: date, months: int, last: date
) -> None:
    assert add_months(day, months) == last


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 1200))
def test_a_term_ends_in_its_last_month_and_never_on_a_later_day_number(day: date, months: int) -> None:
    last = add_months(day, months)
    assert (last.year - day.year) * 12 + last.month - day.month == months
    assert last.day == day.day or (last.day < day.day and (last + timedelta(1)).day == 1)


@pytest.mark.parametrize(
    ("day", "months"), [(date(9999, 12, 1), 1), (date(1, 1, 1), -1), (date(2026, 1, 1), 10**9)]
)
def test_a_term_beyond_the_calendar_is_refused(day: date, months: int) -> None:
    with pytest.raises(ValueError, match="超出"):
        add_months(day, months)


@given(periods, days)
def test_both_ends_belong_to_a_period(period: Period, day: date) -> None:
    assert period.contains(day) == (period.first <= day <= (period.last or date.max))


def test_a_period_that_ends_before_it_begins_contains_no_day() -> None:
    period = Period(date(2026, 5, 2), date(2026, 5, 1))
    assert not period.contains(date(2026, 5, 1))
    assert not period.contains(date(2026, 5, 2))


def test_periods_of_the_same_first_day_are_ordered_by_their_end_and_the_open_one_comes_last() -> None:
    first = date(2026, 1, 1)
    short, long, open_ended = Period(first, date(2026, 2, 1)), Period(first, date.max), Period(first, None)
    assert sorted([open_ended, long, short]) == [short, long, open_ended]
    assert short < open_ended >= long


@given(periods, periods)
def test_of_two_periods_exactly_one_is_less_unless_they_are_equal(one: Period, other: Period) -> None:
    assert (one < other) + (other < one) + (one == other) == 1


@given(days)
def test_a_day_that_was_written_is_read_back(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20260506",
        "2026-W19-3",
        "2026-5-6",
        "2026/05/06",
        "2026-05-06T00:00:00Z",
        " 2026-05-06",
        "２０２６-05-06",
    ],
)
def test_a_day_in_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse_day(text)


@pytest.mark.parametrize("text", ["2026-02-29", "2026-13-01", "0000-01-01", "2026-00-10"])
def test_a_day_that_the_calendar_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="不是公历日期"):
        parse_day(text)


def test_a_personal_number_in_a_date_column_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD") as caught:
        parse_day("130902199001011234")
    assert "1309" not in str(caught.value)


@pytest.mark.parametrize("text", ["", *OPEN_ENDED])
def test_no_end_is_read_as_none(text: str) -> None:
    assert parse_until(text) is None


def test_an_end_is_read_as_the_last_day() -> None:
    assert parse_until("2027-05-05") == date(2027, 5, 5)
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse_until("长期")
