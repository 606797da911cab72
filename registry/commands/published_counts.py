"""Counts of disclosed restrictions that are kept up with the log (公示的限制统计).

To follow the log means to take away what each changed record counted at the old position, and to add what it
counts at the new one; a record holds every version, so nothing is remembered of anybody. What was erased is
in no version any more: then the counts are unsound, and have to be made anew.

Example: counts as of 90. A ban at 91, a repair at 92 of the same firm: one record is looked at, twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from time import sleep

from registry.commands.published import Published
from registry.commands.state import RegistryState
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.published_tally import Counted, Moment, MonthlyTally, counted_of

WINDOW = 2_000
"""Statements that are followed at a time."""
SLICE = 64
"""Records that are counted before other threads have a turn."""
TURN_S = 0.002


@dataclass(slots=True)
class Counts:
    """A tally as of a moment; ``sound`` until something was erased that it counted."""

    state: RegistryState
    published: Published
    moment: Moment
    tally: MonthlyTally = field(init=False)
    sound: bool = True

    def __post_init__(self) -> None:
        self.tally = MonthlyTally(self.moment.day)

    def count(self, turn: Callable[[float], None] = sleep) -> None:
        """Counts every record, leaving others their turn."""
        for number, record in enumerate(self.state.index.records()):
            self.tally.put(self._of(record, self.moment))
            if number % SLICE == 0:
                turn(TURN_S)

    @property
    def behind(self) -> int:
        """How many statements it has not taken into account."""
        return self.state.newest() - self.moment.position

    def follow(self) -> None:
        """Takes the next statements into account, as many as are followed at a time."""
        first = self.moment.position + 1
        end = min(first + WINDOW, self.state.newest() + 1)
        if first >= end:
            return
        then = replace(self.moment, position=end - 1)
        for record in self._changed(first, end):
            self.tally.put(self._of(record, self.moment), -1)
            self.tally.put(self._of(record, then))
        # An erasure that came in meanwhile has taken away what had been counted.
        self.sound = self.sound and not self.state.store.erasures(first, self.state.size)
        self.moment = then

    def _changed(self, first: int, end: int) -> Iterator[SubjectRecord]:
        refs = dict.fromkeys(ref for _, ref in self.state.store.changes(first, end))
        records = (self.state.index.get(ref) for ref in refs)
        return (record for record in records if record is not None)

    def _of(self, record: SubjectRecord, moment: Moment) -> list[Counted]:
        return counted_of(record, moment, partial(self.published.said, record.ref))
