"""The tree over the log's leaves: RFC 6962 §2.1, SHA-256.

    MTH({})      = SHA-256()
    MTH({d0})    = SHA-256(00 ‖ d0)
    MTH(D[0:n])  = SHA-256(01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n])),  k = the largest power of two below n

The prefixes 00 and 01 keep a leaf from being passed off as an inner node.

A growing log needs only the roots of the complete subtrees along the right edge, one for each bit set in its
size ("compact range"). Example, size 7 = 0b111:

              root
            /      \\
          p0         .         peaks, highest first: p0 (leaves 0-3), p1 (leaves 4-5), p2 (leaf 6)
         /  \\       / \\        root = node(p0, node(p1, p2))
        .    .    p1   p2
       / \\  / \\  / \\   |
       0 1  2 3  4 5   6

Stored form of a frontier: size (u64, big-endian) ‖ the peaks, highest first, 32 bytes each.
"""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32
_SIZE_BYTES = 8

EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1)."""


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(00 ‖ leaf), 32 bytes (RFC 6962 §2.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 ‖ left ‖ right), 32 bytes (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over all leaf hashes by the definition itself; O(n), the slow reference for `Frontier`."""
    if not leaf_hashes:
        return EMPTY_ROOT
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    split = 1 << (len(leaf_hashes) - 1).bit_length() - 1
    return node_hash(root_of(leaf_hashes[:split]), root_of(leaf_hashes[split:]))


class Frontier:
    """The right edge of a growing tree: enough to append and to give the root, O(log n) memory.

    Not safe for use by several threads at once; the log's single writer owns it. A writer that may have to
    undo a batch appends to a copy: ``Frontier.from_bytes(frontier.to_bytes())``.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """Number of leaves appended."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add one `leaf_hash` (32 bytes); amortised one node hash. ValueError on another length."""
        if len(leaf) != HASH_BYTES:
            raise ValueError(f"a leaf hash has {HASH_BYTES} bytes, not {len(leaf)}")
        carry, peaks, subtree = self._size, self._peaks, leaf
        # Like adding one to a binary number: each low bit that is set is a complete subtree to merge with.
        while carry & 1:
            subtree = sha256(b"\x01" + peaks.pop() + subtree).digest()
            carry >>= 1
        peaks.append(subtree)
        self._size += 1

    def root(self) -> bytes:
        """Root of the tree of `size` leaves, 32 bytes; O(log n)."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """The stored form described above; `from_bytes` resumes from it."""
        return self._size.to_bytes(_SIZE_BYTES, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Frontier":
        """The frontier that `to_bytes` wrote. ValueError if the length does not fit the size it states."""
        size = int.from_bytes(stored[:_SIZE_BYTES], "big")
        expected = _SIZE_BYTES + HASH_BYTES * size.bit_count()
        if len(stored) != expected:
            raise ValueError(f"a frontier of size {size} has {expected} bytes, not {len(stored)}")
        frontier = cls()
        frontier._size = size
        frontier._peaks = [stored[at : at + HASH_BYTES] for at in range(_SIZE_BYTES, expected, HASH_BYTES)]
        return frontier
