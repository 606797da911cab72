"""The clocks of duties: which edition they are of, and how late is late."""

from __future__ import annotations

import time
from datetime import date, timedelta

from registry.domain.files import ACT_NUMBERS
from registry.editions import shipped_editions
from registry.supervision.duties import Clocks
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_INSPECTION, FileReference

EDITIONS = {edition.label: edition for edition in shipped_editions().values()}
RECHECK = "rectification_recheck"
FAR = date(2199, 12, 31)


def inspection(on: str, received_on: str) -> SupervisionFile:
    """A file with one act."""
    visit = FileAct(act=ACT_NUMBERS["inspection"], on=on, received_on=received_on)
    return SupervisionFile(file=FileReference(kind=FILE_KIND_INSPECTION, number="JC-1"), acts=[visit])


def days_late(clocks: Clocks, on: date) -> int:
    file = inspection(on.isoformat(), "2026-11-23")
    duty = clocks.by_law(file, RECHECK, on.isoformat(), whose="X", task="复查整改")
    assert duty is not None
    return duty.days_late


def test_an_act_dated_back_before_the_edition_that_has_the_clock_is_not_without_it() -> None:
    def edition_on(day: date) -> object:
        return EDITIONS["2026.4" if day >= date(2026, 11, 1) else "2026.3"]

    assert RECHECK not in EDITIONS["2026.3"].rules.deadlines
    clocks = Clocks(date(2026, 12, 31), edition_on)  # type: ignore[arg-type]  # An edition of these.
    assert days_late(clocks, date(2026, 10, 12)) > 0
    old = inspection("2026-10-12", "2026-10-12")
    assert clocks.by_law(old, RECHECK, "2026-10-12", whose="X", task="复查整改") is None


def test_working_days_that_are_counted_year_by_year_are_those_of_the_calendar() -> None:
    edition = EDITIONS["2026.4"]
    for end in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2030, 6, 3)):
        clocks = Clocks(end, lambda _day: edition)
        for on in (date(2024, 2, 1), date(2025, 12, 2), date(2026, 11, 2)):
            duty = clocks.by_law(
                inspection(on.isoformat(), on.isoformat()),
                RECHECK,
                on.isoformat(),
                whose="X",
                task="复查整改",
            )
            assert duty is not None
            expected = edition.calendar.working_days_between(date.fromisoformat(duty.due_on), end).days
            assert duty.days_late == max(expected, 0)


def test_whoever_asks_as_of_a_day_far_off_does_not_keep_the_registry_busy() -> None:
    clocks = Clocks(FAR, lambda _day: EDITIONS["2026.4"])
    began = time.process_time()
    late = [days_late(clocks, date(2026, 1, 1) + timedelta(days=day)) for day in range(300)]
    assert late == sorted(late, reverse=True)
    assert time.process_time() - began < 20  # Day by day it would take minutes.
