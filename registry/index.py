"""The index: what is known of every subject, in memory, following the log by position.

Readers never lock: records are immutable and replaced whole, and a record holds every version with
the positions at which it was known, so that a reader which fixed its position sees that position
even while later groups are applied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from threading import Condition

from registry.sanctions.ground import SubjectRecord
from registry.watches import Watches

MAX_FOLLOWING = 8
"""How many are woken by every group: who watches a domain by stream, and who waits for its next change."""

MAX_WAITING = 4
"""How many may wait for a position at a time: each holds a thread that others could be answered by."""


Listener = Callable[[Collection[str], int], None]
"""Is told whose records changed, and the position up to which they were applied."""


class Index:
    """Subject records by reference; ``position`` is the last statement applied (-1: none)."""

    def __init__(self, records: Iterable[SubjectRecord] = (), position: int = -1) -> None:
        self._records = {record.ref: record for record in records}
        self._position = position
        self._moved = Condition()
        self._waiting = 0
        self.get = self._records.get
        self.watches = Watches()
        self.following = Watches(MAX_FOLLOWING)
        self._listeners: tuple[Listener, ...] = ()

    def listen(self, listener: Listener) -> None:
        """Has every group told to a listener, with its last position, before anybody hears of that."""
        self._listeners = (*self._listeners, listener)

    @property
    def position(self) -> int:
        """The last statement that is taken into account."""
        return self._position

    def __len__(self) -> int:
        return len(self._records)

    def records(self) -> list[SubjectRecord]:
        """Every record as it is now. A record holds every version, so later positions can be left out."""
        return list(self._records.values())

    def apply(self, records: Iterable[SubjectRecord], position: int) -> None:
        """Takes a committed group into account and wakes those who wait for it or watch its subjects."""
        changed = {record.ref: record for record in records}
        self._records.update(changed)
        for listener in self._listeners:
            listener(changed, position)
        with self._moved:
            self._position = position
            self._moved.notify_all()
        if self.watches:
            self.watches.touch(list(changed))
        if self.following:
            self.following.touch(())

    def forget(self, ref: str) -> None:
        """Drops the record of a subject of whom everything was erased."""
        self._records.pop(ref, None)

    def wait_for(self, position: int, timeout_s: float) -> bool:
        """Waits until ``position`` is taken into account; False if it is not within the time, or if
        too many wait already."""
        if self._position >= position:
            return True
        with self._moved:
            if self._waiting >= MAX_WAITING:
                return self._position >= position
            self._waiting += 1
            try:
                return self._moved.wait_for(lambda: self._position >= position, timeout_s)
            finally:
                self._waiting -= 1
