"""What he does to a row, made from the tables themselves: whatever table there is, each kind is tried on it.

change      every column but those of the key, one at a time: to another row's value, so that it looks right
delete      a row is taken out
insert      a row is put in, like one that is there, under a key of its own
back-date   a row's first position, day or instant is put earlier
swap        two rows are exchanged under their keys
roll back   the table is as it was when the departments were registered
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import LargeBinary, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.sql.sqltypes import Integer

from registry.provenance.leaf import Leaf
from tests.attackers.tampering.reach import Reach, Row

KINDS = ("change", "delete", "insert", "back-date", "swap", "roll back")
WHEN = (
    "known_from", "position", "received_ms", "asked_ms", "recorded_ms", "made_ms", "since_ms", "opened",
    "filed", "entered", "added", "as_of", "last_received_ms", "size",
)  # fmt: skip
"""Columns that say since when, the first that a table has."""
Rows = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Tampered:
    """One change of one table: of which column, where it is one."""

    table: str
    kind: str
    column: str = ""


class Tampering:
    """Changes one table of a store, and puts the rows back that it had."""

    def __init__(self, reach: Reach, table: Table, older: Rows) -> None:
        self._reach, self._table = reach, table
        self._older = older[table.name]
        self._names = [column.name for column in table.columns]
        self._key = [column.name for column in table.primary_key]
        self._unique = [
            [column.name for column in constraint.columns]
            for constraint in table.constraints
            if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)
        ]
        self._rows = rows_of(reach, table)

    def tampered(self, kind: str) -> Iterator[Tampered]:
        """Does a kind of attack, each of its changes alone, and puts back what there was after each."""
        for column, rows in self._made(kind):
            if self._fits(rows) and _sorted(rows) != _sorted(self._rows):
                self._reach.write(self._table.name, rows)
                try:
                    yield Tampered(self._table.name, kind, column)
                finally:
                    self._reach.write(self._table.name, self._rows)

    def _made(self, kind: str) -> Iterator[tuple[str, list[Row]]]:
        rows = list(self._rows)
        match kind:
            case "change":
                for number, name in enumerate(self._names):
                    if name not in self._key or len(self._key) == len(self._names):
                        yield name, self._changed(number)
            case "delete":
                yield "", rows[:-1]
            case "insert":
                yield "", [*rows, self._like(rows[-1])]
            case "back-date":
                yield from self._earlier()
            case "swap":
                yield from self._swapped()
            case "roll back":
                yield "", self._older

    def _changed(self, number: int) -> list[Row]:
        """The last row with another row's value in a column, or one beside it."""
        row = self._rows[-1]
        others = [each[number] for each in self._rows if each[number] not in (row[number], None)]
        for value in (*dict.fromkeys(others), self._beside(number, row[number])):
            new = [*self._rows[:-1], (*row[:number], value, *row[number + 1 :])]
            if self._fits(new):
                return new
        return self._rows

    def _like(self, row: Row) -> Row:
        unique = {name for names in self._unique for name in names}
        return tuple(
            self._beside(number, value) if name in unique else value
            for number, (name, value) in enumerate(zip(self._names, row, strict=True))
        )

    def _earlier(self) -> Iterator[tuple[str, list[Row]]]:
        if "leaf" in self._names:  # The time of receipt is in the leaf.
            number, row = self._names.index("leaf"), self._rows[-1]
            encoded = row[number]
            assert isinstance(encoded, bytes)
            leaf = Leaf.decode(encoded)
            earlier = replace(leaf, received_ms=leaf.received_ms - 1).encode()
            yield "leaf", [*self._rows[:-1], (*row[:number], earlier, *row[number + 1 :])]
            return
        for name in since(self._table):
            number, row = self._names.index(name), self._rows[-1]
            value = row[number]
            new = value - 1 if isinstance(value, int) else "2020-01-01"
            yield name, [*self._rows[:-1], (*row[:number], new, *row[number + 1 :])]

    def _fits(self, rows: list[Row]) -> bool:
        """Whether the database takes the rows: no two have the same key."""
        for names in self._unique:
            places = [self._names.index(name) for name in names]
            keys = [tuple(row[at] for at in places) for row in rows]
            if len(set(keys)) < len(keys) and not any(None in key for key in keys):
                return False
        return True

    def _swapped(self) -> Iterator[tuple[str, list[Row]]]:
        if len(self._rows) < 2 or len(self._key) == len(self._names):
            return
        places = {self._names.index(name) for name in self._key}
        one = self._rows[-1]
        others = [
            row
            for row in self._rows[:-1]
            if any(row[at] != one[at] for at in range(len(one)) if at not in places)
        ]
        if not others:
            return
        shown = [at for at in range(len(one)) if at not in places and not isinstance(one[at], bytes)]
        two = min(others, key=lambda row: [repr(row[at]) for at in shown])
        rest = [row for row in self._rows if row not in (one, two)]
        new = [
            tuple(
                own if at in places else foreign for at, (own, foreign) in enumerate(zip(a, b, strict=True))
            )
            for a, b in ((one, two), (two, one))
        ]
        yield "", [*rest, *new]

    def _beside(self, number: int, value: object) -> object:
        kind = list(self._table.columns)[number].type
        if isinstance(kind, LargeBinary):
            data = value if isinstance(value, bytes) else b""
            return data[:-1] + bytes([data[-1] ^ 1]) if data else b"\x01"
        if isinstance(kind, Integer):
            return value + 1 if isinstance(value, int) else 1
        return f"{value}9" if value else "9"


def since(table: Table) -> list[str]:
    """The column that says since when a row holds, if there is one."""
    return [name for name in WHEN if name in table.columns][:1]


def rows_of(reach: Reach, table: Table) -> list[Row]:
    """The rows of a table, the youngest last: keys that are drawn by chance decide as little as they can."""
    return reach.rows(table, [*since(table), *(column.name for column in table.primary_key)])


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=repr)
