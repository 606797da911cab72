"""The count of one indicator (计数): kept up as things happen, a number for each group.

* An occurrence falls into the groups of the indicator that it belongs to, on its day. The value of a group on
  a day is how many of its occurrences have a day in the window that ends on it.
* What is taken back (a decision withdrawn, content erased, a rectification found sufficient) counts no more.
* Days that no window will reach again are forgotten, so memory holds two windows and not the log.
* Of two subjects that became one the occurrences are counted as of one (``merge``).

Example: an indicator of 30 days and regions. Penalties of 130902 on 2026-10-24, 10-25 and 11-23 make 2 on
2026-11-23, for the window begins on 2026-10-25; on 2026-11-24 they make 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from registry.supervision.risk.declared import Declared, Window
from registry.supervision.risk.matching import groups_of, is_counted, is_reached
from registry.supervision.risk.occurrence import Occurrence
from registry.v1 import supervision_pb2 as pb

MAX_POSITIONS = 64


@dataclass(frozen=True, slots=True)
class Figure:
    """What one group counts in a window; ``before`` in the one before, where a rise is looked for."""

    group: str
    value: int
    before: int
    window: Window
    positions: tuple[int, ...] = ()


class Tally:
    """One indicator's count."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self._indicator = declared.indicator
        self._places: dict[int, tuple[str, ...]] = {}
        self._days: dict[str, dict[int, list[int]]] = {}
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # Equal ones are one object.
        self._merged: dict[str, str] = {}
        self._oldest = 0
        self.touched: set[str] = set()

    def put(self, occurrence: Occurrence) -> None:
        """Counts an occurrence if it is one of the indicator's, once."""
        indicator, day = self._indicator, occurrence.day.toordinal()
        if occurrence.key in self._places or day < self._oldest or not is_counted(indicator, occurrence):
            return
        groups = tuple(dict.fromkeys(map(self._now, groups_of(indicator, occurrence))))
        for group in groups:
            self._days.setdefault(group, {}).setdefault(day, []).append(occurrence.key)
            self.touched.add(group)
        if groups:
            self._places[occurrence.key] = self._shared.setdefault(groups, groups)

    def remove(self, key: int) -> None:
        """Counts what the statement at a position brought no longer."""
        for group in map(self._now, self._places.pop(key, ())):
            day = next(day for day, keys in self._days[group].items() if key in keys)
            self._days[group][day].remove(key)
            if not self._days[group][day]:
                self._drop(group, day)

    def merge(self, absorbed: str, goes_on: str) -> None:
        """Two subjects are one from now on."""
        if self._indicator.grouping != pb.INDICATOR_GROUPING_SUBJECT or self._now(goes_on) == absorbed:
            return
        goes_on = self._now(goes_on)
        self._merged[absorbed] = goes_on
        for day, keys in self._days.pop(absorbed, {}).items():
            self._days.setdefault(goes_on, {}).setdefault(day, []).extend(keys)
            self.touched.add(goes_on)

    def begin(self, day: date) -> None:
        """Forgets what no window will reach again that ends on a day or later; every group is to be looked
        at, for the windows have moved."""
        first = Window.ending(day, self._indicator.window_days).before.first
        self._oldest = max(self._oldest, first.toordinal())
        old = [(group, each) for group, days in self._days.items() for each in days if each < self._oldest]
        for group, each in old:
            for key in self._days[group][each]:
                self._places.pop(key, None)
            self._drop(group, each)
        self._shared = {groups: groups for groups in set(self._places.values())}
        self.touched.update(self._days)

    def figure(self, group: str, day: date) -> Figure:
        """What a group counts for the window that ends on a day, with the first positions of it."""
        figure = self._counted(group, Window.ending(day, self._indicator.window_days))
        keys = sorted(key for keys in self._within(group, figure.window) for key in keys)
        return replace(figure, positions=tuple(keys[:MAX_POSITIONS]))

    def figures(self, day: date) -> Iterator[Figure]:
        """What every group counts in which there is anything; without positions."""
        window = Window.ending(day, self._indicator.window_days)
        return (self._counted(group, window) for group in list(self._days))

    def due(self, day: date) -> Iterator[Figure]:
        """Figures that are worth an alert, of groups in which something was new since this was asked last."""
        touched, self.touched = self.touched, set()
        window = Window.ending(day, self._indicator.window_days)
        for group in sorted(touched):
            figure = self._counted(group, window)
            if is_reached(self._indicator, figure.value, figure.before):
                yield self.figure(group, day)

    def __len__(self) -> int:
        return len(self._places)

    def _counted(self, group: str, window: Window) -> Figure:
        value = sum(map(len, self._within(group, window)))
        rise = self._indicator.kind == pb.INDICATOR_KIND_COMPLAINT_RISE
        before = sum(map(len, self._within(group, window.before))) if rise else 0
        return Figure(group, value, before, window)

    def _within(self, group: str, window: Window) -> list[list[int]]:
        """The positions of each day of a window on which there were any."""
        first, last = window.first.toordinal(), window.last.toordinal()
        return [keys for day, keys in self._days.get(group, {}).items() if first <= day <= last]

    def _now(self, group: str) -> str:
        while (goes_on := self._merged.get(group)) is not None:
            group = goes_on
        return group

    def _drop(self, group: str, day: int) -> None:
        days = self._days[group]
        del days[day]
        if not days:
            del self._days[group]
