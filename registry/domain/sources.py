"""Sources of lists (名单来源): up to which day each has delivered, as the log knows it.

That a list was searched and nothing found says something only if its source has delivered, and lately
(law.md §5.2: “no result” is not “the source was up”). A delivery says: everything up to this day, nothing new
included. What is missing from a delivery is not removed from the list.

Worked example: the court delivers L-01 up to 2026-06-01 at position 40 and up to 2026-06-08 at position 90;
``as_of(89)["L-01"]`` is 2026-06-01.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, slots=True, order=True)
class DeliveryNote:
    """A delivery of a list, known from ``position`` on."""

    position: int
    list_code: str
    as_of: date
    department: str


MAX_KEPT = 1024
"""Positions for which the answer is kept: nearly every question is about the latest."""


class Sources:
    """Every delivery, by position; changed only by applying admitted statements in order."""

    def __init__(self) -> None:
        self._positions: list[int] = []
        self._notes: list[DeliveryNote] = []
        self._known: dict[int, Mapping[str, DeliveryNote]] = {}

    def put(self, note: DeliveryNote) -> None:
        """Takes a delivery into account."""
        insort(self._notes, note)
        # Readers bisect the positions, so what a position leads to must be there before it.
        insort(self._positions, note.position)

    def known(self, position: int) -> Mapping[str, DeliveryNote]:
        """The delivery of each list that reaches furthest, as known at a position."""
        count = bisect_right(self._positions, position)
        if count not in self._known:
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            latest: dict[str, DeliveryNote] = {}
            for note in self._notes[:count]:
                if note.list_code not in latest or latest[note.list_code].as_of <= note.as_of:
                    latest[note.list_code] = note
            self._known[count] = MappingProxyType(latest)
        return self._known[count]
