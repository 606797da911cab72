"""A copy of a store in a new file, as of one state, beside whoever writes it.

A file is copied page by page within one reading transaction, so the copy is the store as it was when the
copying began, however much is written meanwhile. A database is copied row by row within one reading
transaction, and compared before that ends. Either way the copy is one file that needs no other beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from registry.location import Location, is_url
from registry.store.copying import copy_state
from registry.store.errors import one_line_errors
from registry.store.interface import StoreError
from registry.store.opening import create_store, open_for_reading, remove_store
from registry.store.sqlite import reading_engine
from registry.store.versions import check_version, refuse_newer, version_of

PAGES = 8192
"""Pages copied between two tellings of the progress, 32 MiB."""


def copy_online(
    where: Location, target: Path, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> None:
    """Copies a store into a new file; ``progress`` is told pages, or rows, done of how many. Raises
    StoreError, with no file there."""
    if target.exists():
        raise StoreError(f"{target} 已存在; 不会覆盖")
    try:
        if is_url(where):
            _copy_rows(where, target, progress)
        else:
            _copy_pages(Path(where), target, progress)
        settle_file(target)
    except BaseException:
        remove_store(target)
        raise


def settle_file(target: Path) -> None:
    """Makes one file of a closed store: without it, what was written last rests in another beside. Raises
    StoreError."""
    try:
        with closing(_opened(target, "rw")) as copy:
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise _told(error, target) from error
    for suffix in ("-wal", "-shm", ".lock"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def version_in(path: Path) -> str:
    """The version of the tables in a file, empty if there are none. Raises StoreError for a newer one."""
    engine = reading_engine(path)
    try:
        with one_line_errors():
            version = version_of(engine)
            refuse_newer(version)
            return version or ""
    finally:
        engine.dispose()


def require_current(path: Path) -> None:
    """Raises StoreError unless a file is a store of this program's version."""
    engine = reading_engine(path)
    try:
        with one_line_errors():
            check_version(engine)
    finally:
        engine.dispose()


def _copy_pages(path: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    if not path.is_file():
        raise StoreError(f"存储 {path} 不存在")
    if not path.stat().st_size:
        raise StoreError(f"存储 {path} 是空文件")
    try:
        with closing(_opened(path, "ro")) as source, closing(_opened(target, "rwc")) as copy:
            source.execute("BEGIN")  # Held to the end: the copy is of one state.
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
    except sqlite3.Error as error:
        raise _told(error, target) from error


def _copy_rows(url: str, target: Path, progress: Callable[[int, int], None]) -> None:
    with closing(open_for_reading(url)) as source, closing(create_store(target)) as copy:
        copy_state(source, copy, progress=progress)


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode={mode}", uri=True, isolation_level=None)


def _told(error: sqlite3.Error, target: Path) -> StoreError:
    words = str(error)
    if "full" in words:
        return StoreError(f"{target.parent} 的磁盘已满")
    if "not a database" in words or "malformed" in words:
        return StoreError("存储文件已损坏; 没有备份")
    return StoreError(f"存储不能复制: {words}")
