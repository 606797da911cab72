"""A copy of the evidence store, taken while it is in use, and kept up to date by taking it again.

    <target>/catalogue.db        the catalogue as of one moment
    <target>/objects/ab/cdef…    the objects that it names, still sealed
    <target>/inbox/              what was lodged from the web: it is nowhere else until it is taken in

The catalogue is copied before the objects: what it names has its bytes already, and they never change. A
second copy takes only what came since, and removes what was erased by law, and nothing else: of an object
that the store lost, the copy may be all there is. To the copy that is put back (its files in the place of the
store's), uploads that were under way begin anew. An object that was damaged when it was copied is copied
again once the store has it whole; one that is damaged in the store takes the place of nothing. Of a store in
object storage the objects are not copied: how a bucket is copied, its storage knows.

A copy is only ever written over by the store that it is of. A store whose disk is not mounted looks like a
new and empty one; the copy, which has what that one never had, is left as it is, and the command fails.

Example: 40,000 objects, the next night 120 more and one erased: 120 are copied and one is removed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from registry.durable import LOCK_NAME, sync_directory
from registry.evidence.catalogue import NAME, Catalogue
from registry.evidence.directory import OBJECTS, DirectoryShelf
from registry.evidence.inbox import INBOX, TAKEN, WAITING
from registry.evidence.keep import Keep
from registry.evidence.objects import storage_faults_told
from registry.evidence.sealing import sealed_size
from registry.store.interface import StoreError

_NEW = ".new"
_COARSEST_NS = 2_000_000_000
"""As exactly as any file system keeps the time that a copy takes over from what it is of."""
_EVER = "SELECT sha256 FROM object UNION SELECT sha256 FROM erased UNION SELECT sha256 FROM label"
"""Whatever a store had, it knows of: labels stay, and so does what was erased."""


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
        _require_copy(keep, target)
        # Before the catalogue: what is taken in meanwhile lies in the store by then, and is in one of both.
        _inbox(keep.directory / INBOX, target / INBOX)
        beside = target / (NAME + _NEW)
        beside.unlink(missing_ok=True)
        keep.catalogue.copy(beside)
        beside.rename(target / NAME)
        sync_directory(target)
        if isinstance(keep.shelf, DirectoryShelf):
            _objects(keep, keep.shelf, target, copied, progress)
    return copied


def _require_copy(keep: Keep, target: Path) -> None:
    """Raises StoreError unless a directory has nothing of evidence yet, or an earlier copy of this store."""
    if target.samefile(keep.directory) or (target / LOCK_NAME).exists():
        raise StoreError(f"{target} 是服务进程用过的证据库, 不是备份; 请复制到别的目录")
    if not (target / NAME).exists():
        if (target / OBJECTS).exists():
            raise StoreError(f"{target} 里有 {OBJECTS} 而没有 {NAME}, 不是证据库的备份; 请复制到别的目录")
        return
    before = Catalogue(target / NAME)
    try:
        had = {sha256 for (sha256,) in before.rows("SELECT sha256 FROM object")}
    finally:
        before.close()
    if unknown := had - {sha256 for (sha256,) in keep.catalogue.rows(_EVER)}:
        raise StoreError(
            f"{target} 里有 {len(unknown)} 份材料是这个证据库从来没有的: 证据库的盘可能没有挂载, "
            "或者恢复的是更早的备份; 备份没有改动, 请先核对, 或者复制到别的目录"
        )


def _inbox(source: Path, target: Path) -> None:
    """What waits, then what was taken in: whatever moves meanwhile is in one of them."""
    for part in (WAITING, TAKEN):
        for path in sorted((source / part).glob("*/W" + "?" * 20)):
            copied = target / path.relative_to(source)
            with suppress(FileNotFoundError):  # Taken in just now.
                if not copied.exists() or copied.stat().st_size != path.stat().st_size:
                    _copy(path, copied)
    for copied in (target / WAITING).glob("*/*"):
        # One that waits no more was taken in, and lies there; one that lies nowhere was lost, and is kept.
        taken = source / TAKEN / copied.relative_to(target / WAITING)
        waits = (source / copied.relative_to(target)).exists()
        if copied.suffix == _NEW or (not waits and taken.exists()):
            copied.unlink()


def _objects(
    keep: Keep, shelf: DirectoryShelf, target: Path, copied: Copied, progress: Callable[[int, int], None]
) -> None:
    catalogue = Catalogue(target / NAME)
    wanted = "SELECT sha256, place, size FROM object WHERE sha256 NOT IN (SELECT sha256 FROM erased)"
    rows = catalogue.rows(wanted)
    erased = {sha256.hex() for (sha256,) in catalogue.rows("SELECT sha256 FROM erased")}
    catalogue.close()
    for sha256, place, size in rows:
        copied.objects += 1
        path, source = target / place, shelf.directory / place
        there = path.exists() and path.stat().st_size == sealed_size(size)
        if source.exists() and (not there or _was_replaced(keep, sha256, source, path)):
            _copy(source, path)  # One that is not there was erased just now.
            copied.new += 1
        progress(copied.objects, len(rows))
    for path in (target / OBJECTS).glob("*/*"):
        # Each is named by its digest; what has the other ending was cut short.
        if path.suffix == _NEW or path.parent.name + path.name in erased:
            path.unlink()
            copied.removed += 1
            sync_directory(path.parent)


def _was_replaced(keep: Keep, sha256: bytes, source: Path, path: Path) -> bool:
    """Whether an object lies in the store anew since it was copied, and is sound: what was altered there is
    newer too, and the copy may be all there is."""
    newer = source.stat().st_mtime_ns - path.stat().st_mtime_ns > _COARSEST_NS
    return newer and not keep.objects.fault(sha256)


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
