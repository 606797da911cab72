"""Creating, migrating and opening a store where it rests; one of another version is refused with one line.

A store rests in a file (SQLite) or at a URL (``postgresql://…``, `registry.store.postgres`).
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from types import ModuleType

from sqlalchemy import Engine

from registry.location import Location, is_url
from registry.store.definitions import refuse_acting, refuse_foreign
from registry.store.errors import one_line_errors
from registry.store.interface import Store, StoreError
from registry.store.sql_store import SqlStore
from registry.store.sqlite import (
    StoreLock,
    check_free,
    empty_wal,
    reading_engine,
    sqlite_notice,
    store_files,
    writing_engine,
)
from registry.store.versions import MIGRATIONS, check_version, refuse_newer, upgrade, version_of

__all__ = [
    "MIGRATIONS",
    "create_store",
    "engine_notice",
    "migrate_store",
    "open_for_reading",
    "open_store",
    "remove_store",
    "store_of_file",
]


def create_store(where: Location) -> SqlStore:
    """A new, empty store. Raises StoreError if there is one."""
    if is_url(where):
        made: SqlStore = _postgres().create_postgres(where)
        return made
    path = Path(where)
    if not path.parent.is_dir():
        raise StoreError(f"目录 {path.parent} 不存在")
    lock = StoreLock(path)
    try:
        check_free(path)  # Under the lock: of two that make the same store, one comes too late.
    except StoreError:
        lock.release()
        raise
    engine = writing_engine(path)
    try:
        with one_line_errors():
            upgrade(engine)
    except StoreError:
        _give_up(engine, lock)
        remove_store(path)
        raise
    return SqlStore(engine, reading_engine(path), lock.release, partial(empty_wal, engine))


def open_store(where: Location) -> SqlStore:
    """An existing store for one writer. Raises StoreError for another version, another writer, or a file that
    defines other things than a store does."""
    if is_url(where):
        opened: SqlStore = _postgres().open_postgres(where)
        return opened
    path = Path(where)
    _check_present(path)
    lock = StoreLock(path)
    engine = writing_engine(path)
    try:
        with one_line_errors():
            check_version(engine)
            refuse_foreign(engine)
    except StoreError:
        _give_up(engine, lock)
        raise
    empty_wal(engine)  # It may hold what was erased, if the registry was killed just then.
    return SqlStore(engine, reading_engine(path), lock.release, partial(empty_wal, engine))


def open_for_reading(where: Location) -> SqlStore:
    """An existing store, read-only, beside whoever writes it: another process of the same command. Raises
    StoreError if it is not there. A file's version was checked by the one that holds it."""
    if is_url(where):
        opened: SqlStore = _postgres().read_postgres(where)
        return opened
    path = Path(where)
    _check_present(path)
    return store_of_file(path)


def store_of_file(path: Path) -> SqlStore:
    """A store in a file that is there, read-only. Raises StoreError if it has a trigger or a view."""
    engine = reading_engine(path)
    try:
        with one_line_errors():
            refuse_acting(engine)
    except StoreError:
        engine.dispose()
        raise
    return SqlStore(engine, engine, lambda: None)


def remove_store(where: Location) -> None:
    """Removes a store that is closed and not wanted: one that could not be made, or was made to compare."""
    if is_url(where):
        _postgres().remove_postgres(where)
        return
    path = Path(where)
    for each in (*store_files(path), path.with_name(path.name + ".lock")):
        each.unlink(missing_ok=True)


def migrate_store(where: Location) -> tuple[str, str]:
    """Brings a store to this version's tables; answers the versions before and after."""
    if is_url(where):
        versions: tuple[str, str] = _postgres().migrate_postgres(where)
        return versions
    path = Path(where)
    _check_present(path)
    lock = StoreLock(path)
    engine = writing_engine(path)
    try:
        with one_line_errors():
            before = version_of(engine)
            refuse_newer(before)
            refuse_acting(engine)  # Before anything is written: it might act upon that.
            upgrade(engine)
            refuse_foreign(engine)
            after = version_of(engine)
        return before or "-", after or "-"
    finally:
        _give_up(engine, lock)


def engine_notice(store: Store) -> str:
    """What keeps a store, with its version, for the log file."""
    name, version = store.engine_version() if isinstance(store, SqlStore) else ("", "")
    return f"PostgreSQL {version}" if name == "postgresql" else sqlite_notice()


def _postgres() -> ModuleType:
    """The other engine, whose driver is in an extra. Raises StoreError without it."""
    try:
        from registry.store import postgres_opening
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise StoreError(
            "没有安装 psycopg; PostgreSQL 存储需要 pip install 'credit-registry[postgres]'"
        ) from error
    return postgres_opening


def _give_up(engine: Engine, lock: StoreLock) -> None:
    engine.dispose()
    lock.release()


def _check_present(path: Path) -> None:
    if not path.is_file():
        raise StoreError(f"存储 {path} 不存在; 请先运行 registry init")
    if not path.stat().st_size:  # SQLite would make a new database of it.
        raise StoreError(f"存储 {path} 是空文件; 请从备份恢复")
    if not os.access(path, os.W_OK):  # SQLite would open it all the same, and fail at the first statement.
        raise StoreError(f"存储 {path} 只读, 不能写入")
