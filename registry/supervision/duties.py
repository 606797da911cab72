"""A duty (义务): a step that somebody has to take by a day, and whether he did.

The clocks are deadlines of the edition that applied when the clock began, counted by its calendar
(``registry.sanctions.clocks``). Where an act itself sets the day, that is the day. Worked out from a file
alone as seen on a day, so that no job has to run for something to be overdue.

Example: a complaint received on 2026-11-02 is to be accepted or not by 2026-11-11 (七个工作日); accepted on
2026-11-13 the duty is met, two working days late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.clocks import due
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile


@dataclass(frozen=True, slots=True)
class Clocks:
    """The day as seen from, and the edition that applied on a day."""

    day: date
    edition_on: Callable[[date], Edition]

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
        """The duty that a deadline of the catalogue sets from a day on; None if the edition of that day has
        no such deadline."""
        first = date.fromisoformat(start)
        edition = self.edition_on(first)
        rule = edition.rules.deadlines.get(deadline)
        if rule is None:
            return None
        last = due(rule, first, edition.calendar, extended=extended)
        made = _duty(file, deadline, task, whose, official_id, cause)
        setattr(made, "from", start)
        made.due_on, made.basis = last.day.isoformat(), rule.basis
        made.uncertain = bool(last.uncertain_years)
        working = rule.unit == "working_days"
        return self._settled(made, last.day, met_on, edition if working else None)

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

    def _settled(self, made: Obligation, last: date, met_on: str, working: Edition | None) -> Obligation:
        """With the day on which it was met, if that has come, and how late it is or was."""
        met = date.fromisoformat(met_on) if met_on else None
        if met is not None and met <= self.day:
            made.met_on = met_on
        end = met if made.met_on and met is not None else self.day
        if end > last:
            days = working.calendar.working_days_between(last, end).days if working else (end - last).days
            made.days_late = max(days, 1)
        return made


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


def first_act(file: SupervisionFile, *numbers: int, after: int = -1) -> FileAct | None:
    """The first act with one of these numbers after a position."""
    return next((act for act in file.acts if act.act in numbers and act.position > after), None)
