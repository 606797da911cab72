"""The log's tree in tiles of height 8 (C2SP tlog-tiles): what is complete rests, the right edge grows.

A tile at level ``l`` holds 256 hashes of complete subtrees over 256^l leaves each; its own root is one hash
of a tile at level ``l + 1``. A full tile never changes. The partial ones, at most one per level, are the
right edge of the tree, and all that a writer needs in memory.

Example, 70,000 = 1×256² + 17×256 + 112 leaves:

    level 2   number 0    1 hash     partial
    level 1   number 1    17 hashes  partial; number 0 is full
    level 0   number 273  112 hashes partial; numbers 0 to 272 are full

Inside a tile the rows above its hashes are kept as well, as they are worked out anyway when it fills:

    row 2                 .          any complete subtree at (level, index) is one hash of one row:
    row 1         .       .       .  tile level = level div 8, row = level mod 8
    row 0     h0 h1   h2 h3   h4 h5  h6
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from registry.provenance.merkle import EMPTY_ROOT, HASH_BYTES, node_hash
from registry.provenance.proof import HashReader, ProofError
from registry.provenance.tile_path import WIDTH, TileError, TilePath

TILE_BYTES = WIDTH * HASH_BYTES
"""8,192: a full tile."""
CACHED_TILES = 1024
"""Tiles that a `TileReader` keeps with their rows, 16 KiB each."""

_HEIGHT = 8
_Rows = tuple[list[bytes], ...]

# Where each row begins in a full tile's rows written one after the other: 256, 128, … 2 hashes.
_ROW_STARTS = tuple(HASH_BYTES * (2 * WIDTH - (2 * WIDTH >> row)) for row in range(_HEIGHT))


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile just completed: 256 hashes in 8,192 bytes, and the root over them."""

    level: int
    number: int
    hashes: bytes
    root: bytes


