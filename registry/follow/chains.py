"""Every subject's chain of leaves, and the map from them: rebuilt from the leaves alone, to compare.

Each leaf must carry on the chain that its subject has (sequence = leaves so far, previous = hash of the
last), and each map state must have the root that the leaves before it give (`registry.provenance.map_mirror`
says why both). A state is of leaves [0, size) and stands behind them, so the map is kept where the last state
was, and the chains that went on since then beside it.

    leaves     0 … 6 7 8 9 10
                   ↑       ↑ the chains, by `link`
                   └ the map, by `map_root`

The map never moves on by itself: a log whose mapper was away for a million leaves states the map of every few
thousand of them later, and each of these roots must be had. What lies beside is packed instead, where there
comes to be much of it. So memory is about 120 bytes for each subject, and as many again for each that went on
since the last state; `registry.follow.chains_file` is the same at rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from registry.follow.chains_file import DamagedError, read_chains, write_chains
from registry.provenance.leaf import LEAF_BYTES, NO_PREVIOUS
from registry.provenance.map_buckets import MemoryBuckets
from registry.provenance.map_entry import MAX_COUNT, MapEntry, entries_of
from registry.provenance.map_tree import MapTree

MOST_LOOSE = 400_000
"""Chains beside the map that are not packed, at most: three times as large, but quickly changed."""
_BATCH = 65_536

Leaves = Callable[[int, int], Iterable[bytes]]
"""The leaves from a position to before another."""


class Chains:
    """Chains of the first ``size`` leaves, and the map of the first ``map_size``. ``leaves`` gives those
    that were linked again; what it raises comes out of `map_root`, of which the same is to be asked then."""

    def __init__(self, leaves: Leaves, buckets: MemoryBuckets | None = None, size: int = 0) -> None:
        self._leaves = leaves
        self._buckets = buckets or MemoryBuckets()
        self._tree = MapTree(self._buckets)
        self._loose: dict[bytes, MapEntry] = {}
        self._packed: MemoryBuckets | None = None
        self._packed_size = 0
        self._roots: dict[int, bytes] = {}
        self.map_size = size
        self.size = size

    def link(self, leaf: bytes) -> int | None:
        """Takes the next leaf. How many leaves its subject has, if it does not carry them on; else None.
        What is no leaf is of no subject, but has its position."""
        self.size += 1
        entries = _entries(leaf)
        if entries is None:
            return None
        before, after = entries
        held = self._held(after.key)
        if after.count <= MAX_COUNT:
            self._loose[after.key] = after
        if len(self._loose) > MOST_LOOSE:
            self._pack(self._loose.values())
            self._loose = {}
        return None if held == before else held.count

    def map_root(self, size: int) -> bytes | None:
        """Root of the map of so many leaves; None if there are not so many, or if it has moved beyond and
        this one was not asked for since `settle`."""
        if size not in self._roots:
            if not self.map_size <= size <= self.size:
                return None
            self._move(size)
            self._roots[size] = self._tree.root
        return self._roots[size]

    def settle(self) -> None:
        """What was asked for is not asked for again."""
        self._roots.clear()

    def save(self, path: Path) -> None:
        """Writes all of it, durably. Raises OSError."""
        packed = self._packed.entries() if self._packed else ()
        beside = chain(packed, self._loose.values())
        write_chains(path, self.map_size, self._buckets, self.size, beside)

    @classmethod
    def load(cls, path: Path, leaves: Leaves, *, most: int) -> Chains:
        """What was written, unless it is damaged or of more than ``most`` leaves: then it begins anew."""
        buckets, beside = MemoryBuckets(), MemoryBuckets()
        try:
            map_size, size = read_chains(path, buckets.put, beside.put)
        except (OSError, DamagedError):
            return cls(leaves)
        if size > most:
            return cls(leaves)
        chains = cls(leaves, buckets, map_size)
        chains.size = chains._packed_size = size
        chains._packed = beside if size > map_size else None
        return chains

    def _held(self, key: bytes) -> MapEntry:
        """The chain of a subject."""
        held = self._loose.get(key) or (self._packed and self._packed.get(key))
        return held or self._buckets.get(key) or MapEntry(key, 0, NO_PREVIOUS)

    def _pack(self, entries: Iterable[MapEntry]) -> None:
        self._packed = self._packed or MemoryBuckets()
        self._packed.put(entries)
        self._packed_size = self.size

    def _move(self, size: int) -> None:
        """Moves the map on to a size. Where that breaks off, it is done again: what moved is put again."""
        latest: dict[bytes, MapEntry] = {}
        for leaf in self._between(size):
            entries = _entries(leaf)
            if entries and entries[1].count <= MAX_COUNT:
                latest[entries[1].key] = entries[1]
            if len(latest) >= _BATCH:
                self._update(latest)
                latest = {}
        self._update(latest)
        self.map_size = size
        if size >= self._packed_size:
            self._packed = None

    def _between(self, size: int) -> Iterator[bytes]:
        yield from self._leaves(self.map_size, size) if size > self.map_size else ()

    def _update(self, latest: dict[bytes, MapEntry]) -> None:
        update = self._tree.plan(latest.values())
        self._buckets.put(update.entries)
        self._tree.apply(update)
        if self._tree.full:
            self._tree = MapTree(self._buckets)
        for key, entry in latest.items():
            if self._loose.get(key) == entry:
                del self._loose[key]


def _entries(leaf: bytes) -> tuple[MapEntry, MapEntry] | None:
    return entries_of(leaf) if len(leaf) == LEAF_BYTES else None
