"""Creating, migrating and opening a store; a store of another version is refused with one line."""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from registry.store.errors import one_line_errors
from registry.store.interface import StoreError
from registry.store.sql_store import SqlStore
from registry.store.sqlite import StoreLock, empty_wal, reading_engine, writing_engine

MIGRATIONS = Path(__file__).with_name("migrations")


def create_store(path: Path) -> SqlStore:
    """A new, empty store. Raises StoreError if the file exists."""
    if not path.parent.is_dir():
        raise StoreError(f"目录 {path.parent} 不存在")
    lock = StoreLock(path)
    if path.exists():  # Asked under the lock: of two that make the same store, one comes too late.
        lock.release()
        raise StoreError(f"{path} 已存在; 不会覆盖")
    engine = writing_engine(path)
    try:
        with one_line_errors():
            _upgrade(engine)
    except StoreError:
        _give_up(engine, lock)
        remove_store(path)
        raise
    return SqlStore(engine, reading_engine(path), lock.release, partial(empty_wal, engine))


def open_store(path: Path) -> SqlStore:
    """An existing store for one writer. Raises StoreError for another version or another writer."""
    _check_present(path)
    lock = StoreLock(path)
    engine = writing_engine(path)
    try:
        with one_line_errors():
            _check_version(engine)
    except StoreError:
        _give_up(engine, lock)
        raise
    empty_wal(engine)  # It may hold what was erased, if the registry was killed just then.
    return SqlStore(engine, reading_engine(path), lock.release, partial(empty_wal, engine))


def open_for_reading(path: Path) -> SqlStore:
    """An existing store, read-only, beside whoever writes it: another process of the same command. Raises
    StoreError if it is not there. Its version was checked by the one that holds it."""
    _check_present(path)
    engine = reading_engine(path)
    return SqlStore(engine, engine, lambda: None)


def remove_store(path: Path) -> None:
    """Removes a store that is closed and not wanted: one that could not be made, or was made to compare."""
    for suffix in ("", "-wal", "-shm", ".lock"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def migrate_store(path: Path) -> tuple[str, str]:
    """Brings a store to this version's tables; answers the versions before and after."""
    _check_present(path)
    lock = StoreLock(path)
    engine = writing_engine(path)
    try:
        with one_line_errors():
            before = _version(engine)
            _refuse_newer(before)
            _upgrade(engine)
            after = _version(engine)
        return before or "-", after or "-"
    finally:
        _give_up(engine, lock)


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


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(version: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(f"存储的版本 {version} 比本程序新; 请升级程序, 存储未被改动")


def _check_version(engine: Engine) -> None:
    version = _version(engine)
    _refuse_newer(version)
    if version != _scripts().get_current_head():
        raise StoreError(f"存储的版本 {version or '空'} 较旧; 请运行 registry migrate")


def _upgrade(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
