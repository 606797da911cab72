"""Proofs over the log's tree: RFC 9162 §2.1.3 (a leaf is in it) and §2.1.4 (it only ever grew).

A proof is a list of hashes of neighbouring subtrees. Nearly all are *complete* subtrees, which never change
again and are named (level, index): the root over leaves ``index << level`` up to ``(index + 1) << level``.
At most one neighbour reaches the ragged right edge; it is hashed from the complete ones that make it up.

Example, seven leaves (the drawing in `registry.provenance.merkle`). Inclusion of leaf 5 needs, from the leaf
upward, leaf 4 = (0, 4), leaf 6 = (0, 6), and p0 = (2, 0):

    node(p0, node(node(leaf 4, leaf 5), leaf 6)) = root

Consistency of size 3 with size 7 needs leaf 2, leaf 3, (1, 0) and the root of leaves 4 to 6: the first three
and the old size give the old root, all of them the new.

Verification is strict: an index beyond the tree, a hash of another length, or a proof with one hash more or
less than the sizes demand is refused, whatever it would hash to.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Protocol

from registry.provenance.merkle import EMPTY_ROOT, HASH_BYTES, Frontier, node_hash


class ProofError(ValueError):
    """A proof does not prove what it is said to, or what was asked for has no proof."""


class HashReader(Protocol):
    """Where the hashes of complete subtrees are read from."""

    def subtree(self, level: int, index: int) -> bytes:
        """Root over the leaves ``index << level`` up to ``(index + 1) << level``, all of them in the tree."""


class HashTree:
    """Every hash of a tree, in memory: for small trees (a batch), tests and benches. Also a `HashReader`."""

    __slots__ = ("_levels",)

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        level = list(leaf_hashes)
        self._levels = [level]
        while len(level) > 1:
            level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            self._levels.append(level)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._levels[0].append(leaf)
        for level, below in enumerate(self._levels, start=1):
            if len(below) & 1:
                return
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node_hash(below[-2], below[-1]))

    def subtree(self, level: int, index: int) -> bytes:
        """See `HashReader`."""
        return self._levels[level][index]


def root_at(reader: HashReader, size: int) -> bytes:
    """Root of the tree when it had ``size`` leaves."""
    return _range_root(reader, 0, size) if size else EMPTY_ROOT


def inclusion_proof(reader: HashReader, index: int, size: int) -> tuple[bytes, ...]:
    """The hashes beside the path from leaf ``index`` to the root of size ``size``, from the leaf upward.

    ProofError if the tree of that size has no such leaf.
    """
    _check_index(index, size)
    proof = []
    level, last = 0, size - 1
    while last:
        if index & 1:
            proof.append(reader.subtree(level, index - 1))
        elif index < last:
            if index + 2 << level <= size:
                proof.append(reader.subtree(level, index + 1))
            else:
                proof.append(_range_root(reader, index + 1 << level, size))
        level, index, last = level + 1, index >> 1, last >> 1
    return tuple(proof)


def consistency_proof(reader: HashReader, old: int, new: int) -> tuple[bytes, ...]:
    """What shows that the tree of size ``new`` begins with the tree of size ``old``.

    Empty if the sizes are equal or the old tree is. ProofError if the old tree is the larger.
    """
    _check_sizes(old, new)
    if old == 0:
        return ()
    proof = []
    start, end = 0, new
    while old != end:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if old <= middle:
            proof.append(_range_root(reader, middle, end))
            end = middle
        else:
            proof.append(_range_root(reader, start, middle))
            start = middle
    if start:  # The old root is known to whoever checks; any other subtree of it is not.
        proof.append(_range_root(reader, start, end))
    return tuple(reversed(proof))


def inclusion_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a leaf hash and its proof give. ProofError if their form does not fit index and size."""
    _check_index(index, size)
    _check_hashes(leaf, *proof)
    inner = (
        index ^ (size - 1)
    ).bit_length()  # Below, there are neighbours on both sides; above, to the left.
    if len(proof) != inner + (index >> inner).bit_count():
        raise ProofError(f"an inclusion proof of {index} in {size} leaves does not have {len(proof)} hashes")
    root = leaf
    for each in proof[:inner]:
        root = sha256(b"\x01" + each + root if index & 1 else b"\x01" + root + each).digest()
        index >>= 1
    for each in proof[inner:]:
        root = sha256(b"\x01" + each + root).digest()
    return root


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises ProofError unless the proof shows that the leaf hash stands at ``index`` under this root."""
    _check_hashes(root)
    if inclusion_root(leaf, index, size, proof) != root:
        raise ProofError(f"the inclusion proof of leaf {index} does not lead to the root of size {size}")


def verify_range(
    leaves: Sequence[bytes],
    first: int,
    size: int,
    proofs: tuple[Sequence[bytes], Sequence[bytes]],
    root: bytes,
) -> None:
    """Raises ProofError unless these leaf hashes, one at least, stand in this order from ``first`` on.

    ``proofs`` are the inclusion proofs of the first and of the last of them: one has all that is to the left
    of the range, the other all that is to the right.
    """
    begin, end = first, first + len(leaves) - 1
    verify_inclusion(leaves[0], begin, size, proofs[0], root)
    verify_inclusion(leaves[-1], end, size, proofs[1], root)
    row, last = list(leaves), size - 1
    lefts, rights = iter(proofs[0]), iter(proofs[1])
    while last:
        before = next(lefts) if begin & 1 or begin < last else b""
        after = next(rights) if end & 1 or end < last else b""
        if begin & 1:
            row.insert(0, before)
        if not end & 1 and end < last:
            row.append(after)
        above = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = above + row[len(row) & ~1 :]
        begin, end, last = begin >> 1, end >> 1, last >> 1
    if row != [root]:
        raise ProofError(
            f"leaves {first} to {first + len(leaves) - 1} do not lead to the root of size {size}"
        )


def root_within(leaves: Sequence[bytes], first: int, size: int, proof: Sequence[bytes], within: int) -> bytes:
    """The root of the tree when it had ``within`` leaves, where ``leaves`` are those from ``first`` on and
    ``proof`` is the inclusion proof of the first of them in the tree of ``size`` leaves.

    What stands to the left of a leaf are complete subtrees, one for each bit set in its index: all that a
    tree needs to grow on from there. So what `verify_range` has checked shows every size in between, without
    another proof. ProofError if the leaves do not reach so far, or the proof is none.
    """
    inner = (first ^ (size - 1)).bit_length()
    lefts = [each for at, each in enumerate(proof) if at >= inner or first >> at & 1]
    if not 0 < first <= within <= first + len(leaves) or len(lefts) != first.bit_count():
        raise ProofError(f"{len(leaves)} leaves from {first} on do not show the tree of {within} leaves")
    _check_hashes(*lefts)
    frontier = Frontier.from_bytes(first.to_bytes(8, "big") + b"".join(reversed(lefts)))
    for each in leaves[: within - first]:
        frontier.append(each)
    return frontier.root()


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofError unless the proof shows that the newer tree begins with the older."""
    _check_sizes(old, new)
    _check_hashes(old_root, new_root, *proof)
    for size, root in ((old, old_root), (new, new_root)):
        if size == 0 and root != EMPTY_ROOT:
            raise ProofError("the root of no leaves is the hash of nothing")
    if old in (0, new):
        if proof or (old == new and old_root != new_root):
            raise ProofError(f"sizes {old} and {new} have an empty proof, equal sizes an equal root")
        return
    if _consistency_roots(old, old_root, new, proof) != (old_root, new_root):
        raise ProofError(f"the consistency proof does not lead from size {old} to size {new}")


