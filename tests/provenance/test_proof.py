"""Proofs against RFC 9162's own examples, published vectors, and the definition in every small tree."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.provenance.merkle import EMPTY_ROOT, leaf_hash, node_hash, root_of
from registry.provenance.proof import (
    HashTree,
    ProofError,
    consistency_proof,
    inclusion_proof,
    inclusion_root,
    root_at,
    root_within,
    verify_consistency,
    verify_inclusion,
    verify_range,
)

LARGEST = 130
LEAVES = [leaf_hash(b"%d" % index) for index in range(LARGEST)]
TREE = HashTree(LEAVES)
ROOTS = [root_of(LEAVES[:size]) for size in range(LARGEST + 1)]
MUTATED_SIZES = (2, 3, 7, 8, 13, 64, 100, 127)
INCLUSION = Path(__file__).resolve().parents[2] / ".." / "shared" / "vectors" / "merkle" / "inclusion"
Proof = tuple[bytes, ...]


def path_by_definition(index: int, leaves: list[bytes]) -> Proof:
    """PATH(m, D[n]) of RFC 9162 §2.1.3.1, word for word."""
    if len(leaves) == 1:
        return ()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return (*path_by_definition(index, leaves[:split]), root_of(leaves[split:]))
    return (*path_by_definition(index - split, leaves[split:]), root_of(leaves[:split]))


def subproof_by_definition(old: int, leaves: list[bytes], *, whole: bool = True) -> Proof:
    """SUBPROOF(m, D[n], b) of RFC 9162 §2.1.4.1, word for word."""
    if old == len(leaves):
        return () if whole else (root_of(leaves),)
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        return (*subproof_by_definition(old, leaves[:split], whole=whole), root_of(leaves[split:]))
    beyond = subproof_by_definition(old - split, leaves[split:], whole=False)
    return (*beyond, root_of(leaves[:split]))


def one_byte_mutations(proof: Proof) -> Iterator[Proof]:
    """The proof with one byte changed, removed or added; and with one hash left out, doubled or moved."""
    for at, each in enumerate(proof):
        for byte in range(len(each)):
            changed = each[:byte] + bytes([each[byte] ^ 1 << byte % 8]) + each[byte + 1 :]
            yield (*proof[:at], changed, *proof[at + 1 :])
        for other in (each[:-1], each[1:], each + b"\x00", b"\x00" + each, b""):
            yield (*proof[:at], other, *proof[at + 1 :])
        yield (*proof[:at], *proof[at + 1 :])
        yield (*proof[: at + 1], each, *proof[at + 1 :])
    yield (*proof, bytes(32))
    yield (bytes(32), *proof)
    if len(set(proof)) > 1:
        yield (*proof[1:], proof[0])


def vectors() -> list[Path]:
    return sorted(INCLUSION.rglob("*.json"))


def test_proofs_of_seven_leaves_are_those_drawn_in_the_standard() -> None:
    a, b, c, d, e, f, j = LEAVES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, l = node_hash(g, h), node_hash(i, j)  # noqa: E741 - the letters of RFC 9162 §2.1.5
    assert inclusion_proof(TREE, 0, 7) == (b, h, l)
    assert inclusion_proof(TREE, 3, 7) == (c, g, l)
    assert inclusion_proof(TREE, 4, 7) == (f, j, k)
    assert inclusion_proof(TREE, 6, 7) == (i, k)
    assert consistency_proof(TREE, 3, 7) == (c, d, g, l)
    assert consistency_proof(TREE, 4, 7) == (l,)
    assert consistency_proof(TREE, 6, 7) == (i, j, k)


def test_published_inclusion_proofs_are_accepted_or_refused_as_each_says() -> None:
    if not vectors():
        pytest.skip("outside vectors not found: ../shared/vectors/merkle/inclusion")
    assert len(vectors()) == 98
    for path in vectors():
        vector: Any = json.loads(path.read_text(encoding="utf-8"))
        proof = [base64.b64decode(each) for each in vector["proof"] or ()]
        leaf, root = base64.b64decode(vector["leafHash"]), base64.b64decode(vector["root"])
        asked = (leaf, vector["leafIdx"], vector["treeSize"], proof, root)
        if vector["wantErr"]:
            with pytest.raises(ProofError):
                verify_inclusion(*asked)
        else:
            verify_inclusion(*asked)


def test_root_at_every_size_is_that_of_the_definition() -> None:
    assert [root_at(TREE, size) for size in range(LARGEST + 1)] == ROOTS


def test_tree_that_grew_is_the_tree_that_was_built() -> None:
    grown = HashTree()
    for size, leaf in enumerate(LEAVES):
        assert (grown.size, root_at(grown, size)) == (size, ROOTS[size])
        grown.append(leaf)
    assert inclusion_proof(grown, 77, LARGEST) == inclusion_proof(TREE, 77, LARGEST)


def test_inclusion_of_every_leaf_at_every_size_is_the_definition_and_verifies() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = inclusion_proof(TREE, index, size)
            assert proof == path_by_definition(index, LEAVES[:size])
            verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


def test_consistency_of_every_pair_of_sizes_is_the_definition_and_verifies() -> None:
    for new in range(LARGEST + 1):
        for old in range(new + 1):
            proof = consistency_proof(TREE, old, new)
            assert proof == (subproof_by_definition(old, LEAVES[:new]) if old else ())
            verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)


@pytest.mark.parametrize("size", MUTATED_SIZES)
def test_inclusion_proof_changed_anywhere_is_refused(size: int) -> None:
    for index in range(size):
        for changed in one_byte_mutations(inclusion_proof(TREE, index, size)):
            with pytest.raises(ProofError):
                verify_inclusion(LEAVES[index], index, size, changed, ROOTS[size])


@pytest.mark.parametrize("size", MUTATED_SIZES)
def test_consistency_proof_changed_anywhere_is_refused(size: int) -> None:
    for old in range(size + 1):
        for changed in one_byte_mutations(consistency_proof(TREE, old, size)):
            with pytest.raises(ProofError):
                verify_consistency(old, ROOTS[old], size, ROOTS[size], changed)


@pytest.mark.parametrize("size", MUTATED_SIZES)
def test_proof_holds_for_no_other_leaf_place_or_root(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(TREE, index, size)
        for other in set(range(-1, size + 2)) - {index}:
            with pytest.raises(ProofError):
                verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size])
        for leaf, root in ((bytes(32), ROOTS[size]), (LEAVES[index], ROOTS[size - 1]), (LEAVES[index], b"")):
            with pytest.raises(ProofError):
                verify_inclusion(leaf, index, size, proof, root)


@pytest.mark.parametrize("size", MUTATED_SIZES)
def test_consistency_holds_for_no_other_roots(size: int) -> None:
    for old in range(size + 1):
        proof = consistency_proof(TREE, old, size)
        other = ROOTS[old - 1] if old else ROOTS[1]
        with pytest.raises(ProofError):
            verify_consistency(old, other, size, ROOTS[size], proof)
        if old:  # Every tree extends the empty one, so there its root alone is checked.
            with pytest.raises(ProofError):
                verify_consistency(old, ROOTS[old], size, ROOTS[size - 1], proof)


def test_consistency_holds_for_no_other_older_size() -> None:
    for old in range(1, 65):
        proof = consistency_proof(TREE, old, 64)
        for other in set(range(-1, 67)) - {old}:
            with pytest.raises(ProofError):
                verify_consistency(other, ROOTS[old], 64, ROOTS[64], proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (7, 7), (-1, 7), (0, -1)])
def test_leaf_beyond_the_tree_has_no_proof_and_none_is_taken(index: int, size: int) -> None:
    with pytest.raises(ProofError, match=f"has no leaf {index}"):
        inclusion_proof(TREE, index, size)
    with pytest.raises(ProofError, match=f"has no leaf {index}"):
        inclusion_root(LEAVES[0], index, size, ())


@pytest.mark.parametrize(("old", "new"), [(1, 0), (8, 7), (-1, 7)])
def test_larger_tree_is_not_extended_by_a_smaller(old: int, new: int) -> None:
    with pytest.raises(ProofError, match="does not extend"):
        consistency_proof(TREE, old, new)
    with pytest.raises(ProofError, match="does not extend"):
        verify_consistency(old, ROOTS[old], new, ROOTS[new], ())


def test_empty_tree_has_its_own_root_only_and_every_tree_extends_it() -> None:
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, ())
    verify_consistency(0, EMPTY_ROOT, 7, ROOTS[7], ())
    for old_root, new, new_root in ((ROOTS[1], 7, ROOTS[7]), (ROOTS[1], 0, ROOTS[1])):
        with pytest.raises(ProofError, match="hash of nothing"):
            verify_consistency(0, old_root, new, new_root, ())


@pytest.mark.parametrize("size", [*range(1, 34), 64, 100])
def test_every_range_of_leaves_verifies_by_the_proofs_of_its_ends(size: int) -> None:
    for first in range(size):
        for end in range(first + 1, size + 1):
            ends = inclusion_proof(TREE, first, size), inclusion_proof(TREE, end - 1, size)
            verify_range(LEAVES[first:end], first, size, ends, ROOTS[size])


@pytest.mark.parametrize("size", [7, 13, 16])
def test_range_with_a_leaf_changed_left_out_added_or_moved_is_refused(size: int) -> None:
    for first in range(size):
        for end in range(first + 1, size + 1):
            ends = inclusion_proof(TREE, first, size), inclusion_proof(TREE, end - 1, size)
            leaves = LEAVES[first:end]
            changed = [[*leaves[:at], bytes(32), *leaves[at + 1 :]] for at in range(len(leaves))]
            moved = [leaves[::-1]] if len(leaves) > 1 else []
            for other in (*changed, *moved, leaves[1:], leaves[:-1], [*leaves, LEAVES[-1]]):
                if other:
                    with pytest.raises(ProofError):
                        verify_range(other, first, size, ends, ROOTS[size])


def test_leaf_cannot_be_passed_off_as_an_inner_node() -> None:
    """What sits in the middle of the tree is no leaf of a shorter one: the length gives it away."""
    with pytest.raises(ProofError, match="does not have 1 hashes"):
        verify_inclusion(node_hash(*LEAVES[:2]), 0, 4, (node_hash(*LEAVES[2:4]),), ROOTS[4])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_proofs_of_larger_trees_verify(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGER.size))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    root, leaf = root_at(LARGER, size), LARGER.subtree(0, index)
    verify_inclusion(leaf, index, size, inclusion_proof(LARGER, index, size), root)
    verify_consistency(old, root_at(LARGER, old), size, root, consistency_proof(LARGER, old, size))


LARGER = HashTree(leaf_hash(b"%d" % index) for index in range(70_000))


@pytest.mark.parametrize("make", [lambda: inclusion_proof(LARGER, 1, 70_000)])
def test_proof_is_as_long_as_the_tree_is_high(make: Callable[[], Proof]) -> None:
    assert len(make()) == 17


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13, 64, 101])
def test_leaves_and_what_is_left_of_them_show_every_tree_in_between(size: int) -> None:
    for first in range(1, size):
        proof = inclusion_proof(TREE, first, size)
        for within in range(first, size + 1):
            leaves = LEAVES[first : max(within, first + 1)]
            assert root_within(leaves, first, size, proof, within) == ROOTS[within]


@pytest.mark.parametrize(
    ("first", "within", "leaves", "cut"), [(5, 4, 3, 0), (5, 9, 3, 0), (0, 1, 3, 0), (5, 6, 3, 3)]
)
def test_what_the_leaves_do_not_show_is_refused(first: int, within: int, leaves: int, cut: int) -> None:
    proof = inclusion_proof(TREE, first, 13)
    with pytest.raises(ProofError):
        root_within(LEAVES[first : first + leaves], first, 13, proof[: len(proof) - cut], within)
