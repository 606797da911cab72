"""What he writes through, past the program: the file of a store, or a database with its owner's rights."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Table

from registry.location import Location

Row = tuple[object, ...]


class _Cursor(Protocol):
    def execute(self, statement: str, parameters: Sequence[Any] = ..., /) -> Any: ...
    def executemany(self, statement: str, rows: Sequence[Row], /) -> Any: ...
    def fetchall(self) -> list[Row]: ...


class Reach:
    """The rows of a store, to be read and written by anybody who gets at them."""

    def __init__(self, location: Location) -> None:
        self._location = location
        self._mark = "?" if isinstance(location, Path) else "%s"

    def rows(self, table: Table, order: Sequence[str]) -> list[Row]:
        """All rows of a table in the order of some columns."""
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        by = ", ".join(f'"{name}"' for name in order)
        with self._cursor() as cursor:
            cursor.execute(f'SELECT {names} FROM "{table.name}" ORDER BY {by}')
            return cursor.fetchall()

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """Has a table hold these rows and no others."""
        with self._cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}"')
            if rows:
                marks = ", ".join([self._mark] * len(rows[0]))
                cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)

    def insert(self, table: str, row: Row) -> None:
        """Puts a row in."""
        with self._cursor() as cursor:
            cursor.execute(f'INSERT INTO "{table}" VALUES ({", ".join([self._mark] * len(row))})', row)

    @contextmanager
    def _cursor(self) -> Iterator[_Cursor]:
        with self._connected() as connection, connection, closing(connection.cursor()) as cursor:
            yield cursor

    def _connected(self) -> AbstractContextManager[Any]:
        if isinstance(self._location, Path):
            return closing(sqlite3.connect(self._location))
        return closing(psycopg.connect(self._location))
