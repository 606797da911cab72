"""Tiles against the definition: what the edge yields and keeps, and proofs made from tiles alone."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.provenance.merkle import Frontier, leaf_hash, root_of
from registry.provenance.proof import (
    HashReader,
    HashTree,
    ProofError,
    consistency_proof,
    inclusion_proof,
    root_at,
)
from registry.provenance.tile_path import TileError, tiles_of
from registry.provenance.tiles import TILE_BYTES, FullTile, TileEdge, TileReader, tile_root, tile_rows

SIZE = 70_000
LEAVES = [leaf_hash(b"%d" % index) for index in range(SIZE)]
TREE = HashTree(LEAVES)
EDGE_SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_791, 65_792, 65_793, SIZE]
Tiles = dict[tuple[int, int], FullTile]


def grow(size: int, edge: TileEdge | None = None) -> tuple[TileEdge, Tiles]:
    edge = edge or TileEdge()
    tiles = {
        (tile.level, tile.number): tile for leaf in LEAVES[edge.size : size] for tile in edge.append(leaf)
    }
    return edge, tiles


ALL_TILES = grow(SIZE)[1]


def hashes(level: int, first: int, end: int) -> Iterable[bytes]:
    """What a store gives to resume from: leaf hashes, and roots of tiles."""
    if level == 0:
        return LEAVES[first:end]
    return [ALL_TILES[level - 1, number].root for number in range(first, end)]


def read(level: int, number: int) -> bytes | None:
    tile = ALL_TILES.get((level, number))
    return tile.hashes if tile else None


def reader(size: int) -> HashReader:
    """Reads as a server would that has just started on a log of this size."""
    return TileReader(read).beside(TileEdge.resume(size, hashes))


def test_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    assert sorted(ALL_TILES) == [*((0, number) for number in range(273)), (1, 0)]


def test_every_full_tile_is_its_hashes_and_their_root() -> None:
    for (level, number), tile in ALL_TILES.items():
        held = [TREE.subtree(8 * level, number * 256 + at) for at in range(256)]
        assert tile.hashes == b"".join(held)
        assert tile.root == root_of(held) == TREE.subtree(8 * level + 8, number) == tile_root(tile.hashes)


def test_tile_is_given_once_by_the_leaf_that_completes_it() -> None:
    edge, before = grow(65_535)
    assert len(before) == 255
    completed = edge.append(LEAVES[65_535])
    assert [(tile.level, tile.number) for tile in completed] == [(0, 255), (1, 0)]
    assert edge.append(LEAVES[65_536]) == ()


def test_edge_gives_the_root_of_the_definition_at_every_size() -> None:
    edge, frontier = TileEdge(), Frontier()
    for size in range(1100):
        assert (edge.size, edge.root()) == (size, frontier.root())
        edge.append(LEAVES[size])
        frontier.append(LEAVES[size])
    for size in EDGE_SIZES:
        assert grow(size)[0].root() == root_at(TREE, size)


def test_partial_tiles_are_those_of_every_size_the_edge_still_holds() -> None:
    edge, _ = grow(SIZE)
    for size in range(273 * 256 + 1, SIZE + 1):
        lowest = tiles_of(size)[0]
        held = b"".join(LEAVES[lowest.first : size])
        assert edge.partial(0, lowest.number, lowest.width) == held
    assert edge.partial(1, 1, 17) == b"".join(TREE.subtree(8, 256 + at) for at in range(17))
    assert edge.partial(2, 0, 1) == TREE.subtree(16, 0)


def test_edge_gives_no_tile_that_it_does_not_hold() -> None:
    edge, _ = grow(SIZE)
    for level, number, width in (
        (0, 273, 113),
        (0, 273, 0),
        (0, 272, 256),
        (0, 274, 1),
        (1, 0, 256),
        (3, 0, 1),
    ):
        assert edge.partial(level, number, width) is None


@pytest.mark.parametrize("size", EDGE_SIZES)
def test_resumed_edge_goes_on_as_if_it_had_never_stopped(size: int) -> None:
    edge = TileEdge.resume(size, hashes)
    assert (edge.size, edge.root()) == (size, root_at(TREE, size))
    assert grow(SIZE, edge) == (edge, {at: tile for at, tile in ALL_TILES.items() if ends(tile) > size})
    assert edge.root() == root_at(TREE, SIZE)


def ends(tile: FullTile) -> int:
    return tile.number + 1 << 8 * (tile.level + 1)


def test_edge_is_not_resumed_from_fewer_or_more_hashes() -> None:
    for taken in (LEAVES[:6], LEAVES[:8]):
        with pytest.raises(ValueError, match="level 0 of a tree of 7 leaves ends in 7 hashes"):
            TileEdge.resume(7, lambda level, first, end, taken=taken: taken)  # type: ignore[misc]


def test_appending_to_a_copy_leaves_the_original_as_it_was() -> None:
    edge, _ = grow(65_535)
    copy = edge.copy()
    grow(SIZE, copy)
    assert (edge.size, edge.root()) == (65_535, root_at(TREE, 65_535))
    assert (copy.size, copy.root()) == (SIZE, root_at(TREE, SIZE))
    assert grow(SIZE, edge)[0].root() == copy.root()


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_leaf_hash_of_another_length_is_refused_and_changes_nothing(length: int) -> None:
    edge, _ = grow(7)
    with pytest.raises(ValueError, match="32 bytes"):
        edge.append(bytes(length))
    assert (edge.size, edge.root()) == (7, root_at(TREE, 7))


@pytest.mark.parametrize("size", EDGE_SIZES)
def test_every_complete_subtree_of_a_size_is_read_from_tiles_or_edge(size: int) -> None:
    tree = reader(size)
    for level in range(size.bit_length()):
        ends = size >> level
        for index in {0, 1, ends // 2, ends - 2, ends - 1} & set(range(ends)):
            assert tree.subtree(level, index) == TREE.subtree(level, index)
        with pytest.raises(ProofError):
            tree.subtree(level, ends)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_proof_built_from_tiles_is_the_one_of_the_whole_tree(data: st.DataObject) -> None:
    held = data.draw(st.sampled_from(EDGE_SIZES[1:]))
    size = data.draw(st.integers(1, held))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    tree = READERS[held]
    assert root_at(tree, size) == root_at(TREE, size)
    assert inclusion_proof(tree, index, size) == inclusion_proof(TREE, index, size)
    assert consistency_proof(tree, old, size) == consistency_proof(TREE, old, size)


READERS = {size: reader(size) for size in EDGE_SIZES}


def test_missing_tile_is_named() -> None:
    tree = TileReader(lambda level, number: None).beside(TileEdge.resume(SIZE, hashes))
    with pytest.raises(ProofError, match="tile/0/272 is missing"):
        tree.subtree(0, 272 * 256)


def test_tile_is_read_once_while_it_is_kept() -> None:
    asked: list[tuple[int, int]] = []

    def counted(level: int, number: int) -> bytes | None:
        asked.append((level, number))
        return read(level, number)

    tree = TileReader(counted, cached=2).beside(TileEdge.resume(SIZE, hashes))
    for index in (0, 1, 255, 256, 0, 512, 256):
        tree.subtree(0, index)
    assert asked == [(0, 0), (0, 1), (0, 2), (0, 1)]


@pytest.mark.parametrize("length", [0, TILE_BYTES - 32, TILE_BYTES - 1, TILE_BYTES + 1, TILE_BYTES + 32])
def test_tile_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(TileError, match="8192"):
        tile_rows(bytes(length))
