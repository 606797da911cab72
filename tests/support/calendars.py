"""Working-day calendars for tests: the one that is shipped, and any that hypothesis can think of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

import registry.sanctions
from registry.domain.workdays import HolidayCalendar, YearArrangement
from registry.sanctions.catalogue.calendar_rows import read_calendar
from registry.sanctions.catalogue.located_yaml import FaultLog, read_mapping

YEARS = range(2024, 2029)
days = st.dates(date(YEARS.start, 1, 1), date(YEARS.stop - 1, 12, 31))


def read_text(text: str) -> HolidayCalendar:
    """The calendar of a file. Raises CatalogueError with every fault."""
    log = FaultLog()
    top = read_mapping("calendar.yaml", text, log)
    calendar = read_calendar(top.rows("calendar", "year")) if top else HolidayCalendar()
    if top:
        top.close()
    log.raise_if_any()
    return calendar


@cache
def shipped_calendar() -> HolidayCalendar:
    """The calendar that is shipped, of the newest edition."""
    editions = Path(registry.sanctions.__path__[0]) / "editions"
    return read_text(max(editions.rglob("calendar.yaml*")).read_text("utf-8"))


def arranged(
    year: int, off: Iterable[date] = (), worked: Iterable[date] = (), *, announced: bool = True
) -> YearArrangement:
    """An arrangement made up for a test."""
    return YearArrangement(year, announced, "某文", dict.fromkeys(off, "某节"), frozenset(worked))


def calendar_of(*arrangements: YearArrangement) -> HolidayCalendar:
    """A calendar of some arrangements."""
    return HolidayCalendar({each.year: each for each in arrangements})


@st.composite
def calendars(draw: st.DrawFn) -> HolidayCalendar:
    """Calendars that know some of the years, with weekdays off and weekend days worked anywhere in them."""
    found = []
    for year in draw(st.sets(st.sampled_from(YEARS))):
        exchanged = draw(st.sets(st.integers(0, 364), max_size=40))
        dates = {date(year, 1, 1) + timedelta(days=offset) for offset in exchanged}
        off = {day for day in dates if day.weekday() < 5}
        found.append(arranged(year, off, dates - off, announced=draw(st.booleans())))
    return calendar_of(*found)
