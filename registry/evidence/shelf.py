"""Where sealed evidence lies: what a directory and an object storage have in common.

An upload comes in by chunks that are durable one by one (`Incoming`); only when its digest was found right
does it get a place, by which it is read. Nothing here knows what is in a chunk, or who may have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from registry.evidence.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload under way, by a department, of bytes that have a digest and a size."""

    id: str
    sha256: bytes
    department: str
    size: int
    touched_ms: int


class Incoming(Protocol):
    """The chunks of one upload. Every method may raise StoreError, OSError."""

    @property
    def chunks(self) -> int:
        """How many are there, durably."""

    def add(self, sealed: Sequence[bytes]) -> None:
        """Adds those that come next."""

    def close(self) -> None:
        """All are there: from now on they can be read. May be called again."""

    def pieces(self) -> Iterator[bytes]:
        """All chunks, after `close`."""

    def keep(self) -> str:
        """Gives the object its place, and says which. May be called again."""

    def discard(self) -> None:
        """Removes what was only for the upload; before `keep` everything."""


class Shelf(Protocol):
    """A place for sealed objects. Every method may raise StoreError, OSError."""

    def incoming(self, upload: Upload, sealer: Sealer) -> Incoming:
        """An upload as far as it came."""

    def pieces(self, place: str, sealer: Sealer, start: int, end: int) -> Iterator[bytes]:
        """The chunks ``start`` to ``end`` (not included) of an object."""

    def intact(self, place: str, size: int) -> bool:
        """Whether an object of so many bytes (at rest) lies there; its content is not looked at."""

    def remove(self, place: str) -> None:
        """Removes an object, or nothing if there is none."""

    def places(self) -> Iterator[str]:
        """Where objects lie, whatever the catalogue says."""

    def sweep(self, under_way: Callable[[str], bool], before_ms: int) -> None:
        """Removes what belongs to uploads that are not under way any more: asked by their ids, after it was
        listed what there is, so that one that begins meanwhile loses nothing. What others can see and may be
        theirs, only if it was begun before an instant."""
