"""The tree under a signed root, read from tiles that nobody vouches for.

The right edge comes first: its partial tiles give the root, or are thrown away. Then every full tile is known
by its own root, which is one hash of a tile above it. So whatever this returns is under the checkpoint, and a
tree of millions is read with a few tiles in memory.

Example, 70,000 leaves: the edge is tile/2/000.p/1, tile/1/001.p/17 and tile/0/273.p/112; they give the root.
tile/1/000 must hash to the one hash of tile/2/000.p/1, tile/0/005 to the sixth hash of tile/1/000.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from registry.provenance.checkpoint import Checkpoint
from registry.provenance.merkle import HASH_BYTES
from registry.provenance.proof import HashReader
from registry.provenance.tile_path import WIDTH, TileError, TilePath, tiles_of
from registry.provenance.tiles import TileEdge, TileReader, tile_root

CACHED_TILES = 512
_HEIGHT = 8


class TreeError(Exception):
    """Tiles do not fit the checkpoint that they were served with; one line says which."""


class AuthenticTree:
    """The tree of a checkpoint, tile by tile. ``fetch`` gives a tile's bytes, a partial one perhaps as the
    full one that it became. Raises TreeError if the edge does not give the root; what ``fetch`` raises."""

    def __init__(self, checkpoint: Checkpoint, fetch: Callable[[TilePath], bytes]) -> None:
        self.size = checkpoint.size
        self._fetch = fetch
        self._partial: dict[int, bytes] = {}
        for path in tiles_of(self.size):
            assert path.level is not None
            hashes = fetch(path)[: path.width * HASH_BYTES]
            if len(hashes) != path.width * HASH_BYTES:
                raise TreeError(f"{path} 只有 {len(hashes)} 字节")
            self._partial[path.level] = hashes
        self._edge = TileEdge.resume(self.size, self._held)
        if self._edge.root() != checkpoint.root:
            raise TreeError(f"树的边缘与大小 {self.size} 的检查点的根不符")
        self._full = lru_cache(maxsize=CACHED_TILES)(self._fetch_full)
        self.reader: HashReader = TileReader(self._full, cached=CACHED_TILES).beside(self._edge)

    def tile(self, path: TilePath) -> bytes:
        """A tile of hashes at a level, authentic. Raises TreeError."""
        assert path.level is not None
        if path.width < WIDTH:
            return self._partial[path.level]
        return self._full(path.level, path.number)

    def accept(self, level: int, number: int, hashes: bytes) -> bytes:
        """The bytes of a full tile that were fetched elsewhere, if they are authentic. Raises TreeError."""
        try:
            root = tile_root(hashes)
        except TileError as error:
            raise TreeError(f"{TilePath(level, number)}: {error}") from error
        if root != self._hash(level + 1, number):
            raise TreeError(f"{TilePath(level, number)} 与其上的树不符")
        return hashes

    def _fetch_full(self, level: int, number: int) -> bytes:
        return self.accept(level, number, self._fetch(TilePath(level, number)))

    def _hash(self, level: int, index: int) -> bytes:
        """One hash of a tile at a level."""
        number, at = divmod(index, WIDTH)
        full = number < self.size >> _HEIGHT * (level + 1)
        hashes = self._full(level, number) if full else self._partial[level]
        return hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES]

    def _held(self, level: int, first: int, end: int) -> list[bytes]:
        hashes = self._partial.get(level, b"")
        return [hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(end - first)]
