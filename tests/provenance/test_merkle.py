"""RFC 6962 roots from outside, and the frontier against the definition for every small size."""

from collections.abc import Callable
from typing import Any

import pytest

from registry.provenance.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root_of

SIZES = range(131)
HASHES = [leaf_hash(b"%d" % index) for index in SIZES]


def frontier_of(hashes: list[bytes]) -> Frontier:
    frontier = Frontier()
    for each in hashes:
        frontier.append(each)
    return frontier


def test_roots_are_those_of_the_reference_tree(outside_vectors: Callable[[str], Any]) -> None:
    vectors = outside_vectors("merkle/rfc6962_roots.json")
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in vectors["leaf_inputs_hex"]]
    assert EMPTY_ROOT.hex() == vectors["empty_root_hex"]
    for size, root in enumerate(vectors["roots_hex"], start=1):
        assert root_of(hashes[:size]).hex() == root
        assert frontier_of(hashes[:size]).root().hex() == root


def test_leaf_and_node_hashes_are_those_of_the_reference_tree(outside_vectors: Callable[[str], Any]) -> None:
    vectors = outside_vectors("merkle/rfc6962_roots.json")
    for leaf, expected in vectors["hash_leaf"].items():
        assert leaf_hash(leaf.encode()).hex() == expected
    for children, expected in vectors["hash_children"].items():
        left, right = children.split(",")
        assert node_hash(left.encode(), right.encode()).hex() == expected


def test_example_of_size_seven_is_the_drawing_in_the_module() -> None:
    p0, p1, p2 = root_of(HASHES[0:4]), root_of(HASHES[4:6]), HASHES[6]
    assert root_of(HASHES[:7]) == node_hash(p0, node_hash(p1, p2))
    assert frontier_of(HASHES[:7]).to_bytes() == (7).to_bytes(8, "big") + p0 + p1 + p2


def test_frontier_gives_the_root_of_the_definition_at_every_size() -> None:
    frontier = Frontier()
    for size in SIZES:
        assert frontier.size == size
        assert frontier.root() == root_of(HASHES[:size])
        frontier.append(HASHES[size])


def test_frontier_resumes_from_its_bytes_at_every_size() -> None:
    for size in SIZES:
        stored = frontier_of(HASHES[:size]).to_bytes()
        resumed = Frontier.from_bytes(stored)
        assert (resumed.size, resumed.to_bytes()) == (size, stored)
        for each in HASHES[size:]:
            resumed.append(each)
        assert resumed.root() == root_of(HASHES)


def test_giving_the_root_changes_nothing() -> None:
    frontier = frontier_of(HASHES[:7])
    before = frontier.to_bytes()
    assert frontier.root() == frontier.root()
    assert frontier.to_bytes() == before


def test_appending_to_a_copy_leaves_the_original_as_it_was() -> None:
    frontier = frontier_of(HASHES[:7])
    copy = Frontier.from_bytes(frontier.to_bytes())
    copy.append(HASHES[7])
    assert (frontier.size, frontier.root()) == (7, root_of(HASHES[:7]))
    assert (copy.size, copy.root()) == (8, root_of(HASHES[:8]))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_leaf_hash_of_another_length_is_refused_and_changes_nothing(length: int) -> None:
    frontier = frontier_of(HASHES[:7])
    before = frontier.to_bytes()
    with pytest.raises(ValueError, match="32 bytes"):
        frontier.append(bytes(length))
    assert frontier.to_bytes() == before


def test_stored_frontier_of_any_other_length_is_refused() -> None:
    for size in (0, 1, 6, 7, 128):
        stored = frontier_of(HASHES[:size]).to_bytes()
        for wrong in (stored[:-1], stored + b"\x00", stored + bytes(32), stored[:-32], b""):
            with pytest.raises(ValueError, match="a frontier of size"):
                Frontier.from_bytes(wrong)
