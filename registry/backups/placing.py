"""Putting a store from a backup where it is to rest: brought to this version, checked, and then all at once.

In a file it is made beside its place, under a name that nothing reads, and takes it with one rename. In a
database it is written and compared in one transaction, after it was checked. Whoever is killed on the way
leaves nothing that was not checked. The backup's own file is never opened for writing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from registry.durable import sync_directory
from registry.location import Location, is_url
from registry.store.copying import copy_store
from registry.store.interface import NoStoreError, StoreError
from registry.store.online_copy import settle_file
from registry.store.opening import create_store, migrate_store, open_for_reading, open_store, remove_store
from registry.store.sqlite import StoreLock, check_free

BESIDE = ".restoring"


def place_store(
    source: Path, where: Location, home: Path, check: Callable[[Location], None]
) -> tuple[str, str]:
    """Places a store and answers its versions before and after; ``home`` has room for a copy on the way.
    Raises StoreError, OSError, and what ``check`` raises of the copy; then nothing is placed."""
    return _in_database(source, where, home, check) if is_url(where) else _in_file(source, Path(where), check)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yields where a store is to be made and checked, as one file, which takes its place when the block ends
    well. Raises StoreError if there is one, OSError."""
    if not path.parent.is_dir():
        raise StoreError(f"目录 {path.parent} 不存在")
    lock, beside = StoreLock(path), path.with_name(path.name + BESIDE)
    try:
        check_free(path)
        remove_store(beside)  # Left by one that was killed.
        yield beside
        _sync(beside)
        beside.rename(path)
        sync_directory(path.parent)
    finally:
        remove_store(beside)
        lock.release()


def _in_file(source: Path, path: Path, check: Callable[[Location], None]) -> tuple[str, str]:
    with new_file(path) as beside:
        versions = copy_file(source, beside)
        check(beside)
    return versions


def _in_database(source: Path, url: str, home: Path, check: Callable[[Location], None]) -> tuple[str, str]:
    copy = home / f"store.db{BESIDE}"
    try:
        versions = copy_file(source, copy)
        check(copy)
        clear_forsaken(url)
        made = create_store(url)
        try:
            with closing(made), closing(open_for_reading(copy)) as given:
                copy_store(given, made)
        except BaseException:
            remove_store(url)
            raise
    finally:
        remove_store(copy)
    return versions


def clear_forsaken(url: str) -> None:
    """Takes away the tables of one that was killed before it wrote anything into them: its lock is free, and
    they hold no row. Raises StoreError if another process writes there."""
    try:
        with closing(open_store(url)) as store:
            empty = not store.meta() and store.checkpoint() is None and store.last_position() is None
    except NoStoreError:
        return
    if empty:
        remove_store(url)


def copy_file(source: Path, copy: Path) -> tuple[str, str]:
    """Copies a store in a file, and brings the copy to this version, in that one file; its versions before
    and after. Raises StoreError, OSError."""
    remove_store(copy)  # Left by one that was killed.
    shutil.copyfile(source, copy)
    copy.chmod(0o600)
    versions = migrate_store(copy)
    settle_file(copy)  # Where the log file could not be copied back at its close, SQLite said nothing.
    return versions


def _sync(path: Path) -> None:
    """Makes the content of a file durable: its new name must not outlive it."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
