"""Copying a store whole, to the same engine or the other: every table, row by row, and compared afterwards.

The source is read as of one state, and the target written in one transaction: it has everything or nothing.
Before that counts, both are read side by side in the order of their keys, and the first row that differs is
told: whoever is killed leaves nothing that was not compared. Nothing is worked out again; that the copy is a
sound store is for ``registry verify`` to say, and its checkpoint is that of the source, so the root of its
tree, and every proof, are too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, zip_longest
from typing import Any

from sqlalchemy import Connection, Table, func, select

from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.group_write import add_rows
from registry.store.interface import StoreError
from registry.store.sql_store import SqlStore

PAGE = 2000
"""Rows written at a time."""


def count_rows(store: SqlStore) -> int:
    """How many rows a store has. Raises StoreError."""
    with one_line_errors(), store.reading() as reading:
        counts = (select(func.count()).select_from(table) for table in tables.metadata.sorted_tables)
        return sum(reading.execute(count).scalar_one() for count in counts)


def copy_store(
    source: SqlStore, target: SqlStore, *, progress: Callable[[int], None] = lambda _rows: None
) -> int:
    """Copies every row into an empty store, as the same; how many. Raises StoreError, with nothing copied."""
    with one_line_errors(), source.reading() as reading, target.writing() as writing:
        copied = _copy(reading, writing, progress)
        _compare(reading, writing)
    target.settle_statistics()
    return copied


def compare_stores(one: SqlStore, other: SqlStore) -> None:
    """Raises StoreError with the first table that differs, and where: no content of it."""
    with one_line_errors(), one.reading() as left, other.reading() as right:
        _compare(left, right)


def copy_state(source: SqlStore, target: SqlStore, *, progress: Callable[[int, int], None]) -> None:
    """Copies one state of a store that is being written to into an empty one, and compares both before that
    state is let go. ``progress`` is told rows done of how many. Raises StoreError."""
    with one_line_errors(), source.reading() as reading:
        counts = (select(func.count()).select_from(table) for table in tables.metadata.sorted_tables)
        total = sum(reading.execute(count).scalar_one() for count in counts)
        with target.writing() as writing:
            _copy(reading, writing, lambda done: progress(done, total))
        with target.reading() as copy:
            _compare(reading, copy)


def _copy(reading: Connection, writing: Connection, progress: Callable[[int], None]) -> int:
    copied = 0
    for table in tables.metadata.sorted_tables:
        rows = _rows(reading, table)
        while page := list(islice(rows, PAGE)):
            add_rows(writing, table, [dict(row._mapping) for row in page])
            copied += len(page)
            progress(copied)
    return copied


def _compare(left: Connection, right: Connection) -> None:
    for table in tables.metadata.sorted_tables:
        pairs = zip_longest(_rows(left, table), _rows(right, table))
        for number, (mine, theirs) in enumerate(pairs, 1):
            if mine is None or theirs is None or tuple(mine) != tuple(theirs):
                raise StoreError(f"副本与原存储不符: {table.name} 表按主键顺序的第{number}行")


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    query = select(table).order_by(*table.primary_key.columns)
    with connection.execution_options(yield_per=PAGE).execute(query) as result:
        yield from result
