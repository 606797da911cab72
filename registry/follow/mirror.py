"""A mirror on the disk: the log's pages in files that any web server can serve as the log itself.

    <directory>/checkpoint                      the newest checkpoint of which everything is here
    <directory>/tile/<level>/<number>[.p/<w>]   C2SP tlog-tiles, tiles and entry bundles
    <directory>/statement/<position>            statements of the registry's own, as they were served

A file is written whole, and is on the disk before the follower's own record says so (`settle`). Partial tiles
go when the full one is on the disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from registry.durable import exchange, sync_directory
from registry.provenance.tile_path import WIDTH, TilePath, decode_bundle

CACHED_BUNDLES = 8


class Mirror:
    """The files of a directory. Raises OSError."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._unsettled: set[Path] = set()
        self._superseded: set[Path] = set()
        self._bundle = lru_cache(maxsize=CACHED_BUNDLES)(self._read_bundle)

    def put_tile(self, path: TilePath, content: bytes) -> None:
        """Writes a tile or a bundle."""
        self._put(str(path), content)
        if path.width == WIDTH:
            partial = self._directory / f"{path}.p"
            self._superseded.add(partial)
            self._unsettled = {each for each in self._unsettled if each.parent != partial}

    def put_statement(self, position: int, content: bytes) -> None:
        """Writes a statement of the registry's own."""
        self._put(f"statement/{position}", content)

    def put_checkpoint(self, note: str) -> None:
        """Publishes a checkpoint, durably, after everything of it."""
        self.settle()
        exchange(self._directory / "checkpoint", note.encode())

    def settle(self) -> None:
        """Has everything that was written on the disk when it returns."""
        for path in self._unsettled:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        for directory in self._directories():
            sync_directory(directory)
        self._unsettled.clear()
        for partial in self._superseded:
            shutil.rmtree(partial, ignore_errors=True)
        self._superseded.clear()

    def tile(self, path: TilePath) -> bytes:
        """A tile or bundle that was written."""
        return (self._directory / str(path)).read_bytes()

    def leaves(self, first: int, end: int, size: int) -> Iterator[bytes]:
        """The leaves from ``first`` to before ``end`` of a mirror that holds ``size`` of them."""
        for number in range(first // WIDTH, -(-end // WIDTH)):
            start = number * WIDTH
            entries = self._bundle(number, min(WIDTH, size - start))
            yield from entries[max(first - start, 0) : end - start]

    def _read_bundle(self, number: int, width: int) -> list[bytes]:
        """The first entries of a bundle, out of the full one where that has taken a partial one's place."""
        try:
            return decode_bundle(self.tile(TilePath(None, number, width)), width)
        except FileNotFoundError:
            if width == WIDTH:
                raise
        return decode_bundle(self.tile(TilePath(None, number)), WIDTH)[:width]

    def _put(self, name: str, content: bytes) -> None:
        path = self._directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        exchange(path, content, sync=False)
        self._unsettled.add(path)

    def _directories(self) -> set[Path]:
        """Every directory with a new name in it, up to the mirror's own."""
        found: set[Path] = set()
        for path in self._unsettled:
            directory = path.parent
            while directory not in found and directory != self._directory.parent:
                found.add(directory)
                directory = directory.parent
        return found
