"""Sources of lists (名单来源): up to which day each has delivered, as the log knows it.

That a list was searched and nothing found says something only if its source has delivered, and lately
(law.md §5.2: “no result” is not “the source was up”). A delivery says: everything up to this day, nothing new
included. What is missing from a delivery is not removed from the list.

* Of a department's statements about a list the latest is its word. One that names an earlier day takes the
  one before it back: “complete up to today” was a mistake.
* A list that several departments keep is delivered as far as the slowest of them has delivered, and not at
  all while one has said nothing. What a department said that keeps the list no longer does not count.

Worked example: the courts A and B keep L-01. A delivers it up to 2026-06-08 at position 40, B up to
2026-06-01 at position 90, A up to 2026-05-25 at position 95. ``known(89, …)`` has no L-01;
``known(94, …)["L-01"]`` is B's note, of 2026-06-01; ``known(95, …)["L-01"]`` is A's, of 2026-05-25.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from registry.domain.connections import Connections


@dataclass(frozen=True, slots=True, order=True)
class DeliveryNote:
    """A delivery of a list, known from ``position`` on."""

    position: int
    list_code: str
    as_of: date
    department: str
    doubted_from: int | None = None

    def counts_at(self, position: int) -> bool:
        """Whether it was known at a position, and not doubted yet: the key that signed it had not been
        revoked as compromised."""
        return self.position <= position and (self.doubted_from is None or position < self.doubted_from)


MAX_KEPT = 1024
"""Answers that are kept: nearly every question is about the latest position."""


class Sources:
    """Every delivery, by position; changed only by applying admitted statements in order."""

    def __init__(self) -> None:
        self._positions: list[int] = []
        self._notes: dict[tuple[str, str], list[DeliveryNote]] = {}
        self._known: dict[tuple[int, Connections], Mapping[str, DeliveryNote]] = {}

    def put(self, note: DeliveryNote) -> None:
        """Takes a delivery into account."""
        insort(self._notes.setdefault((note.list_code, note.department), []), note)
        # Readers bisect the positions, so what a position leads to must be there before it.
        insort(self._positions, note.position)
        if note.doubted_from is not None:
            insort(self._positions, note.doubted_from)

    def doubt(self, delivery: int, position: int) -> None:
        """The delivery at a position counts no more from another on, if it counted until then."""
        for notes in self._notes.values():
            for number, note in enumerate(notes):
                if note.position == delivery and note.doubted_from is None:
                    notes[number] = replace(note, doubted_from=position)
                    insort(self._positions, position)

    def known(self, position: int, connections: Connections) -> Mapping[str, DeliveryNote]:
        """Of each list that all its keepers have delivered the note that reaches least far, as known at a
        position; ``connections`` are those of that position."""
        count = bisect_right(self._positions, position)
        found = self._known.get((count, connections))
        if found is None:
            last = self._positions[count - 1] if count else -1
            found = MappingProxyType(dict(self._delivered(last, connections)))
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            self._known[count, connections] = found
        return found

    def _delivered(self, position: int, connections: Connections) -> list[tuple[str, DeliveryNote]]:
        delivered = []
        for code, keepers in connections.keepers.items():
            notes = [note for each in keepers if (note := self.latest(code, each, position))]
            if len(notes) == len(keepers):
                delivered.append((code, min(notes, key=lambda note: (note.as_of, note.position))))
        return delivered

    def latest(self, code: str, department: str, position: int) -> DeliveryNote | None:
        """What a department said last of a list, as known at a position."""
        notes = self._notes.get((code, department), [])
        count = bisect_right(notes, position, key=lambda note: note.position)
        return next((note for note in reversed(notes[:count]) if note.counts_at(position)), None)
