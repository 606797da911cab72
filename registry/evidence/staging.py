"""A file that sealed chunks are added to until they are all there, whatever happens in between.

What `add` returned from is on the disk (fdatasync, and the file's name with it). What was cut short, by a
full disk or a power failure, is found by `recovered` and cut off: of the chunks after the last durable ones
each is opened, and the first that does not open ends the file. What a killed process had only just written
opens as well, though it may be in the system's memory alone; so what is found is synced before it counts.

Example: 20 chunks were acknowledged and a part of 16 was being written when the process was killed after 3½
of them: 23 are there when it is opened again, and the uploader goes on with chunk 23.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from registry.durable import sync_directory
from registry.evidence.sealing import SEALED_CHUNK, DamagedError, Sealer

LOOKED_AT = 32
"""Chunks opened again from the end: twice what one part has, for no more than one is written at a time."""


class StagedFile:
    """The chunks ``first`` to ``end`` (not included) of an object, as far as they are there."""

    def __init__(self, path: Path, sealer: Sealer, first: int, end: int) -> None:
        self.path, self.first, self.end = path, first, end
        self._sealer = sealer
        self.chunks = self._recovered()

    @property
    def full(self) -> bool:
        """Whether all are there."""
        return self.first + self.chunks == self.end

    def add(self, sealed: Sequence[bytes]) -> None:
        """Adds the chunks that come next; durable when it returns. OSError: then none was added."""
        new = not self.path.exists()
        before = self.chunks * SEALED_CHUNK
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _write_at(handle, before, b"".join(sealed))
            os.fdatasync(handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, before)
            raise
        finally:
            os.close(handle)
        if new:
            sync_directory(self.path.parent)
        self.chunks += len(sealed)

    def _recovered(self) -> int:
        """How many chunks are there whole, durably; what follows them is cut off."""
        try:
            length = self.path.stat().st_size
        except FileNotFoundError:
            return 0
        there = self._whole(length)
        with self.path.open("r+b") as file:
            file.seek(max(0, there - LOOKED_AT) * SEALED_CHUNK)
            for number in range(max(0, there - LOOKED_AT), there):
                try:
                    self._sealer.open(self.first + number, file.read(self._length(number)))
                except DamagedError:
                    there = number
                    break
            file.truncate(sum_of(self._sealer, self.first, there))
            os.fsync(file.fileno())
        sync_directory(self.path.parent)
        return there

    def _whole(self, length: int) -> int:
        """How many chunks a file of a length has room for."""
        count = self.end - self.first
        return count if length >= sum_of(self._sealer, self.first, count) else length // SEALED_CHUNK

    def _length(self, number: int) -> int:
        return self._sealer.length(self.first + number)


def sum_of(sealer: Sealer, first: int, count: int) -> int:
    """Bytes at rest of so many chunks."""
    return (count - 1) * SEALED_CHUNK + sealer.length(first + count - 1) if count else 0


def pieces_of(path: Path, sealer: Sealer, start: int, end: int) -> Iterator[bytes]:
    """The sealed chunks ``start`` to ``end`` of a whole object in a file. Raises OSError."""
    with path.open("rb") as file:
        file.seek(start * SEALED_CHUNK)
        for number in range(start, end):
            yield file.read(sealer.length(number))


def _write_at(handle: int, position: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        written = os.pwrite(handle, view, position)
        view, position = view[written:], position + written
