"""The tree of the verifiable map, kept so that it costs little memory and little work to move on.

The hashes of the top levels are held in one array; what lies below them is read from `Buckets` when it is
needed, and hashed again. With two to four entries to a bucket a million subjects take 17 to 33 MB here, and
a change costs its bucket and the way up, which changes of the same group share.

    level 0                  1                  places of the array: the root is 1, the children of i are
    level 1            2           3            2i and 2i + 1; the last level has a place for each prefix of
    level 2 = bits   4   5       6   7          so many bits
                   [..] [..]   [..] [..]        buckets, by the first bits of the key

Beside each hash stands how many keys lie below, counted no, one, several: the leaf of a single key rises as
far as it is alone (`map_entry`), so its bucket may lie deeper than its place in the tree.

A change is worked out beside the tree (`plan`), which goes on to prove what it proved before, and is taken
over when its entries are recorded (`apply`). Not safe for several threads at once; but a `Way`, once given,
does not change, and tells by itself whether the bucket that was read for it is that of its tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from registry.provenance.map_buckets import BUCKET, Buckets, bits_for, by_prefix, prefix_of
from registry.provenance.map_entry import MapEntry, bit, descend, entry_hash, fold
from registry.provenance.map_proof import MapProof
from registry.provenance.merkle import HASH_BYTES

ROOT = 1
_SEVERAL = 2
_CHANGED = "映射的条目与其根不是同一状态"
Place = tuple[bytes, int]
"""A place of the array: hash, and how many keys lie below: 0, 1, or 2 for several."""


class MapChangedError(Exception):
    """The bucket that was read is not of this tree: it has moved on since, or was altered."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What the map holds under a key, and the proof of it; None: nothing."""

    entry: MapEntry | None
    proof: MapProof


@dataclass(frozen=True, slots=True)
class Way:
    """The way of a key through the top levels, and the bucket (first bits of its keys) where it goes on."""

    key: bytes
    siblings: tuple[bytes, ...]
    place: Place
    prefix: int
    bits: int

    def end(self, bucket: Sequence[MapEntry]) -> Proven:
        """Goes on through the bucket of the prefix. Raises MapChangedError if it is not the tree's."""
        depth = len(self.siblings)
        if _place_of({entry.key: entry_hash(entry) for entry in bucket}, depth) != self.place:
            raise MapChangedError(_CHANGED)
        below, found = descend(bucket, self.key, depth)
        siblings = self.siblings + below
        if found is not None and found.key == self.key:
            return Proven(found, MapProof(siblings))
        return Proven(None, MapProof(siblings, found))


@dataclass(frozen=True, slots=True)
class MapUpdate:
    """What a tree becomes by new entries, not yet taken over."""

    entries: Sequence[MapEntry]
    count: int
    root: bytes
    bits: int
    places: Mapping[int, Place]