def _consistency_roots(old: int, old_root: bytes, new: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Both roots as the proof gives them, for 0 < old < new; RFC 9162 §2.1.4.2."""
    shift = (old & -old).bit_length() - 1  # Below this level the old tree has nothing of its own.
    node, last = old - 1 >> shift, new - 1 >> shift
    inner = (node ^ last).bit_length()
    seeded = node != 0  # A power of two: the old root itself is the first hash, and is not sent.
    if len(proof) != seeded + inner + (node >> inner).bit_count():
        raise ProofError(f"a consistency proof of {old} and {new} does not have {len(proof)} hashes")
    first = second = proof[0] if seeded else old_root
    for at, each in enumerate(proof[seeded:]):
        if at >= inner or node >> at & 1:
            first, second = node_hash(each, first), node_hash(each, second)
        else:
            second = node_hash(second, each)
    return first, second


def _range_root(reader: HashReader, start: int, end: int) -> bytes:
    """Root over the leaves from ``start``, where a subtree of that length or more begins, to ``end``."""
    rest = end - start
    low = rest & -rest
    level = low.bit_length() - 1
    root = reader.subtree(level, end - low >> level)
    while rest := rest ^ low:
        end -= low
        low = rest & -rest
        level = low.bit_length() - 1
        root = sha256(b"\x01" + reader.subtree(level, end - low >> level) + root).digest()
    return root


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")


def _check_sizes(old: int, new: int) -> None:
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} leaves does not extend one of {old}")


def _check_hashes(*hashes: bytes) -> None:
    for each in hashes:
        if len(each) != HASH_BYTES:
            raise ProofError(f"a hash has {HASH_BYTES} bytes, not {len(each)}")
