"""The index: what is known of every subject, following the log by position.

Readers never lock: records are immutable and replaced whole, and a record holds every version with
the positions at which it was known, so that a reader which fixed its position sees that position
even while later groups are applied.

It has two layers. Below lies a *base* (``registry.indexing``): every record as of a position, in a file that
all processes of a machine map into memory, read when it is asked for. Above lies what changed since, in the
process's own memory. Without a base everything lies above. A newer base takes the place of an older one
while questions are answered: of the layer above only what is later than the base is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from threading import Condition, Lock
from typing import NamedTuple, Protocol

from registry.sanctions.ground import SubjectRecord
from registry.watches import Watches

MAX_FOLLOWING = 8
"""How many are woken by every group: who watches a domain by stream, and who waits for its next change."""

MAX_WAITING = 4
"""How many may wait for a position at a time: each holds a thread that others could be answered by."""


MAX_READ = 65_536
"""Records of the base that are kept once they were read."""


Listener = Callable[[Collection[str], int], None]
"""Is told whose records changed, and the position up to which they were applied."""


class Base(Protocol):
    """Every subject's record as of a position, or later."""

    @property
    def position(self) -> int:
        """The last statement that is surely taken into account."""

    @property
    def edition(self) -> str:
        """The hash of the catalogue edition for which its decision tables were compiled."""

    def __len__(self) -> int:
        """How many records there are."""

    def __iter__(self) -> Iterator[SubjectRecord]:
        """Every record."""

    def get(self, ref: str) -> SubjectRecord | None:
        """The record of a subject. Raises StoreError if it cannot be read."""

    def table(self, domain: int) -> memoryview | None:
        """The file of the decision table of a domain, by the same position."""


class _Layers(NamedTuple):
    changed: dict[str, SubjectRecord]
    read: dict[str, SubjectRecord]
    base: Base | None


_GONE = SubjectRecord("")
"""Stands above for a subject of whom nothing is left; there may be a record of it below."""


class Index:
    """Subject records by reference; ``position`` is the last statement applied (-1: none)."""

    def __init__(
        self, records: Iterable[SubjectRecord] = (), position: int = -1, *, base: Base | None = None
    ) -> None:
        self._layers = _Layers({record.ref: record for record in records}, {}, base)
        self._changed_at: dict[str, int] = {}
        self._position = base.position if base else position
        self._loaded = self._position
        self._moved = Condition()
        self._laying = Lock()
        self._waiting = 0
        self.watches = Watches()
        self.following = Watches(MAX_FOLLOWING)
        self._listeners: tuple[Listener, ...] = ()

    @property
    def base(self) -> Base | None:
        """The layer below, if there is one."""
        return self._layers.base

    @property
    def floor(self) -> int:
        """A base to be laid must not be of an earlier position than this."""
        return self.base.position if self.base is not None else self._loaded

    @property
    def changed(self) -> int:
        """How many records changed since the base, or since the start."""
        return len(self._changed_at)

    def get(self, ref: str) -> SubjectRecord | None:
        """The record of a subject; None if nothing is known of it. Raises StoreError if it cannot be read."""
        changed, read, base = self._layers
        record = changed.get(ref)
        if record is None and base is not None:
            record = read.get(ref) or self._read(ref, read, base)
        return None if record is _GONE else record

    def _read(self, ref: str, read: dict[str, SubjectRecord], base: Base) -> SubjectRecord | None:
        record = base.get(ref)
        if record is not None:
            if len(read) >= MAX_READ:
                read.clear()
            read[ref] = record
        return record

    def lay(self, base: Base) -> None:
        """Has another base below. ValueError if it is before ``floor``, or has nothing that is new."""
        with self._laying:
            below = self._layers.base
            same = below is not None and (base.position, base.edition) == (below.position, below.edition)
            if same or base.position < self.floor:
                raise ValueError(f"a base of {base.position} is not later than {self.floor}")
            later = {ref: at for ref, at in self._changed_at.items() if at > base.position}
            changed = self._layers.changed
            self._layers = _Layers({ref: changed[ref] for ref in later}, {}, base)
            self._changed_at = later

    def changed_after(self, position: int) -> dict[str, int]:
        """Whose records changed after a position, which is not before that of the base; and where last."""
        with self._laying:
            return {ref: at for ref, at in self._changed_at.items() if at > position}

    def listen(self, listener: Listener) -> None:
        """Has every group told to a listener, with its last position, before anybody hears of that."""
        self._listeners = (*self._listeners, listener)

    @property
    def position(self) -> int:
        """The last statement that is taken into account."""
        return self._position

    def __len__(self) -> int:
        changed, _, base = self._layers
        above = sum(record is not _GONE for record in list(changed.values()))
        if base is None:
            return above
        return above + len(base) - sum(base.get(ref) is not None for ref in list(changed))

    def records(self) -> Iterator[SubjectRecord]:
        """Every record as it is now. A record holds every version, so later positions can be left out."""
        changed, _, base = self._layers
        above = dict(changed)
        for record in base or ():
            if record.ref not in above:
                yield record
        yield from (record for record in above.values() if record is not _GONE)

    def apply(self, records: Iterable[SubjectRecord], position: int) -> None:
        """Takes a committed group into account and wakes those who wait for it or watch its subjects."""
        changed = {record.ref: record for record in records}
        with self._laying:
            self._layers.changed.update(changed)
            self._changed_at.update(dict.fromkeys(changed, position))
        for listener in self._listeners:
            listener(changed, position)
        with self._moved:
            self._position = position
            self._moved.notify_all()
        if self.watches:
            self.watches.touch(list(changed))
        if self.following:
            self.following.touch(())

    def forget_empty(self, refs: Iterable[str]) -> None:
        """Drops those of the records in which nothing is left, as they would not be there after a restart."""
        with self._laying:
            changed = self._layers.changed
            for ref in refs:
                if changed.get(ref) == SubjectRecord(ref):
                    changed[ref] = _GONE

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
