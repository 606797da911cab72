"""Deadlines of supervision as the reminders take them (期限提醒): every duty that is not met.

A reminder names what is to be done, in which file, and its last day; it goes to the department whose duty it
is (``registry.upkeep.notices``), once when that day is near and once when it is over.

Example: 消防 is to read YS-3 by 2026-11-10: from 2026-11-06 on it is told 「签收告知移送（编号YS-3）」, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import chain

from registry.commands.ask import Ask
from registry.commands.supervision.files import Files
from registry.domain.files import file_ref
from registry.sanctions.catalogue.edition import Edition
from registry.v1.ban_service_pb2 import DueItem
from registry.v1.supervision_file_pb2 import Obligation


class Reminders:
    """What is due in the files of supervision, as seen on a day."""

    def __init__(self, ask: Ask) -> None:
        self._files = Files(ask)

    def on(self, day: date) -> Iterator[DueItem]:
        """Every duty that is not met."""
        clocks = self._files.clocks(day)
        edition = clocks.edition_on(day)
        for duty in self._files.open_obligations(clocks):
            yield due_item(duty, edition, day)

    def after(self, first: Callable[[date], Iterable[DueItem]]) -> Callable[[date], Iterable[DueItem]]:
        """What is due elsewhere, and after it what is due here."""
        return lambda day: chain(first(day), self.on(day))


def due_item(duty: Obligation, edition: Edition, day: date) -> DueItem:
    """A duty as a reminder counts it. Its reference names the file whole: another's may have this number."""
    return DueItem(
        department=duty.department,
        reference=f"{file_ref(duty.file)}@{duty.position}",
        deadline=duty.deadline,
        task=f"{duty.task}（编号{duty.file.number}）",
        due_on=duty.due_on,
        days_left=_days_left(duty, edition, day),
        basis=duty.basis,
    )


def _days_left(duty: Obligation, edition: Edition, day: date) -> int:
    """Days until the last one, working days where its clock counts these; negative when it is over."""
    last = date.fromisoformat(duty.due_on)
    if day > last:
        return -max(duty.days_late, 1)
    rule = edition.rules.deadlines.get(duty.deadline)
    if rule is None or rule.unit != "working_days":
        return (last - day).days
    return edition.calendar.working_days_between(day, last).days
