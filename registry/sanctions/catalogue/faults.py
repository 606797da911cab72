"""Faults of a catalogue, and where they are: ``measures-bidding.yaml:13: M-BID-01 market_ban: …``.

Every fault is told at once, and yet no more than a person reads or a file may have: files come from outside.
``FaultLog`` stops the reading at ``MAX_FAULTS`` faults or ``MAX_NODES`` values in all files together, by
raising what was found so far; a fault repeats no more than the beginning of what it found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

MAX_FAULTS = 200
MAX_NODES = 60_000
"""Values in all files together: an edition has some 9,000."""
_MAX_MESSAGE = 300


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class CatalogueFault:
    """One thing that is wrong with a catalogue, and where."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line}: {self.message}"


class CatalogueError(ValueError):
    """The catalogue cannot be used. ``faults`` are all of them, in order of file and line."""

    def __init__(self, faults: tuple[CatalogueFault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class FaultLog:
    """Collects the faults of a catalogue, and counts what its files hold."""

    def __init__(self) -> None:
        self._faults: set[CatalogueFault] = set()
        self._nodes = 0

    def add(self, place: Place, message: str) -> None:
        """Notes a fault. Raises CatalogueError if there are more than anybody would read."""
        cut = message if len(message) <= _MAX_MESSAGE else message[:_MAX_MESSAGE] + "…"
        fault = CatalogueFault(place, cut)
        if len(self._faults) == MAX_FAULTS and fault not in self._faults:
            self._stop(place, f"there are more than {MAX_FAULTS} faults")
        self._faults.add(fault)

    def count_node(self, place: Place) -> None:
        """Counts a value. Raises CatalogueError if there are more than an edition can have."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop(place, f"the files hold more than {MAX_NODES} values")

    def _stop(self, place: Place, message: str) -> NoReturn:
        fault = CatalogueFault(place, f"reading stopped here: {message}")
        raise CatalogueError((*sorted(self._faults), fault))

    def raise_if_any(self) -> None:
        """Raises CatalogueError with every fault noted so far, if there are any."""
        if self._faults:
            raise CatalogueError(tuple(sorted(self._faults)))
