"""The whole map in memory, for whoever mirrors a log or checks one.

Example: ``MapMirror()`` given the entries of the leaves 0 to 4 has the root of a map state of size 5.
"""

from __future__ import annotations

from collections.abc import Iterable

from registry.provenance.map_buckets import MemoryBuckets
from registry.provenance.map_entry import MapEntry
from registry.provenance.map_tree import MapTree, Proven


class MapMirror:
    """Entries and tree; moves on in bulk."""

    def __init__(self, entries: Iterable[MapEntry] = ()) -> None:
        self._buckets = MemoryBuckets(entries)
        self._tree = MapTree(self._buckets)

    @property
    def root(self) -> bytes:
        """Root of the map, 32 bytes."""
        return self._tree.root

    @property
    def count(self) -> int:
        """How many keys it has."""
        return self._tree.count

    def get(self, key: bytes) -> MapEntry | None:
        """The entry under a key."""
        return self._buckets.get(key)

    def update(self, entries: Iterable[MapEntry]) -> None:
        """Adds entries or replaces those with their keys; the more at once, the less each costs."""
        update = self._tree.plan(entries)
        self._buckets.put(update.entries)
        self._tree.apply(update)
        if self._tree.full:
            self._tree = MapTree(self._buckets)

    def prove(self, key: bytes) -> Proven:
        """What the map holds under a key, with its proof."""
        return self._tree.prove(key)
