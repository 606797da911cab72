"""Evidence in a directory.

    uploads/<id>             sealed chunks of an upload under way
    objects/ab/cdef…         whole objects, by digest (two and sixty-two hexadecimal digits)

An object takes its name when it is whole and its digest was checked, by a second name for the very file that
was written and synced; so no half file is ever seen under ``objects/``, and whoever is killed in between goes
on from ``uploads/``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from registry.durable import sync_directory
from registry.evidence.sealing import DamagedError, Sealer, sealed_size
from registry.evidence.shelf import Incoming, Upload
from registry.evidence.staging import StagedFile, pieces_of

UPLOADS, OBJECTS = "uploads", "objects"


class DirectoryShelf:
    """See ``shelf.Shelf``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        for name in (UPLOADS, OBJECTS):
            (directory / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def incoming(self, upload: Upload, sealer: Sealer) -> Incoming:
        """See Shelf."""
        return _Incoming(self.directory, upload, sealer)

    def pieces(self, place: str, sealer: Sealer, start: int, end: int) -> Iterator[bytes]:
        """See Shelf."""
        return pieces_of(self.directory / place, sealer, start, end)

    def intact(self, place: str, size: int) -> bool:
        """See Shelf."""
        try:
            return (self.directory / place).stat().st_size == size
        except FileNotFoundError:
            return False

    def remove(self, place: str) -> None:
        """See Shelf."""
        path = self.directory / place
        path.unlink(missing_ok=True)
        if path.parent.exists():
            sync_directory(path.parent)

    def places(self) -> Iterator[str]:
        """See Shelf."""
        for path in (self.directory / OBJECTS).glob("*/*"):
            yield path.relative_to(self.directory).as_posix()

    def sweep(self, under_way: Callable[[str], bool], before_ms: int) -> None:
        """See Shelf."""
        sweep_files(self.directory / UPLOADS, under_way)


def sweep_files(uploads: Path, under_way: Callable[[str], bool]) -> None:
    """Removes files of uploads that are not under way; each begins with the id of its upload."""
    for path in list(uploads.iterdir()):
        if not under_way(path.name.partition(".")[0]):
            path.unlink(missing_ok=True)


class _Incoming:
    def __init__(self, directory: Path, upload: Upload, sealer: Sealer) -> None:
        self._directory, self._sealer = directory, sealer
        name = upload.sha256.hex()
        self._place = f"{OBJECTS}/{name[:2]}/{name[2:]}"
        self._staged = StagedFile(directory / UPLOADS / upload.id, sealer, 0, sealer.chunks)

    @property
    def chunks(self) -> int:
        return self._staged.chunks

    def add(self, sealed: Sequence[bytes]) -> None:
        self._staged.add(sealed)

    def close(self) -> None:
        """Nothing to do: the file is whole."""

    def pieces(self) -> Iterator[bytes]:
        return pieces_of(self._staged.path, self._sealer, 0, self._sealer.chunks)

    def keep(self) -> str:
        final = self._directory / self._place
        if not final.parent.exists():
            final.parent.mkdir(mode=0o700, exist_ok=True)
            sync_directory(final.parent.parent)
        try:
            os.link(self._staged.path, final)
        except FileExistsError:
            self._replace(final)
        sync_directory(final.parent)
        return self._place

    def _replace(self, final: Path) -> None:
        """The same bytes lie there, of another upload or of this one before it was cut short; a file that is
        damaged gives way."""
        if self._is_whole(final):
            return
        beside = self._staged.path.with_suffix(".kept")
        with suppress(FileExistsError):
            os.link(self._staged.path, beside)
        beside.replace(final)

    def _is_whole(self, final: Path) -> bool:
        """Whether a file is the object: its length, and every chunk, which bears the seal of its digest."""
        if final.stat().st_size != sealed_size(self._sealer.size):
            return False
        try:
            for number, piece in enumerate(pieces_of(final, self._sealer, 0, self._sealer.chunks)):
                self._sealer.open(number, piece)
        except DamagedError:
            return False
        return True

    def discard(self) -> None:
        self._staged.path.unlink(missing_ok=True)
        sync_directory(self._staged.path.parent)
