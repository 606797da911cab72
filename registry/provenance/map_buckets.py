"""Where a map's entries rest: buckets of entries whose keys begin with the same bits.

A registry keeps them in its store; a follower that mirrors the log, or a check of it, in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from registry.provenance.map_entry import MapEntry

BUCKET = 4
"""Entries in a bucket at most, on average: where there come to be more, buckets are split."""
_RECORD = struct.Struct(">32sQ32s")


class Buckets(Protocol):
    """A set of entries, none with the key of another."""

    def count(self) -> int:
        """How many entries there are."""

    def entries(self) -> Iterator[MapEntry]:
        """All of them, rising by key."""

    def read(self, prefixes: Sequence[int], bits: int) -> Iterator[list[MapEntry]]:
        """For each prefix, in order, the entries whose keys begin with these ``bits`` bits, rising by key."""


def bits_for(count: int, bucket: int) -> int:
    """By how many first bits so many entries are parted into buckets of so many on average, or fewer."""
    return max(0, -(-count // bucket) - 1).bit_length()


def prefix_of(key: bytes, bits: int) -> int:
    """The first bits of a key, at most 64."""
    return int.from_bytes(key[:8], "big") >> (64 - bits)


def by_prefix(entries: Iterable[MapEntry], bits: int) -> Iterator[tuple[int, list[MapEntry]]]:
    """Entries that rise by key, in buckets by their first bits; empty ones are left out."""
    shift = 64 - bits
    for prefix, bucket in groupby(entries, lambda entry: int.from_bytes(entry.key[:8], "big") >> shift):
        yield prefix, list(bucket)


def merged(bucket: Sequence[MapEntry], newer: Iterable[MapEntry]) -> list[MapEntry]:
    """A bucket in which newer entries have taken the place of those with their keys."""
    latest = {entry.key: entry for entry in bucket}
    latest.update((entry.key, entry) for entry in newer)
    return sorted(latest.values())


class MemoryBuckets:
    """Entries in memory, packed: about 120 bytes for each."""

    def __init__(self, entries: Iterable[MapEntry] = (), *, bucket: int = BUCKET) -> None:
        self._bucket = bucket
        self._bits = 0
        self._packed: dict[int, bytes] = {}
        self._count = 0
        self.put(entries)

    def put(self, entries: Iterable[MapEntry]) -> None:
        """Adds entries, or replaces those with their keys; of several with one key the last counts."""
        newer: dict[int, list[MapEntry]] = {}
        for entry in entries:
            newer.setdefault(prefix_of(entry.key, self._bits), []).append(entry)
        for prefix, changed in newer.items():
            bucket = merged(self._unpacked(prefix), changed)
            self._count += len(bucket) - len(self._packed.get(prefix, b"")) // _RECORD.size
            self._packed[prefix] = _pack(bucket)
        if self._count > self._bucket << self._bits:
            self._split(bits_for(self._count, self._bucket))

    def count(self) -> int:
        """See Buckets."""
        return self._count

    def entries(self) -> Iterator[MapEntry]:
        """See Buckets."""
        for prefix in sorted(self._packed):
            yield from self._unpacked(prefix)

    def get(self, key: bytes) -> MapEntry | None:
        """The entry under a key."""
        bucket = self._unpacked(prefix_of(key, self._bits))
        return next((entry for entry in bucket if entry.key == key), None)

    def read(self, prefixes: Sequence[int], bits: int) -> Iterator[list[MapEntry]]:
        """See Buckets. Fastest for the bits by which they are packed: `bits_for` of their number."""
        finer = bits - self._bits
        if finer == 0:
            return map(self._unpacked, prefixes)
        if finer > 0:
            return (self._part(prefix >> finer, prefix, bits) for prefix in prefixes)
        return (self._whole(range(prefix << -finer, prefix + 1 << -finer)) for prefix in prefixes)

    def _split(self, bits: int) -> None:
        self._packed = {prefix: _pack(bucket) for prefix, bucket in by_prefix(self.entries(), bits)}
        self._bits = bits

    def _part(self, packed: int, prefix: int, bits: int) -> list[MapEntry]:
        return [entry for entry in self._unpacked(packed) if prefix_of(entry.key, bits) == prefix]

    def _whole(self, packed: range) -> list[MapEntry]:
        return [entry for prefix in packed for entry in self._unpacked(prefix)]

    def _unpacked(self, prefix: int) -> list[MapEntry]:
        return list(map(MapEntry._make, _RECORD.iter_unpack(self._packed.get(prefix, b""))))


def _pack(bucket: Iterable[MapEntry]) -> bytes:
    return b"".join(_RECORD.pack(*entry) for entry in bucket)
