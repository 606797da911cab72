"""What a store defines beside its rows: the tables and indexes of this release, whole, and nothing that acts.

A file of SQLite holds the text of every definition (``sqlite_schema``), and SQLite does as it says. Whoever
may write to the file, or to a backup of it, can put a trigger there, which takes out what is recorded, or a
view, which stands before a table; and an index that lacks rows, as a damaged disk leaves it, hides them from
every question that goes by it. None of that is a row, so no comparison of rows sees it.

    refuse_acting      no trigger and no view               at every opening: one look at a small table
    refuse_foreign     every definition is that of a new    at opening for a writer, and after a migration
                       store of this release
    store_faults       the same, and every index has the    whenever a store is checked: it reads the whole
                       rows of its table                    file (``PRAGMA integrity_check``)

Definitions are compared as words: how they are spaced and quoted is a matter of the libraries. Of PostgreSQL
it is looked whether a table has a trigger or a rule; its indexes are for ``amcheck`` to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.interface import StoreError
from registry.store.sql_store import SqlStore
from registry.store.versions import VERSION_TABLE, upgrade

_KINDS = {"table": "表", "index": "索引", "trigger": "触发器", "view": "视图", "rule": "规则"}
_SHOWN = 60
"""Characters of a name that somebody else may have given."""
_DEFINED = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
_OF_LIBRARIES = re.compile(rf"(sqlite_autoindex_)?{VERSION_TABLE}(_1)?|sqlite_stat[1-4]")
"""Of migrations; and in which SQLite counts for its plans, if somebody had it do so."""
_QUOTED, _SPACE, _INDEX = re.compile(r'"(\w+)"'), re.compile(r"\s+"), re.compile(r"\bindex (\w+)$")
_ACTING_POSTGRES = """
    SELECT 'trigger', tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
    UNION ALL SELECT 'rule', rulename, relname FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY 3, 2
"""
_Definitions = dict[tuple[str, str], tuple[str, str]]


def refuse_acting(engine: Engine) -> None:
    """Raises StoreError if a file has a trigger or a view, or anything else that is no table and no index."""
    with engine.connect() as connection:
        for fault in _acting(connection):
            raise StoreError(_told(fault))


def refuse_foreign(engine: Engine) -> None:
    """Raises StoreError unless a file defines just what a new store of this release does."""
    with engine.connect() as connection:
        for fault in _foreign(connection):
            raise StoreError(_told(fault))


def store_faults(store: SqlStore) -> list[str]:
    """What a store that is checked has wrong beside its rows. Raises StoreError."""
    with one_line_errors(), store.reading() as reading:
        if reading.dialect.name == "postgresql":
            return [_told(fault) for fault in _acting_postgres(reading)]
        if foreign := [_told(fault) for fault in _foreign(reading)]:
            return foreign  # What is judged by definitions that are not ours says nothing.
        told = [words for (words,) in reading.exec_driver_sql("PRAGMA integrity_check(1)")]
        return [_broken(words) for words in told if words != "ok"]


def _told(fault: str) -> str:
    return f"存储被改动: {fault}; 请从备份恢复"


def _broken(words: str) -> str:
    if index := _INDEX.search(words):
        return f"存储文件已损坏: 索引 {index[1]} 与表不符; 请从备份恢复"
    return f"存储文件已损坏 ({words[:_SHOWN]}); 请从备份恢复"


def _acting(connection: Connection) -> Iterator[str]:
    for kind, name, table, _ in connection.exec_driver_sql(_DEFINED).all():
        if kind not in ("table", "index"):
            yield _named(kind, name, table)


def _acting_postgres(connection: Connection) -> Iterator[str]:
    for kind, name, table in connection.exec_driver_sql(_ACTING_POSTGRES).all():
        if table in tables.metadata.tables:
            yield _named(kind, name, table)


def _named(kind: str, name: str, table: str) -> str:
    """Something that is not of a store; its names are whatever somebody gave it."""
    on = f" (表 {table[:_SHOWN]!r})" if kind in ("trigger", "rule") else ""
    return f"有不属于本程序的{_KINDS.get(kind, '定义')} {name[:_SHOWN]!r}{on}"


def _foreign(connection: Connection) -> Iterator[str]:
    found, wanted = _definitions(connection), _of_this_release()
    for kind, name in sorted(found.keys() - wanted.keys()):
        yield _named(kind, name, found[kind, name][0])
    for kind, name in sorted(wanted.keys() - found.keys()):
        yield f"缺少{_KINDS[kind]} {name}"
    for kind, name in sorted(wanted.keys() & found.keys()):
        if found[kind, name] != wanted[kind, name]:
            yield f"{_KINDS[kind]} {name} 的定义不是本程序的"


def _definitions(connection: Connection) -> _Definitions:
    """Every definition in a file: its table and its words, by kind and name."""
    return {
        (kind, name): (table, _words(sql or ""))
        for kind, name, table, sql in connection.exec_driver_sql(_DEFINED)
        if kind not in ("table", "index") or not _OF_LIBRARIES.fullmatch(name)
    }


def _words(sql: str) -> str:
    return _SPACE.sub(" ", _QUOTED.sub(r"\1", sql)).strip()


@cache
def _of_this_release() -> _Definitions:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        upgrade(engine)
        with engine.connect() as connection:
            return _definitions(connection)
    finally:
        engine.dispose()
