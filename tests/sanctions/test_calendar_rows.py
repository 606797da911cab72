"""The calendar that is shipped agrees with an outside source; faults of one are told with their line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry.domain.workdays import HolidayCalendar
from registry.sanctions.catalogue.located_yaml import CatalogueError
from tests.support.calendars import read_text, shipped_calendar

# Working days a month, counted with the package chinesecalendar 1.11.0.
WORKING_DAYS = {
    2024: [22, 18, 21, 22, 21, 19, 23, 22, 21, 19, 21, 22],
    2025: [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23],
    2026: [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23],
}
# Days off and worked as month and day, from the text of 国办发明电〔2025〕7号.
OFF_2026 = "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007"
WORKED_2026 = "0104 0214 0228 0509 0920 1010"
ONE_YEAR = """calendar:
  - year: 2026
    announced: true
    basis: 国办发明电〔2025〕7号
    days_off:
      - {name_zh: 元旦, from: 2026-01-01, to: 2026-01-03}
      - {name_zh: 国庆节, from: 2026-10-01, to: 2026-10-07}
    worked: ["2026-01-04", "2026-10-10"]
"""
TWO_YEARS = f"""{ONE_YEAR}  - year: 2027
    announced: false
    basis: 全国年节及纪念日放假办法
    days_off:
      - {{name_zh: 元旦, from: 2027-01-01, to: 2027-01-01}}
    worked: []
"""


def working_days(calendar: HolidayCalendar, year: int) -> list[int]:
    found = [0] * 12
    for offset in range(365 + (year % 4 == 0)):
        day = date(year, 1, 1) + timedelta(days=offset)
        found[day.month - 1] += calendar.is_working_day(day)
    return found


@pytest.mark.parametrize("year", WORKING_DAYS)
def test_the_shipped_years_have_as_many_working_days_as_an_outside_source_counts(year: int) -> None:
    assert working_days(shipped_calendar(), year) == WORKING_DAYS[year]
    assert shipped_calendar().covers(year)


def test_the_shipped_year_2026_is_that_of_the_announcement() -> None:
    arrangement = shipped_calendar().years[2026]
    ends = [span.split("-") for span in OFF_2026.split()]
    off = {f"{n:04}" for first, last in ends for n in range(int(first), int(last) + 1)}
    assert {f"{day:%m%d}" for day in arrangement.days_off} == off
    assert sorted(f"{day:%m%d}" for day in arrangement.worked) == WORKED_2026.split()
    assert arrangement.basis == "国办发明电〔2025〕7号"
    assert arrangement.days_off[date(2026, 9, 25)] == "中秋节"


def test_the_shipped_year_2027_has_the_thirteen_statutory_holidays() -> None:
    arrangement = shipped_calendar().years[2027]
    assert len(arrangement.days_off) == 13
    assert not arrangement.announced
    # First of the first, fifth of the fifth and fifteenth of the eighth lunar month, and a solar term.
    lunar = {"春节": (2, 6), "端午节": (6, 9), "中秋节": (9, 15), "清明节": (4, 5)}
    assert all(arrangement.days_off[date(2027, *day)] == name for name, day in lunar.items())


def test_every_row_of_the_shipped_calendar_names_the_document_it_rests_on() -> None:
    found = {year: row.basis for year, row in shipped_calendar().years.items() if row.announced}
    assert found == {
        2024: "国办发明电〔2023〕7号",
        2025: "国办发明电〔2024〕12号",
        2026: "国办发明电〔2025〕7号",
    }


CASES = [
    ("year: 2026", "year: 20261", 2, "20261 is no year"),
    ("year: 2026", "year: 2200", 2, "2200 is no year"),
    ("year: 2026", "years: 2026", 2, "unknown key years"),
    ("announced: true", "announced: perhaps", 3, "expected true or false"),
    ("announced: true", "announced: false", 8, "days are exchanged by the announcement"),
    ("    basis: 国办发明电〔2025〕7号\n", "", 2, "basis: is missing"),
    ("to: 2026-01-03", "to: 2026-01-33", 6, "元旦 to: 2026-01-33 is not a date"),
    ("to: 2026-01-03", "to: 2025-12-31", 6, "元旦 to: 2025-12-31 is before from"),
    ("to: 2026-10-07", "to: 2027-10-07", 7, "国庆节 to: 2027-10-07 is not in 2026"),
    ("from: 2026-01-01", "from: 2025-12-28", 6, "元旦 from: 2025-12-28 is not in 2026"),
    ("from: 2026-10-01", "from: 2026-01-03", 7, "2026-01-03 is off already (元旦)"),
    ("name_zh: 元旦, ", "", 6, "name_zh: is missing"),
    ("2026-10-10", "2026-10-9", 8, "2026-10-9 is not a date YYYY-MM-DD"),
    ("2026-10-10", "2026-10-09", 8, "2026-10-09 is no weekend day"),
    ("2026-10-10", "2027-10-10", 8, "2027-10-10 is not in 2026"),
    ("2026-10-10", "2026-10-04", 8, "2026-10-04 is a day off (国庆节)"),
    ("2026-10-10", "2026-01-04", 8, "2026-01-04 stands twice"),
    ('["2026-01-04", "2026-10-10"]', "[2026-01-04]", 8, "expected texts only"),
    ("year: 2027", "year: 2026", 9, "2026 year: stands twice"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), CASES)
def test_a_faulty_calendar_is_refused_with_the_line_and_the_reason(
    old: str, new: str, line: int, message: str
) -> None:
    assert old in TWO_YEARS
    with pytest.raises(CatalogueError) as caught:
        read_text(TWO_YEARS.replace(old, new, 1))
    assert [fault.place.line for fault in caught.value.faults if message in fault.message] == [line]


def test_every_fault_of_every_year_is_told_at_once() -> None:
    spoilt = TWO_YEARS.replace("2026-10-10", "2026-10-09").replace("to: 2027-01-01", "to: 2026-01-01")
    with pytest.raises(CatalogueError) as caught:
        read_text(spoilt)
    assert [fault.place.line for fault in caught.value.faults] == [8, 13]


def test_a_new_year_holiday_may_begin_in_december() -> None:
    calendar = read_text(TWO_YEARS.replace("from: 2027-01-01", "from: 2026-12-31"))
    assert not calendar.is_working_day(date(2026, 12, 31))


def test_a_day_of_december_stands_in_one_of_the_two_years_only() -> None:
    both = TWO_YEARS.replace("from: 2027-01-01", "from: 2026-12-31")
    both = both.replace("from: 2026-10-01, to: 2026-10-07", "from: 2026-12-31, to: 2026-12-31")
    with pytest.raises(CatalogueError, match="12: 2027 days_off: 2026-12-31 stands in 2026 already"):
        read_text(both.replace(', "2026-10-10"', ""))


def test_a_year_without_days_off_is_refused() -> None:
    row = "year: 2026, announced: true, basis: 某文, days_off: [], worked: []"
    with pytest.raises(CatalogueError, match="1: 2026 days_off: there is none"):
        read_text(f"calendar: [{{{row}}}]")


def test_a_calendar_without_years_covers_none() -> None:
    assert not read_text("calendar: []").covers(2026)
