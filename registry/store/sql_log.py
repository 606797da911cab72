"""The log's side of the store, read: statements, leaves, tiles, batches, buckets of the map, cosignatures.

``SqlNotices`` adds the outbox, ``SqlStore`` what is derived and what is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import CompoundSelect, Engine, Row, Select, and_, func, select

from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.interface import BatchRow, CosignatureRow, ScannedRow, StatementRow
from registry.store.map_buckets import SqlBuckets

PAGE = 1000


class SqlLog:
    """A log in a relational database, read."""

    def __init__(self, reader: Engine) -> None:
        self._reader = reader

    def statement(self, position: int) -> StatementRow | None:
        """See Store."""
        for row in self._read(select(tables.statement).where(tables.statement.c.position == position)):
            return StatementRow(**named(row))
        return None

    def statements(self, first: int = 0) -> Iterator[StatementRow]:
        """See Store."""
        table = tables.statement
        while True:
            query = select(table).where(table.c.position >= first).order_by(table.c.position).limit(PAGE)
            page = self._read(query)
            yield from (StatementRow(**named(row)) for row in page)
            if len(page) < PAGE:
                return
            first = page[-1].position + 1

    def scan(self, first: int, end: int) -> Iterator[ScannedRow]:
        """See Store. Past SQLAlchemy's own rows, which cost as much as to read them."""
        position = tables.statement.c.position
        query = select(tables.statement).where(position >= first, position < end).order_by(position)
        with one_line_errors(), self._reader.connect() as connection:
            result = connection.execute(query)
            cursor: Any = result.cursor
            while page := cursor.fetchmany(PAGE):
                yield from page
            result.close()

    def last_position(self) -> int | None:
        """See Store."""
        for row in self._read(select(func.max(tables.statement.c.position).label("last"))):
            last: int | None = row.last
            return last
        return None

    def statements_under(self, prefix: str) -> Iterator[StatementRow]:
        """See Store."""
        statement = tables.statement
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        within = and_(statement.c.subject >= prefix, statement.c.subject < end)
        query = select(statement).where(within).order_by(statement.c.position)
        return (StatementRow(**named(row)) for row in self._stream(query))

    def statements_about(self, subject: str) -> list[StatementRow]:
        """See Store."""
        statement = tables.statement
        query = select(statement).where(statement.c.subject == subject).order_by(statement.c.position)
        return [StatementRow(**named(row)) for row in self._read(query)]

    def positions_of(self, subject: str, *, after: int = -1, limit: int | None = None) -> list[int]:
        """See Store."""
        statement = tables.statement.c
        about = and_(statement.subject == subject, statement.position > after)
        query = select(statement.position).where(about).order_by(statement.position).limit(limit)
        return [row.position for row in self._read(query)]

    def batches(self, header_hashes: Collection[bytes]) -> dict[bytes, BatchRow]:
        """See Store."""
        if not header_hashes:
            return {}
        query = select(tables.batch).where(tables.batch.c.header_hash.in_(list(header_hashes)))
        return {row.header_hash: BatchRow(**named(row)) for row in self._read(query)}

    def batch_by_id(self, department: str, batch_id: str) -> BatchRow | None:
        """See Store."""
        batch = tables.batch.c
        mine = and_(batch.department == department, batch.batch_id == batch_id)
        for row in self._read(select(tables.batch).where(mine)):
            return BatchRow(**named(row))
        return None

    def all_batches(self) -> Iterator[BatchRow]:
        """See Store."""
        return (BatchRow(**named(row)) for row in self._stream(select(tables.batch)))

    def tile(self, level: int, number: int) -> bytes | None:
        """See Store."""
        tile = tables.tile.c
        query = select(tile.hashes).where(tile.level == level, tile.number == number)
        for row in self._read(query):
            hashes: bytes = row.hashes
            return hashes
        return None

    def tiles(self, level: int, first: int, end: int) -> dict[int, bytes]:
        """See Store."""
        tile = tables.tile.c
        within = (tile.level == level, tile.number >= first, tile.number < end)
        return {row.number: row.hashes for row in self._read(select(tile.number, tile.hashes).where(*within))}

    def tile_roots(self, level: int, first: int, end: int) -> list[bytes]:
        """See Store."""
        tile = tables.tile.c
        within = (tile.level == level, tile.number >= first, tile.number < end)
        return [row.root for row in self._read(select(tile.root).where(*within).order_by(tile.number))]

    def leaves(self, first: int, end: int) -> list[bytes]:
        """See Store."""
        statement = tables.statement.c
        within = and_(statement.position >= first, statement.position < end)
        query = select(statement.leaf).where(within).order_by(statement.position)
        return [row.leaf for row in self._read(query)]

    def map_buckets(self) -> SqlBuckets:
        """See Store."""
        return SqlBuckets(self._reader)

    def cosignatures(self, size: int) -> list[CosignatureRow]:
        """See Store."""
        table = tables.cosignature
        query = select(table).where(table.c.size == size).order_by(table.c.name)
        return [CosignatureRow(**named(row)) for row in self._read(query)]

    def all_cosignatures(self) -> Iterator[CosignatureRow]:
        """See Store."""
        table = tables.cosignature
        query = select(table).order_by(table.c.size, table.c.name)
        return (CosignatureRow(**named(row)) for row in self._stream(query))

    def _read(self, query: Select[Any] | CompoundSelect[Any]) -> list[Row[Any]]:
        with one_line_errors(), self._reader.connect() as connection:
            return list(connection.execute(query).all())

    def _stream(self, query: Select[Any]) -> Iterator[Row[Any]]:
        with (
            one_line_errors(),
            self._reader.connect() as connection,
            connection.execution_options(yield_per=PAGE).execute(query) as result,
        ):
            yield from result  # Closed also where nobody reads to the end.


def named(row: Row[Any]) -> dict[str, Any]:
    """The columns of a row by name."""
    return dict(row._mapping)
