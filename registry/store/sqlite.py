"""SQLite as the embedded engine: one writing connection, readers that never block it.

WAL with synchronous=FULL: a commit is on the disk before it is acknowledged, and readers see the
last committed state. The file is locked by an advisory lock on ``<file>.lock`` for the life of a
writer, because SQLite before 3.51.3 can lose data when two connections write across a WAL reset,
and because two sequencers would fork the log. Readers open the file read-only.

What is erased by law is gone from the file: freed space is overwritten (secure_delete), and the log file
that still holds earlier pages is emptied as soon as no reader needs them (`empty_wal`). Copies of the file
are another matter, and so is what a disk keeps of overwritten blocks.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from registry.store.interface import StoreBusyError, StoreError

BUSY_TIMEOUT_S = 5.0
READERS = 8
READER_PAGES = "cache_size=-1024"
"""1 MiB of pages for each reading connection, half of what SQLite takes: the system has the file in its
memory anyway, and sixteen of them are not to grow for hours."""
WAL_TIMEOUT_MS = 200
"""How long the writer waits for readers when the log file is to be emptied."""
logger = logging.getLogger(__name__)
_WAL_RESET_FIXED = (3, 51, 3)
WRITER_PRAGMAS: tuple[str, ...] = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "wal_autocheckpoint=8192",  # 32 MiB: a page that many groups change is copied back once, not every time.
)


def sqlite_notice() -> str:
    """The linked SQLite version, with a note where it has the WAL-reset fault."""
    fixed = sqlite3.sqlite_version_info >= _WAL_RESET_FIXED
    return f"SQLite {sqlite3.sqlite_version}" + (
        "" if fixed else " (before 3.51.3: exactly one writing connection)"
    )


def writing_engine(path: Path) -> Engine:
    """An engine with exactly one connection, whose transactions begin IMMEDIATE."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, mode="rwc"),
        poolclass=StaticPool,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def reading_engine(path: Path) -> Engine:
    """An engine of read-only connections; each transaction sees one snapshot."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, mode="ro"),
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=READERS,
        pool_use_lifo=True,  # One that was used just now has its pages and statements at hand; others rest.
        hide_parameters=True,
    )
    event.listen(engine, "connect", lambda connection, _record: connection.execute(f"PRAGMA {READER_PAGES}"))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _connect(path: Path, *, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.resolve()))}?mode={mode}"
    return sqlite3.connect(
        uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )


def _prepare_writer(connection: Any, _record: object) -> None:
    for pragma in WRITER_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def empty_wal(engine: Engine) -> bool:
    """Copies the log file back and cuts it to nothing; False if a reader still needs it, or it cannot be."""
    connection = engine.raw_connection().driver_connection
    assert connection is not None
    try:
        connection.execute(f"PRAGMA busy_timeout={WAL_TIMEOUT_MS}")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        logger.error("store: the log file cannot be emptied: %s", error)
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_S * 1000)}")
    return not busy


def store_files(store: Path) -> list[Path]:
    """What SQLite takes for a part of a store: itself, and its journals."""
    return [store.with_name(store.name + end) for end in ("", "-wal", "-shm", "-journal")]


def check_free(store: Path) -> None:
    """Raises StoreError if there is any part of a store: a journal that lies about without its own would be
    played into a new one."""
    for part in store_files(store):
        if part.exists():
            raise StoreError(f"{part} 已存在; 不会覆盖, 请先移走旧的存储")


class StoreLock:
    """The right to write a store; held by one process at a time and freed when it dies."""

    def __init__(self, store: Path) -> None:
        real = store.resolve()  # Two names of one file must lead to one lock.
        path = real.with_name(real.name + ".lock")
        try:
            held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"不能锁定 {store}: {error.strerror}") from error
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(held)
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise StoreBusyError(f"{store} 正被另一进程写入") from error
            raise StoreError(f"不能锁定 {store}: {error.strerror}") from error
        self._file: int | None = held

    def release(self) -> None:
        """Gives the right back; a second time does nothing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
