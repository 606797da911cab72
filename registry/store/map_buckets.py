"""The map's entries as they rest, read by the first bits of their keys (`registry.provenance.map_buckets`).

A state of the map changes thousands of buckets, each a handful of neighbouring rows: 128 are read by one
statement, whose text is made once, or making it would cost more than all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Dialect,
    Engine,
    Integer,
    LargeBinary,
    Row,
    and_,
    bindparam,
    column,
    func,
    select,
    text,
    values,
)

from registry.provenance.map_entry import KEY_BITS, KEY_BYTES, MapEntry
from registry.provenance.merkle import HASH_BYTES
from registry.store import tables
from registry.store.columns import POSTGRESQL
from registry.store.errors import one_line_errors

MANY = 128
PAGE = 1000
_COLUMNS = (tables.map_entry.c.subject_key, tables.map_entry.c.count, tables.map_entry.c.head)
_WHOLE = text(f"length(subject_key) = {KEY_BYTES} AND length(head) = {HASH_BYTES} AND count > 0")
"""What is no entry is left out, and missed: the tree's hashes do not fit without it."""
_OF_POSTGRES = f"""
    SELECT span.number, entry.subject_key, entry.count, entry.head
    FROM unnest(%(numbers)s::bigint[], %(firsts)s::bytea[], %(lasts)s::bytea[]) AS span (number, first, last)
    CROSS JOIN LATERAL (
        SELECT subject_key, count, head FROM map_entry
        WHERE subject_key >= span.first AND subject_key <= span.last ORDER BY subject_key OFFSET 0
    ) AS entry
    WHERE {_WHOLE}
"""
"""The same, written so that its planner looks up each span by itself: it takes a plain join for a reading of
the whole table."""


class SqlBuckets:
    """The entries of the map as of the state that was logged last."""

    def __init__(self, reader: Engine) -> None:
        self._reader = reader

    def count(self) -> int:
        """See Buckets."""
        with one_line_errors(), self._reader.connect() as connection:
            found: int = connection.execute(select(func.count()).select_from(tables.map_entry)).scalar_one()
            return found

    def entries(self) -> Iterator[MapEntry]:
        """See Buckets."""
        query = select(*_COLUMNS).where(_WHOLE).order_by(tables.map_entry.c.subject_key)
        with (
            one_line_errors(),
            self._reader.connect() as connection,
            connection.execution_options(yield_per=PAGE).execute(query) as result,
        ):
            yield from map(MapEntry._make, result)

    def read(self, prefixes: Sequence[int], bits: int) -> Iterator[list[MapEntry]]:
        """See Buckets."""
        for first in range(0, len(prefixes), MANY):
            yield from self._read(prefixes[first : first + MANY], KEY_BITS - bits)

    def _read(self, prefixes: Sequence[int], below: int) -> list[list[MapEntry]]:
        buckets: list[list[MapEntry]] = [[] for _ in prefixes]
        for number, key, count, head in self._rows(prefixes, below):
            buckets[number].append(MapEntry(key, count, head))
        for bucket in buckets:
            bucket.sort()  # They come so; but to have the database see to it costs as much as to read them.
        return buckets

    def _rows(self, prefixes: Sequence[int], below: int) -> Sequence[Row[int, bytes, int, bytes]]:
        firsts = [(prefix << below).to_bytes(KEY_BYTES, "big") for prefix in prefixes]
        lasts = [((prefix + 1 << below) - 1).to_bytes(KEY_BYTES, "big") for prefix in prefixes]
        with one_line_errors(), self._reader.connect() as connection:
            if connection.dialect.name == POSTGRESQL:
                spans = {"numbers": list(range(len(prefixes))), "firsts": firsts, "lasts": lasts}
                return connection.exec_driver_sql(_OF_POSTGRES, spans).all()
            named: dict[str, object] = {}
            for number, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
                named |= {f"number{number}": number, f"first{number}": first, f"last{number}": last}
            query, order = _prepared(connection.dialect, len(prefixes))
            given = named if order is None else tuple(named[name] for name in order)
            return connection.exec_driver_sql(query, given).all()


@lru_cache(maxsize=2 * MANY)
def _prepared(dialect: Dialect, buckets: int) -> tuple[str, Sequence[str] | None]:
    """The text that reads so many buckets, and the order of its parameters if they have no names."""
    spans = (
        values(
            column("number", Integer), column("first", LargeBinary), column("last", LargeBinary), name="span"
        )
        .data([_parameters(number) for number in range(buckets)])
        .cte()
    )
    key = tables.map_entry.c.subject_key
    within = and_(key >= spans.c.first, key <= spans.c.last, _WHOLE)
    query = select(spans.c.number, *_COLUMNS).join_from(spans, tables.map_entry, within)
    compiled = query.compile(dialect=dialect)
    return str(compiled), compiled.positiontup if compiled.positional else None


def _parameters(number: int) -> tuple[Any, ...]:
    return (
        bindparam(f"number{number}", type_=Integer),
        bindparam(f"first{number}", type_=LargeBinary),
        bindparam(f"last{number}", type_=LargeBinary),
    )
