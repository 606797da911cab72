"""A duty (义务): a step that somebody has to take by a day, and whether he did.

The clocks are deadlines of the edition that applied when the clock began, or where that had none when the
registry heard of it, counted by its calendar (``registry.sanctions.clocks``). Where an act itself sets the
day, that is the day. Worked out from a file alone as seen on a day, so that no job has to run for something
to be overdue.

Example: a complaint received on 2026-11-02 is to be accepted or not by 2026-11-11 (七个工作日); accepted on
2026-11-13 the duty is met, two working days late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from registry.domain.workdays import DueDay, HolidayCalendar
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.rulebook import Deadline
from registry.sanctions.clocks import due
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

RECORDING = "act_recorded_after_day"
"""The deadline by which an act is to be recorded after the day on which it took place."""


@dataclass(frozen=True, slots=True)
class _End:
    """Where a deadline ends that began on a day, by which rule and calendar."""

    rule: Deadline
    calendar: HolidayCalendar
    last: DueDay


@dataclass(frozen=True, slots=True)
class Clocks:
    """The day as seen from, and the edition that applied on a day.

    What was counted once is kept: the files of a year have few hundred days and a dozen deadlines."""

    day: date
    edition_on: Callable[[date], Edition]
    _ends: dict[tuple[str, str, bool, str], _End | None] = field(
        default_factory=dict, repr=False, compare=False
    )
    _late: dict[tuple[int, date, date], int] = field(default_factory=dict, repr=False, compare=False)

    def by_law(
        self,
        file: SupervisionFile,
        deadline: str,
        start: str,
        *,
        whose: str,
        task: str,
        met_on: str = "",
        cause: FileAct | None = None,
        official_id: str = "",
        extended: bool = False,
    ) -> Obligation | None:
        """The duty that a deadline of the catalogue sets from a day on; None if neither the edition of that
        day has such a deadline nor that of the day on which the registry had the cause: nobody is rid of a
        duty by dating it back."""
        received = (cause or file.acts[0]).received_on
        end = self._end(deadline, start, extended) or self._end(deadline, start, extended, received)
        if end is None:
            return None
        made = _duty(file, deadline, task, whose, official_id, cause)
        setattr(made, "from", start)
        made.due_on, made.basis = end.last.day.isoformat(), end.rule.basis
        made.uncertain = bool(end.last.uncertain_years)
        working = end.rule.unit == "working_days"
        return self._settled(made, end.last.day, met_on, end.calendar if working else None)

    def _end(self, deadline: str, start: str, extended: bool, by: str = "") -> _End | None:
        key = (deadline, start, extended, by)
        if key not in self._ends:
            first = date.fromisoformat(start)
            edition = self.edition_on(date.fromisoformat(by) if by else first)
            rule = edition.rules.deadlines.get(deadline)
            calendar = edition.calendar
            ends = _End(rule, calendar, due(rule, first, calendar, extended=extended)) if rule else None
            self._ends[key] = ends
        return self._ends[key]

    def by_act(
        self,
        file: SupervisionFile,
        code: str,
        due_on: str,
        *,
        whose: str,
        task: str,
        start: str,
        basis: str = "",
        met_on: str = "",
        cause: FileAct | None = None,
        official_id: str = "",
    ) -> Obligation:
        """The duty that an act sets a day for."""
        made = _duty(file, code, task, whose, official_id, cause)
        setattr(made, "from", start)
        made.due_on, made.basis = due_on, basis
        return self._settled(made, date.fromisoformat(due_on), met_on, None)

    def _settled(
        self, made: Obligation, last: date, met_on: str, working: HolidayCalendar | None
    ) -> Obligation:
        """With the day on which it was met, if that has come, and how late it is or was."""
        met = date.fromisoformat(met_on) if met_on else None
        if met is not None and met <= self.day:
            made.met_on = met_on
        end = met if made.met_on and met is not None else self.day
        if end > last:
            days = self._working_days(working, last, end) if working else (end - last).days
            made.days_late = max(days, 1)
        return made

    def _working_days(self, calendar: HolidayCalendar, last: date, end: date) -> int:
        """Those of each year are counted once: whoever asks as of a day far off is answered as soon."""
        key = (id(calendar), last, end)  # Calendars live as long as the editions of the registry.
        if key not in self._late:
            turn = date(last.year, 12, 31)
            turn = turn if last < turn else turn.replace(year=min(last.year + 1, end.year))
            if turn < end:
                counted = self._working_days(calendar, last, turn) + self._working_days(calendar, turn, end)
            else:
                counted = calendar.working_days_between(last, end).days
            self._late[key] = counted
        return self._late[key]


def _duty(
    file: SupervisionFile, code: str, task: str, whose: str, official_id: str, cause: FileAct | None
) -> Obligation:
    act = cause or file.acts[0]
    return Obligation(
        file=file.file,
        department=whose,
        official_id=official_id,
        deadline=code,
        task=task,
        subject=file.subject,
        matter=file.matter,
        position=act.position,
    )


def known_by(file: SupervisionFile, day: date) -> SupervisionFile:
    """The file as it was known at the end of a day: acts received later are not in it."""
    last = day.isoformat()
    if not file.acts or file.acts[-1].received_on <= last:
        return file
    then = SupervisionFile()
    then.CopyFrom(file)
    del then.acts[sum(act.received_on <= last for act in file.acts) :]
    return then


def counted(stated: str, received_on: date, edition: Edition) -> str:
    """The day on which an act counts as done: no later than its record may wait, the day it states; else that
    of its receipt. ``edition`` is that of the receipt."""
    wait = edition.rules.deadlines.get(RECORDING)
    if not stated or stated >= received_on.isoformat() or wait is None:
        return received_on.isoformat()
    last = due(wait, date.fromisoformat(stated), edition.calendar).day
    return stated if received_on <= last else received_on.isoformat()


def first_act(file: SupervisionFile, *numbers: int, after: int = -1) -> FileAct | None:
    """The first act with one of these numbers after a position."""
    return next((act for act in file.acts if act.act in numbers and act.position > after), None)
