"""Every subject's chain of leaves, and the map from them: rebuilt from the leaves alone, to compare.

Each leaf must carry on the chain that its subject has (sequence = leaves so far, previous = hash of the
last), and each map state must have the root that the leaves before it give (`registry.provenance.map_mirror`
says why both). A state is of leaves [0, size) and stands behind them, so the map is kept where the last state
was, and the chains that went on since then beside it.

    leaves     0 … 6 7 8 9 10
                   ↑       ↑ the chains, by `link`
                   └ the map, by `map_root`

About 100 bytes for each subject. At rest: "registry.v1 chains" LF, size u64, then the map's entries by key
(key 32, leaves u64, head 32), then the SHA-256 of all that.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from registry.durable import exchange
from registry.provenance.leaf import LEAF_BYTES, NO_PREVIOUS
from registry.provenance.map_buckets import MemoryBuckets
from registry.provenance.map_entry import MAX_COUNT, MapEntry, entries_of
from registry.provenance.map_tree import MapTree

MOST_BESIDE = 400_000
"""Chains beside the map at most; then it moves on without a state, to `LEFT_BESIDE` leaves before the end."""
LEFT_BESIDE = 200_000
_BATCH = 65_536
_HEAD = b"registry.v1 chains\n"
_SIZE = struct.Struct(">Q")
_ENTRY = struct.Struct(">32sQ32s")

Leaves = Callable[[int, int], Iterable[bytes]]
"""The leaves from a position to before another."""


class Chains:
    """Chains of the first ``size`` leaves. ``leaves`` gives leaves again that were linked."""

    def __init__(self, leaves: Leaves, entries: Iterable[MapEntry] = (), size: int = 0) -> None:
        self._leaves = leaves
        self._buckets = MemoryBuckets(entries)
        self._tree = MapTree(self._buckets)
        self._beside: dict[bytes, tuple[int, MapEntry]] = {}
        self.map_size = size
        self.size = size

    def link(self, leaf: bytes) -> int | None:
        """Takes the next leaf. How many leaves its subject has, if it does not carry them on; else None.
        What is no leaf is of no subject, but has its position."""
        position, self.size = self.size, self.size + 1
        entries = _entries(leaf)
        if entries is None:
            return None
        before, after = entries
        _, chain = self._beside.get(after.key) or (0, self._buckets.get(after.key) or _none(after.key))
        if after.count <= MAX_COUNT:
            self._beside[after.key] = position, after
        if len(self._beside) > MOST_BESIDE:
            self._move(max(self.map_size, self.size - LEFT_BESIDE))
        return None if chain == before else chain.count

    def map_root(self, size: int) -> bytes | None:
        """Root of the map of so many leaves; None if it has moved beyond, or there are not so many."""
        if not self.map_size <= size <= self.size:
            return None
        self._move(size)
        return self._tree.root

    def save(self, path: Path) -> None:
        """Writes the map as it is, durably. Raises OSError."""
        content = bytearray(_HEAD + _SIZE.pack(self.map_size))
        for entry in self._buckets.entries():
            content += _ENTRY.pack(*entry)
        exchange(path, bytes(content) + sha256(content).digest())

    @classmethod
    def load(cls, path: Path, leaves: Leaves, *, most: int) -> Chains:
        """What was written, unless it is damaged or of more than ``most`` leaves: then it begins anew."""
        try:
            content = path.read_bytes()
        except OSError:
            return cls(leaves)
        start = len(_HEAD) + _SIZE.size
        body, digest = content[:-32], content[-32:]
        (size,) = _SIZE.unpack_from(body, len(_HEAD)) if len(body) >= start else (0,)
        if sha256(body).digest() != digest or not body.startswith(_HEAD) or size > most:
            return cls(leaves)
        return cls(leaves, map(MapEntry._make, _ENTRY.iter_unpack(memoryview(body)[start:])), size)

    def _move(self, size: int) -> None:
        """Moves the map on to a size."""
        latest: dict[bytes, MapEntry] = {}
        for leaf in self._between(size):
            entries = _entries(leaf)
            if entries and entries[1].count <= MAX_COUNT:
                latest[entries[1].key] = entries[1]
            if len(latest) >= _BATCH:
                self._update(latest)
                latest = {}
        self._update(latest)
        self._beside = {key: held for key, held in self._beside.items() if held[0] >= size}
        self.map_size = size

    def _between(self, size: int) -> Iterator[bytes]:
        yield from self._leaves(self.map_size, size) if size > self.map_size else ()

    def _update(self, latest: dict[bytes, MapEntry]) -> None:
        update = self._tree.plan(latest.values())
        self._buckets.put(update.entries)
        self._tree.apply(update)
        if self._tree.full:
            self._tree = MapTree(self._buckets)


def _entries(leaf: bytes) -> tuple[MapEntry, MapEntry] | None:
    return entries_of(leaf) if len(leaf) == LEAF_BYTES else None


def _none(key: bytes) -> MapEntry:
    return MapEntry(key, 0, NO_PREVIOUS)
