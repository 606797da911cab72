"""The verifiable map (可验证映射) from subjects to their chains of leaves: what is kept and how it is hashed.

A log cannot show that something is not in it. The map can: its key is a leaf's subject key, its value says
how many leaves the subject's chain has and which the last one is. With the leaves themselves that proves a
chain complete; without the key, that the log holds nothing about the subject. It is built from leaves alone
(key = subject key, count = subject sequence + 1, head = leaf hash), so whoever mirrors the log can
build it again. No standard fits: RFC 6962 has no absence, and each published map is its own.

Its root is that of a tree over the 256 bits of the key, most significant first, 0 to the left:

    H(no key)    = 32 zero bytes
    H({entry})   = SHA-256(00 ‖ key ‖ count ‖ head)       count: u64, big-endian; at whatever depth
    H(several)   = SHA-256(01 ‖ H(next bit 0) ‖ H(next bit 1))

A subtree that holds one key is that key's leaf however deep it lies, so a path has about log2(n) + 1.3 steps
and not 256. The root depends on the set of entries alone, not on the order in which they came. Example, the
keys 00…, 40… and c0… (bits 00, 01 and 11), each with count 1 and head ff…ff:

              root                   root = node(node(a, b), c)
             /    \\
            .      c   c0…           c = SHA-256(00 ‖ c0 00…00 ‖ 0000000000000001 ‖ ff…ff)
           / \\
      00… a   b  40…                 root = b933…
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from registry.provenance.leaf import LEAF_BYTES
from registry.provenance.merkle import leaf_hash

KEY_BYTES = 32
KEY_BITS = 256
COUNT_BYTES = 8
MAX_COUNT = (1 << 64) - 1
EMPTY = bytes(32)
"""Hash of a subtree without keys; nobody knows what SHA-256 would take to it."""

_CHAIN, _CHAIN_AT = struct.Struct(">32sQ32s"), 10
"""Subject key, sequence and previous in a leaf, read alone: all that is wanted of millions of them."""


class MapEntry(NamedTuple):
    """A subject's chain: its key, how many leaves it has (at least one), hash of the last. Sorts by key."""

    key: bytes
    count: int  # type: ignore[assignment]  # What the wire and the store call it; a tuple's own is not missed.
    head: bytes


def entries_of(leaf: bytes) -> tuple[MapEntry, MapEntry]:
    """What a leaf says its subject's entry was before it (0 leaves: none), and what it is from it on.

    ValueError if it is not as long as a leaf."""
    if len(leaf) != LEAF_BYTES:
        raise ValueError(f"a leaf has {LEAF_BYTES} bytes, not {len(leaf)}")
    key, sequence, previous = _CHAIN.unpack_from(leaf, _CHAIN_AT)
    return MapEntry(key, sequence, previous), MapEntry(key, sequence + 1, leaf_hash(leaf))


def entry_hash(entry: MapEntry) -> bytes:
    """SHA-256(00 ‖ key ‖ count ‖ head). OverflowError if the count does not fit u64."""
    return sha256(b"\x00" + entry.key + entry.count.to_bytes(COUNT_BYTES, "big") + entry.head).digest()


def bit(key: bytes, depth: int) -> int:
    """The bit by which a key goes left (0) or right (1) below a depth."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def subtree_hash(entries: Iterable[MapEntry], depth: int) -> bytes:
    """H of the entries below a depth: all keys begin with the same ``depth`` bits, rise and differ."""
    return fold({entry.key: entry_hash(entry) for entry in entries}, depth)


def fold(hashed: Mapping[bytes, bytes], depth: int) -> bytes:
    """The same of entries that are hashed already: `entry_hash` by key."""
    if not hashed:
        return EMPTY
    hashes = list(hashed.values())
    if len(hashes) == 1:
        return hashes[0]
    return _fold([int.from_bytes(key, "big") for key in hashed], hashes, 0, len(hashes), depth)


def _fold(keys: list[int], hashes: list[bytes], first: int, end: int, depth: int) -> bytes:
    """H of several keys, [first, end). Goes straight to where they part, then up the steps they share."""
    low, high = keys[first], keys[end - 1]
    below = (low ^ high).bit_length() - 1
    middle = bisect_left(keys, high >> below << below, first, end)
    deeper = KEY_BITS - below
    left = hashes[first] if middle - first == 1 else _fold(keys, hashes, first, middle, deeper)
    right = hashes[middle] if end - middle == 1 else _fold(keys, hashes, middle, end, deeper)
    node = sha256(b"\x01" + left + right).digest()
    for shift in range(below + 1, KEY_BITS - depth):
        pair = EMPTY + node if low >> shift & 1 else node + EMPTY
        node = sha256(b"\x01" + pair).digest()
    return node


def descend(entries: Sequence[MapEntry], key: bytes, depth: int) -> tuple[tuple[bytes, ...], MapEntry | None]:
    """The way of a key below a depth: siblings downward, and the entry alone at its end, if there is one."""
    siblings = []
    while len(entries) > 1:
        middle = bisect_left(entries, True, key=lambda entry: bool(bit(entry.key, depth)))
        left, right = entries[:middle], entries[middle:]
        depth += 1
        entries, aside = (right, left) if bit(key, depth - 1) else (left, right)
        siblings.append(subtree_hash(aside, depth))
    return tuple(siblings), entries[0] if entries else None