class MapTree:
    """The tree over what the buckets hold when it is made, and over the updates that it takes over."""

    def __init__(self, buckets: Buckets, *, bucket: int = BUCKET) -> None:
        self._buckets = buckets
        self._bucket = bucket
        self._bits = bits_for(buckets.count(), bucket)
        self._hashes = bytearray(HASH_BYTES << self._bits + 1)
        self._keys = bytearray(2 << self._bits)
        self._count = self._fill()

    @property
    def root(self) -> bytes:
        """Root of the map, 32 bytes."""
        return self._place(ROOT)[0]

    @property
    def count(self) -> int:
        """How many keys it has."""
        return self._count

    @property
    def full(self) -> bool:
        """Whether the buckets have grown so much that a tree made anew would be faster."""
        return self._count > self._bucket << self._bits

    def plan(self, entries: Iterable[MapEntry]) -> MapUpdate:
        """Works out what the tree becomes by entries, of which the last counts for each key.

        Reads the buckets and changes nothing. Raises MapChangedError if they are not as the tree has them:
        what was altered in them would become part of the next state."""
        bits, count = self._bits, self._count
        newer: dict[int, dict[bytes, MapEntry]] = {}
        for entry in entries:
            newer.setdefault(prefix_of(entry.key, bits), {})[entry.key] = entry
        prefixes, places = sorted(newer), dict[int, Place]()
        for prefix, old in zip(prefixes, self._buckets.read(prefixes, bits), strict=True):
            hashed = {entry.key: entry_hash(entry) for entry in old}
            self._check((1 << bits) + prefix, hashed)
            hashed.update((key, entry_hash(entry)) for key, entry in newer[prefix].items())
            count += len(hashed) - len(old)
            places[(1 << bits) + prefix] = _place_of(dict(sorted(hashed.items())), bits)
        self._climb(places)
        root, _ = places.get(ROOT) or self._place(ROOT)
        changed = [entry for prefix in prefixes for entry in newer[prefix].values()]
        return MapUpdate(changed, count, root, bits, places)

    def apply(self, update: MapUpdate) -> None:
        """Takes over what was planned last. The buckets hold its entries by now."""
        assert update.bits == self._bits
        for at, place in update.places.items():
            self._put(at, place)
        self._count = update.count

    def way(self, key: bytes) -> Way:
        """The way of a key as far as it is held here."""
        at, siblings = ROOT, list[bytes]()
        while self._keys[at] == _SEVERAL and at >> self._bits == 0:
            step = bit(key, len(siblings))
            at = 2 * at + step
            siblings.append(self._place(at ^ 1)[0])
        place = self._place(at)
        while at >> self._bits == 0:  # A lone leaf has risen from one of the buckets below.
            at = 2 * at + (self._keys[2 * at] == 0)
        return Way(key, tuple(siblings), place, at - (1 << self._bits), self._bits)

    def prove(self, key: bytes) -> Proven:
        """What the map holds under a key, proven. Raises MapChangedError if the buckets have moved on."""
        way = self.way(key)
        (bucket,) = self._buckets.read([way.prefix], way.bits)
        return way.end(bucket)

    def _fill(self) -> int:
        count, first = 0, 1 << self._bits
        for prefix, bucket in by_prefix(self._buckets.entries(), self._bits):
            count += len(bucket)
            self._put(first + prefix, _place_of({e.key: entry_hash(e) for e in bucket}, self._bits))
        for at in range(first - 1, 0, -1):
            self._put(at, _joined(self._place(2 * at), self._place(2 * at + 1)))
        return count

    def _check(self, at: int, hashed: Mapping[bytes, bytes]) -> None:
        if _place_of(hashed, self._bits) != self._place(at):
            raise MapChangedError(_CHANGED)

    def _climb(self, places: dict[int, Place]) -> None:
        """Adds the places above those that changed, level by level. Most of a large update's time."""
        changed, hashes, keys = places.get, self._hashes, self._keys
        level = list(places)
        for _ in range(self._bits):
            level = list(dict.fromkeys(at >> 1 for at in level))
            for at in level:
                first, beside = 2 * at, 2 * at + 1
                start = first * HASH_BYTES
                left, some = changed(first) or (hashes[start : start + HASH_BYTES], keys[first])
                start += HASH_BYTES
                right, more = changed(beside) or (hashes[start : start + HASH_BYTES], keys[beside])
                if some + more > 1:
                    places[at] = sha256(b"\x01" + left + right).digest(), _SEVERAL
                else:
                    places[at] = (bytes(left), some) if some else (bytes(right), more)

    def _place(self, at: int) -> Place:
        start = at * HASH_BYTES
        return bytes(self._hashes[start : start + HASH_BYTES]), self._keys[at]

    def _put(self, at: int, place: Place) -> None:
        start = at * HASH_BYTES
        self._hashes[start : start + HASH_BYTES], self._keys[at] = place


def _place_of(hashed: Mapping[bytes, bytes], depth: int) -> Place:
    return fold(hashed, depth), min(len(hashed), _SEVERAL)


def _joined(left: Place, right: Place) -> Place:
    if left[1] + right[1] > 1:
        return sha256(b"\x01" + left[0] + right[0]).digest(), _SEVERAL
    return left if left[1] else right
