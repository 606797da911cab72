"""Reads the working-day calendar of an edition: its section ``calendar``, one row a year.

Columns: ``year``; ``announced``, whether the State Council's General Office has announced the arrangement;
``basis``, the number of the announcement, or of the rule the statutory holidays follow from; ``days_off``,
a list of ``name_zh``, ``from`` and ``to``, both included, weekends that the holiday spans too; ``worked``,
the weekend days worked for them (调休上班), quoted. What they mean is explained in ``domain.workdays``.

    - year: 2026
      announced: true
      basis: 国办发明电〔2025〕7号
      days_off:
        - {name_zh: 春节, from: 2026-02-15, to: 2026-02-23}
      worked: ["2026-02-14", "2026-02-28"]

A row may hold days of its year and, since New Year's holiday may begin there, the last of the December
before. A day stands once in all the rows together, whether off or worked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from types import MappingProxyType

from registry.domain.periods import parse_day
from registry.domain.workdays import HolidayCalendar, YearArrangement, deciding_years
from registry.sanctions.catalogue.bounds import YEARS
from registry.sanctions.catalogue.located_yaml import Row

_SATURDAY = 5
_UNKNOWN_YEAR = 0


def read_calendar(rows: Sequence[Row]) -> HolidayCalendar:
    """The calendar that the rows of ``calendar`` hold; faults are noted in their log."""
    years: dict[int, YearArrangement] = {}
    for row in rows:
        arrangement = _read_year(row)
        if arrangement.year in years:
            row.fault("year", "stands twice")
        elif arrangement.year != _UNKNOWN_YEAR:
            _check_against(row, arrangement, years.values())
            years[arrangement.year] = arrangement
    return HolidayCalendar(MappingProxyType(years))


def _read_year(row: Row) -> YearArrangement:
    year = _year(row)
    arrangement = YearArrangement(
        year=year,
        announced=row.flag("announced"),
        basis=row.text("basis"),
        days_off=MappingProxyType(_days_off(row, year)),
        worked=frozenset(_worked(row, year)),
    )
    row.close()
    if row.sound and arrangement.worked and not arrangement.announced:
        row.fault("worked", "days are exchanged by the announcement, and there is none")
    for day in sorted(arrangement.worked & arrangement.days_off.keys()):
        row.fault("worked", f"{day} is a day off ({arrangement.days_off[day]})")
    return arrangement


def _year(row: Row) -> int:
    """The year, or ``_UNKNOWN_YEAR`` with a fault noted: no day is then said to be outside it."""
    year = row.number("year")
    if row.sound and year not in YEARS:
        row.fault("year", f"{year} is no year")
    return year if row.sound else _UNKNOWN_YEAR


def _days_off(row: Row, year: int) -> dict[date, str]:
    found: dict[date, str] = {}
    holidays = row.rows("days_off", "name_zh")
    if row.has("days_off") and not holidays:
        row.fault("days_off", "there is none")
    for inner in holidays:
        name = inner.text("name_zh")
        for day in _span(inner, year):
            if day in found:
                inner.fault("from", f"{day} is off already ({found[day]})")
            found[day] = name
        inner.close()
    return found


def _span(inner: Row, year: int) -> Iterator[date]:
    first, last = inner.day("from"), inner.day("to")
    if not inner.sound:
        return
    if last < first:
        inner.fault("to", f"{last} is before from")
        return
    _check_year(inner, "from", first, year)
    _check_year(inner, "to", last, year)
    if inner.sound:
        yield from map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _worked(row: Row, year: int) -> Iterator[date]:
    for text in row.texts("worked"):
        try:
            day = parse_day(text)
        except ValueError:
            row.fault("worked", f"{text} is not a date YYYY-MM-DD")
            continue
        _check_year(row, "worked", day, year)
        if day.weekday() < _SATURDAY:
            row.fault("worked", f"{day} is no weekend day")
        yield day


def _check_year(row: Row, key: str, day: date, year: int) -> None:
    if year not in (_UNKNOWN_YEAR, *deciding_years(day)):
        row.fault(key, f"{day} is not in {year}")


def _check_against(row: Row, year: YearArrangement, others: Iterable[YearArrangement]) -> None:
    """Notes days that rows of other years speak of, too: the last of December."""
    mine = {"days_off": frozenset(year.days_off), "worked": year.worked}
    for other in others:
        theirs = other.days_off.keys() | other.worked
        for key, days in mine.items():
            for day in sorted(days & theirs):
                row.fault(key, f"{day} stands in {other.year} already")
