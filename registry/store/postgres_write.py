"""Writing many rows to PostgreSQL at once.

``COPY … (FORMAT BINARY)`` where a row that is there already is an error, as in most tables of a group. Where
a conflict has an answer (``ON CONFLICT …``) the columns go as one array each, and the server unnests them. A
few rows go as one plain statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from registry.store.columns import BLOB, INT, TEXT

FEW = 4
_NAMES = {id(INT): "int8", id(TEXT): "text", id(BLOB): "bytea"}
Values = dict[str, Any]


def write_rows(connection: Connection, table: Table, rows: Sequence[Values], ending: str) -> None:
    """Inserts rows of the same columns. Raises DBAPIError."""
    driver = connection.connection.driver_connection
    assert driver is not None
    names = tuple(rows[0])
    try:
        with driver.cursor() as cursor:
            if len(rows) <= FEW:
                given = [row[name] for row in rows for name in names]
                cursor.execute(_plain(table, names, len(rows), ending), given)
            elif ending:
                _unnest(cursor, table, names, rows, ending)
            else:
                _copy(cursor, table, names, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError("INSERT", None, error, hide_parameters=True) from error


def _copy(cursor: Any, table: Table, names: tuple[str, ...], rows: Sequence[Values]) -> None:
    with cursor.copy(f"COPY {_target(table, names)} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(_types(table, names))
        write, values = copy.write_row, itemgetter(*names)
        for row in rows:
            write(values(row))


def _unnest(cursor: Any, table: Table, names: tuple[str, ...], rows: Sequence[Values], ending: str) -> None:
    arrays = ", ".join(f"%b::{kind}[]" for kind in _types(table, names))
    columns = [[row[name] for row in rows] for name in names]
    sql = f"INSERT INTO {_target(table, names)} SELECT * FROM unnest({arrays}){ending}"
    cursor.execute(sql, columns)


@lru_cache(maxsize=256)
def _plain(table: Table, names: tuple[str, ...], count: int, ending: str) -> str:
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    return f"INSERT INTO {_target(table, names)} VALUES {', '.join([one] * count)}{ending}"


@lru_cache(maxsize=256)
def _target(table: Table, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f'"{table.name}" ({columns})'


@lru_cache(maxsize=256)
def _types(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_NAMES[id(table.c[name].type)] for name in names)
