"""Creating, migrating and opening a store on PostgreSQL; what cannot be used is refused with one line.

Before anything is changed the server, the database, the role's rights and the version of the tables are
looked at. The database itself, and the role, are the operator's to make (docs/postgresql.md).
"""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.interface import NoStoreError, StoreError
from registry.store.postgres import maintaining_engine, reading_engine, shown, writing_engine
from registry.store.postgres_store import PostgresStore, ReadPostgresStore
from registry.store.sql_store import SqlStore
from registry.store.versions import (
    VERSION_TABLE,
    check_version,
    fits_beside_writer,
    refuse_newer,
    upgrade,
    version_of,
)

_TABLES = """
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')
    AND relnamespace = current_schema()::regnamespace
"""
_MAY = "has_table_privilege(oid, '{}')"
_OWNED = "pg_has_role(relowner, 'USAGE')"
_CREATE = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
_READ, _WRITE = ("SELECT",), ("SELECT", "INSERT", "UPDATE", "DELETE")
logger = logging.getLogger(__name__)


def create_postgres(url: str) -> SqlStore:
    """A new, empty store. Raises StoreError if the schema holds one, or any of its tables."""
    writer = writing_engine(url)
    try:
        with one_line_errors():
            if found := _present(writer):
                raise StoreError(f"{shown(url)} 里已有表 {min(found)}; 不会覆盖")
            if not _scalar(writer, _CREATE):
                raise StoreError(f"{shown(url)}: 数据库角色没有建表的权限 (CREATE)")
            upgrade(writer)
        return PostgresStore(writer, url)
    except BaseException:
        writer.dispose()
        raise


def open_postgres(url: str) -> SqlStore:
    """An existing store for one writer. Raises StoreError for another version or another writer."""
    writer = writing_engine(url)
    try:
        with one_line_errors():
            _require_store(writer, url)
            check_version(writer)
            _require_rights(writer, url, _WRITE)
            _tell_who_owns(writer)
        return PostgresStore(writer, url)
    except BaseException:
        writer.dispose()
        raise


def read_postgres(url: str) -> SqlStore:
    """An existing store, read-only, beside whoever writes it; also of a standby. Raises StoreError."""
    reader = reading_engine(url)
    try:
        with one_line_errors():
            _require_store(reader, url)
            check_version(reader)
            _require_rights(reader, url, _READ)
    finally:
        reader.dispose()
    return ReadPostgresStore(url)


def migrate_postgres(url: str) -> tuple[str, str]:
    """Brings a store to this version's tables; answers the versions before and after. If every migration
    fits beside the previous release, that may go on writing."""
    engine = maintaining_engine(url)
    try:
        with one_line_errors():
            _require_store(engine, url)
            before = version_of(engine)
            refuse_newer(before)
            if fits_beside_writer(before):
                upgrade(engine)
            else:
                _upgrade_alone(url)
            after = version_of(engine)
        return before or "-", after or "-"
    finally:
        engine.dispose()


def remove_postgres(url: str) -> None:
    """Drops a store that is closed and not wanted: one that could not be made, or was made to compare."""
    writer = writing_engine(url)
    try:
        with one_line_errors(), writer.begin() as connection:
            tables.metadata.drop_all(connection)
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {VERSION_TABLE}")
    finally:
        writer.dispose()


def _upgrade_alone(url: str) -> None:
    writer = writing_engine(url)
    try:
        upgrade(writer)
    finally:
        writer.dispose()


def _present(engine: Engine) -> set[str]:
    """Those tables of a store that are there."""
    with engine.connect() as connection:
        there = {name for (name,) in connection.exec_driver_sql(_TABLES)}
    return there & {*tables.metadata.tables, VERSION_TABLE}


def _require_store(engine: Engine, url: str) -> None:
    if not _present(engine):
        raise NoStoreError(f"{shown(url)} 里没有存储; 请先运行 registry init")


def _require_rights(engine: Engine, url: str, rights: tuple[str, ...]) -> None:
    lacking = " AND ".join(_MAY.format(right) for right in rights)
    with engine.connect() as connection:
        for (name,) in connection.exec_driver_sql(f"{_TABLES} AND NOT ({lacking}) ORDER BY relname"):
            if name in tables.metadata.tables:
                told = ", ".join(rights)
                raise StoreError(f"{shown(url)}: 数据库角色对表 {name} 的权限不足; 需要 {told}")


def _tell_who_owns(engine: Engine) -> None:
    with engine.connect() as connection:
        for (name,) in connection.exec_driver_sql(f"{_TABLES} AND NOT {_OWNED} LIMIT 1"):
            logger.warning("store: this role does not own %s: what is erased is left to autovacuum", name)


def _scalar(engine: Engine, question: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(question).scalar()
