"""The clocks of the rulebook, run over the calendar that is shipped."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from registry.domain.workdays import DueDay, HolidayCalendar
from registry.editions import current_edition
from registry.sanctions.catalogue.rulebook import Deadline, TimeUnit
from registry.sanctions.clocks import due
from tests.support.calendars import calendars, days, shipped_calendar


def deadline(code: str) -> Deadline:
    return current_edition().rules.deadlines[code]


def lasting(amount: int, unit: TimeUnit, extend: int = 0) -> Deadline:
    return Deadline("made_up", amount, unit, extend, "某法 第一条", "high", "")


@pytest.mark.parametrize(
    ("code", "start", "last"),
    [
        ("double_publication_after_decision", date(2026, 9, 30), date(2026, 10, 15)),
        ("withdraw_publication_after_revocation", date(2026, 9, 30), date(2026, 10, 10)),
        ("samr_penalty_publication_same_province", date(2026, 1, 30), date(2026, 3, 5)),
        ("hearing_request_after_notice", date(2025, 1, 24), date(2025, 2, 7)),
        ("penalty_decision_after_filing", date(2026, 7, 5), date(2026, 10, 8)),  # 90 days end on 3 October.
        ("penalty_decision_after_filing", date(2026, 1, 5), date(2026, 4, 7)),  # 5 April, in the holiday.
        ("administrative_reconsideration", date(2026, 3, 2), date(2026, 5, 6)),
        ("administrative_lawsuit", date(2025, 8, 31), date(2026, 2, 28)),  # A Saturday, but worked.
        ("administrative_lawsuit", date(2024, 2, 29), date(2024, 8, 29)),
    ],
)
def test_a_deadline_ends_as_its_law_counts(code: str, start: date, last: date) -> None:
    assert due(deadline(code), start, shipped_calendar()) == DueDay(last)


def test_an_archive_is_kept_to_the_end_of_its_fifteenth_year_in_a_year_not_announced() -> None:
    kept = due(deadline("procurement_archive"), date(2026, 5, 8), shipped_calendar())
    assert kept == DueDay(date(2041, 5, 8), (2041,))


def test_an_extension_is_counted_with_the_amount_in_one() -> None:
    rule = deadline("report_verification")
    assert due(rule, date(2026, 9, 8), shipped_calendar()) == DueDay(date(2026, 9, 29))
    assert due(rule, date(2026, 9, 8), shipped_calendar(), extended=True) == DueDay(date(2026, 10, 26))
    # The first ninety days end on a holiday; the extension does not start from the day they are moved to.
    extensible = lasting(90, "days", extend=30)
    assert due(extensible, date(2026, 7, 5), shipped_calendar(), extended=True) == DueDay(date(2026, 11, 2))


def test_a_deadline_without_an_extension_cannot_be_extended() -> None:
    with pytest.raises(ValueError, match="第六十一条规定的期限不能延长"):
        due(deadline("service_after_decision"), date(2026, 9, 8), shipped_calendar(), extended=True)


def test_a_clock_over_a_year_without_a_calendar_gives_the_warning() -> None:
    found = due(deadline("service_after_decision"), date(2026, 12, 24), shipped_calendar())
    assert found == DueDay(date(2027, 1, 5), (2027,))
    assert "请以国务院办公厅公布的为准" in found.warning
    assert due(deadline("service_after_decision"), date(2026, 5, 6), HolidayCalendar()).uncertain_years == (
        2026,
    )


def test_a_clock_beyond_the_calendar_of_this_era_is_refused() -> None:
    with pytest.raises(ValueError, match="超出公历"):
        due(lasting(1, "years"), date(9999, 1, 1), shipped_calendar())


@pytest.mark.parametrize("unit", ["working_days", "days", "months", "years"])
@given(calendar=calendars(), start=days)
def test_every_clock_ends_on_a_working_day_after_its_start(
    unit: TimeUnit, calendar: HolidayCalendar, start: date
) -> None:
    found = due(lasting(2, unit), start, calendar)
    assert found.day > start
    assert calendar.is_working_day(found.day)
