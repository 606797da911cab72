"""As known at a position of the log, as seen from a day; and the period that is asked about.

A report as of a past position leaves out whatever was put on record since, so that the same question has the
same answer for ever (design: two times).

Example: a referral opened at 40 and received at 90 is, as known at 60, a file with one act.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.supervision.duties import Clocks, known_by
from registry.supervision.obligations import obligations_of
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day, both within."""

    first: date
    last: date

    def holds(self, day: str) -> bool:
        """Whether a day, as acts write it, is within."""
        return self.first.isoformat() <= day <= self.last.isoformat()


@dataclass(frozen=True, slots=True)
class Known:
    """What was known at a position; the clocks have the day as seen from."""

    position: int
    clocks: Clocks

    @property
    def day(self) -> str:
        """The day as seen from, as acts write it."""
        return self.clocks.day.isoformat()

    def cut(self, file: SupervisionFile) -> SupervisionFile | None:
        """A file without what was put on record since; None if it was not there yet."""
        if not file.acts or file.acts[0].position > self.position:
            return None
        then = file
        if file.acts[-1].position > self.position:
            then = SupervisionFile()
            then.CopyFrom(file)
            del then.acts[sum(act.position <= self.position for act in file.acts) :]
        then = known_by(then, self.clocks.day)
        return then if then.acts else None

    def duties(self, file: SupervisionFile) -> Iterator[Obligation]:
        """The duties of a file that has been cut."""
        return obligations_of(file, self.clocks)


def day_of(act: FileAct) -> str:
    """The day on which an act took place: as stated, or else of its receipt."""
    return act.on or act.received_on


def counted_day(act: FileAct) -> str:
    """The day that counts for whether a step was in time: of its receipt where it was recorded too late."""
    return act.counted_on or act.on or act.received_on


def days_between(first: str, last: str) -> int:
    """Whole days from one day to another; 0 if the other is before it."""
    return max((date.fromisoformat(last) - date.fromisoformat(first)).days, 0)
