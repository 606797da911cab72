"""Indicators as they were stated, and which of them is in force on a day (有效的风险指标).

An indicator is stated again under its number when it changes; each statement has a first day. On a day the
one stated last counts whose first day has come, and no other: if that one has ended, none is in force.

Example: ZB-1 from 2026-01-01 with the threshold 10, stated again on 2026-06-20 from 2026-07-01 with 8. On
2026-06-30 ten are needed, from 2026-07-01 on eight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from registry.domain.files import file_ref
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile


@dataclass(frozen=True, slots=True)
class Declared:
    """An indicator as the statement at a position has it."""

    position: int
    file: pb.FileReference
    indicator: pb.RiskIndicator

    @property
    def ref(self) -> str:
        """Its reference in the log."""
        return file_ref(self.file)


@dataclass(frozen=True, slots=True)
class Window:
    """Days from the first to the last, both in it."""

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, days: int) -> Window:
        """The window of so many days that ends on a day."""
        return cls(last - timedelta(days=days - 1), last)

    @property
    def before(self) -> Window:
        """The window of the same length before this one."""
        return Window.ending(self.first - timedelta(days=1), (self.last - self.first).days + 1)


def act_in_force(file: SupervisionFile, day: date) -> FileAct | None:
    """The statement of an indicator that is in force on a day; None if none is."""
    on = day.isoformat()
    for act in reversed(file.acts):
        if act.on <= on:
            return act if not act.until or on < act.until else None
    return None


def furthest_back(declared: Iterable[Declared]) -> int:
    """How many days lie within the windows of indicators, those before them too."""
    return max((2 * each.indicator.window_days for each in declared), default=0)