class TileEdge:
    """The partial tiles of a growing tree: appends leaves, gives the root, yields each tile as it fills.

    Not safe for use by several threads while it grows. A writer appends to a `copy` and shows that to
    readers once what it appended is durable.
    """

    __slots__ = ("_size", "_tiles")

    def __init__(self) -> None:
        self._size = 0
        self._tiles: list[_Rows] = [_empty_rows()]

    @classmethod
    def resume(cls, size: int, hashes: Callable[[int, int, int], Iterable[bytes]]) -> "TileEdge":
        """The edge of a tree that was stored.

        ``hashes(level, first, end)`` gives those of the level's tiles from place ``first`` to before
        ``end``: at level 0 hashes of leaves, above it roots of the tiles ``first`` to before ``end`` of the
        level below. ValueError if it gives fewer or more.
        """
        edge = cls()
        edge._size = size
        for level in range((size.bit_length() + _HEIGHT - 1) // _HEIGHT):
            end = size >> _HEIGHT * level
            held = list(hashes(level, end - end % WIDTH, end))
            if len(held) != end % WIDTH:
                raise ValueError(f"level {level} of a tree of {size} leaves ends in {end % WIDTH} hashes")
            for each in held:
                edge._push(level, each)
        return edge

    @property
    def size(self) -> int:
        """Number of leaves in the tree."""
        return self._size

    def copy(self) -> "TileEdge":
        """An edge of its own; a few microseconds."""
        other = TileEdge()
        other._size = self._size
        other._tiles = [tuple([row.copy() for row in rows]) for rows in self._tiles]
        return other

    def append(self, leaf: bytes) -> tuple[FullTile, ...]:
        """Add one `leaf_hash`; gives the tiles that are full now, lowest first. Amortised one node hash.

        ValueError, and nothing changed, for a hash of another length.
        """
        if len(leaf) != HASH_BYTES:
            raise ValueError(f"a leaf hash has {HASH_BYTES} bytes, not {len(leaf)}")
        self._size += 1
        # Like adding one to a binary number: while a row is even, two of it make one of the row above.
        for row in self._tiles[0]:
            row.append(leaf)
            if len(row) & 1:
                return ()
            leaf = sha256(b"\x01" + row[-2] + leaf).digest()
        return self._filled(leaf)

    def root(self) -> bytes:
        """Root of the tree of `size` leaves; O(log n)."""
        root = b""
        for rows in self._tiles:
            for row in rows:
                if len(row) & 1:
                    root = node_hash(row[-1], root) if root else row[-1]
        return root or EMPTY_ROOT

    def partial(self, level: int, number: int, width: int) -> bytes | None:
        """The first ``width`` hashes of a tile at the edge, as they were when there were no more; None if
        the tile is not at the edge, or has fewer."""
        if level >= len(self._tiles) or number != self._size >> _HEIGHT * (level + 1):
            return None
        hashes = self._tiles[level][0]
        return b"".join(hashes[:width]) if 0 < width <= len(hashes) else None

    def row(self, level: int) -> tuple[int, Sequence[bytes]]:
        """Complete subtrees of a level inside the tile at the edge: the tile's number, and their hashes."""
        tile, row = divmod(level, _HEIGHT)
        hashes = self._tiles[tile][row] if tile < len(self._tiles) else ()
        return self._size >> _HEIGHT * (tile + 1), hashes

    def _filled(self, root: bytes) -> tuple[FullTile, ...]:
        """Takes out the tile of level 0, which has all its hashes, and those above that it fills."""
        full: list[FullTile] = []
        over: bytes | None = root
        while over is not None:
            level = len(full)
            hashes = b"".join(self._tiles[level][0])
            full.append(FullTile(level, (self._size >> _HEIGHT * (level + 1)) - 1, hashes, over))
            self._tiles[level] = _empty_rows()
            over = self._push(level + 1, over)
        return tuple(full)

    def _push(self, level: int, each: bytes) -> bytes | None:
        """Adds a hash to the tile at the edge of a level; its root if that was the last."""
        while level >= len(self._tiles):
            self._tiles.append(_empty_rows())
        for row in self._tiles[level]:
            row.append(each)
            if len(row) & 1:
                return None
            each = node_hash(row[-2], each)
        return each


class TileReader:
    """Hashes of complete subtrees out of full tiles: reads a tile once, keeps its rows, drops the least used.

    ``get_tile(level, number)`` gives the 8,192 bytes of a full tile, or None. May be used by any thread.
    """

    __slots__ = ("_get_tile", "_rows")

    def __init__(self, get_tile: Callable[[int, int], bytes | None], *, cached: int = CACHED_TILES) -> None:
        self._get_tile = get_tile
        self._rows = lru_cache(maxsize=cached)(self._read)

    def beside(self, edge: TileEdge) -> HashReader:
        """Reads a whole tree: what its edge holds from there, all else from full tiles."""
        return _Tree(self._rows, edge)

    def _read(self, level: int, number: int) -> bytes:
        hashes = self._get_tile(level, number)
        if hashes is None:
            raise ProofError(f"{TilePath(level, number)} is missing")
        return tile_rows(hashes)


class _Tree:
    """Full tiles and the edge they end in, as it stands when this is made."""

    __slots__ = ("_levels", "_rows")

    def __init__(self, rows: Callable[[int, int], bytes], edge: TileEdge) -> None:
        self._rows = rows
        self._levels = [
            (*_place(level), *edge.row(level))
            for level in range(_HEIGHT * (edge.size.bit_length() // _HEIGHT + 1))
        ]

    def subtree(self, level: int, index: int) -> bytes:
        try:
            tile, within, mask, start, edge_number, row = self._levels[level]
            number = index >> within
            if number == edge_number:
                return row[index & mask]
        except IndexError:
            raise ProofError(f"the tree has no complete subtree {index} at level {level}") from None
        at = start + HASH_BYTES * (index & mask)
        return self._rows(tile, number)[at : at + HASH_BYTES]


def _place(level: int) -> tuple[int, int, int, int]:
    """Where a level's hashes are: the level of the tile, how far an index is to be shifted for the tile's
    number, the bits of the index within the tile, where the row begins."""
    tile, row = divmod(level, _HEIGHT)
    within = _HEIGHT - row
    return tile, within, (1 << within) - 1, _ROW_STARTS[row]


def tile_rows(hashes: bytes) -> bytes:
    """A full tile's rows one after the other: its 256 hashes, 128 above them, … 2 below its root.

    TileError if it has another length."""
    if len(hashes) != TILE_BYTES:
        raise TileError(f"a full tile has {TILE_BYTES} bytes, not {len(hashes)}")
    rows, row = [hashes], hashes
    while len(row) > 2 * HASH_BYTES:
        row = b"".join(
            [
                sha256(b"\x01" + row[at : at + 2 * HASH_BYTES]).digest()
                for at in range(0, len(row), 2 * HASH_BYTES)
            ]
        )
        rows.append(row)
    return b"".join(rows)


def tile_root(hashes: bytes) -> bytes:
    """Root over a full tile: its hash in the level above. TileError if it has another length."""
    return sha256(b"\x01" + tile_rows(hashes)[-2 * HASH_BYTES :]).digest()


def _empty_rows() -> _Rows:
    return ([], [], [], [], [], [], [], [])
