"""A copy of the evidence store, taken while it is in use, and kept up to date by taking it again.

    <target>/catalogue.db        the catalogue as of one moment
    <target>/objects/ab/cdef…    the objects that it names, still sealed
    <target>/inbox/              what was lodged from the web: it is nowhere else until it is taken in

The catalogue is copied before the objects: what it names has its bytes already, and they never change. A
second copy takes only what came since, and removes what was erased by law; to the copy that is put back (its
files in the place of the store's), uploads that were under way begin anew. Of a store in object storage the
objects are not copied: how a bucket is copied, its storage knows.

Example: 40,000 objects, the next night 120 more and one erased: 120 are copied and one is removed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from registry.durable import sync_directory
from registry.evidence.catalogue import NAME, Catalogue
from registry.evidence.directory import OBJECTS, DirectoryShelf
from registry.evidence.inbox import INBOX, TAKEN, WAITING
from registry.evidence.keep import Keep
from registry.evidence.objects import storage_faults_told
from registry.evidence.sealing import sealed_size

_NEW = ".new"


@dataclass(slots=True)
class Copied:
    """What a copy took: objects in all, of them new, and those that were removed from it."""

    objects: int = 0
    new: int = 0
    removed: int = 0


def copy_evidence(keep: Keep, target: Path, progress: Callable[[int, int], None]) -> Copied:
    """Copies a store into a directory. ``progress`` is told objects, of how many. Raises StoreError."""
    copied = Copied()
    with storage_faults_told():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Before the catalogue: what is taken in meanwhile lies in the store by then, and is in one of both.
        _inbox(keep.directory / INBOX, target / INBOX)
        beside = target / (NAME + _NEW)
        beside.unlink(missing_ok=True)
        keep.catalogue.copy(beside)
        beside.rename(target / NAME)
        sync_directory(target)
        if isinstance(keep.shelf, DirectoryShelf):
            _objects(keep.shelf, target, copied, progress)
    return copied


def _inbox(source: Path, target: Path) -> None:
    """What waits, then what was taken in: whatever moves meanwhile is in one of them."""
    for part in (WAITING, TAKEN):
        for path in sorted((source / part).glob("*/W" + "?" * 20)):
            copied = target / path.relative_to(source)
            with suppress(FileNotFoundError):  # Taken in just now.
                if not copied.exists() or copied.stat().st_size != path.stat().st_size:
                    _copy(path, copied)
    for copied in (target / WAITING).glob("*/*"):
        if not (source / copied.relative_to(target)).exists():
            copied.unlink()


def _objects(
    shelf: DirectoryShelf, target: Path, copied: Copied, progress: Callable[[int, int], None]
) -> None:
    catalogue = Catalogue(target / NAME)
    rows = catalogue.rows("SELECT place, size FROM object WHERE sha256 NOT IN (SELECT sha256 FROM erased)")
    catalogue.close()
    for place, size in rows:
        copied.objects += 1
        path = target / place
        there = path.exists() and path.stat().st_size == sealed_size(size)
        if not there and (shelf.directory / place).exists():  # Else it was erased just now.
            _copy(shelf.directory / place, path)
            copied.new += 1
        progress(copied.objects, len(rows))
    named = {str(place) for place, _ in rows}
    for path in (target / OBJECTS).glob("*/*"):
        if path.relative_to(target).as_posix() not in named:
            path.unlink()
            copied.removed += 1


def _copy(source: Path, path: Path) -> None:
    """Copies a file; it has its name when it is whole and on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(path.name + _NEW)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with source.open("rb") as content, os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
        file.flush()
        os.utime(
            handle, ns=(os.fstat(content.fileno()).st_mtime_ns,) * 2
        )  # Of a lodging it says the day and no hour.
        os.fsync(handle)
    beside.rename(path)
    sync_directory(path.parent)
