"""The store on a relational database, in SQLAlchemy Core; engine-neutral but for how it is opened.

``commit`` writes a whole group in one transaction. If the database fails during COMMIT, it is not
known whether the group is durable: ``commit`` then looks at the checkpoint and reports success only
if the group is there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
)

from registry.domain.departments import Department, Key, Official
from registry.domain.registry_keys import RegistryKeyEntry
from registry.domain.sources import DeliveryNote
from registry.provenance.leaf import Leaf
from registry.provenance.time_window import Anchor
from registry.sanctions.adoption import EditionCase
from registry.sanctions.bans.case import Case
from registry.sanctions.ledger import RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.store import directory_rows, rows, tables
from registry.store.errors import one_line_errors, readable_rows
from registry.store.group_write import write_group
from registry.store.interface import (
    Chain,
    CheckpointRow,
    Group,
    Recorded,
    StatementKey,
    StoreError,
)
from registry.store.sql_log import named
from registry.store.sql_newest import SqlNewest

Entry = TypeVar("Entry")


class SqlStore(SqlNewest):
    """A log with its derived state in a relational database."""

    changes_hands = False

    def __init__(
        self,
        writer: Engine,
        reader: Engine,
        release: Callable[[], None],
        scrub: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(reader)
        self._writer = writer
        self._release = release
        self._scrub = scrub
        self._to_scrub = False

    def engine_version(self) -> tuple[str, str]:
        """Name and version of what keeps the store."""
        with one_line_errors(), self._reader.connect() as connection:
            told = connection.dialect.server_version_info or ()
            return connection.dialect.name, ".".join(map(str, told))

    def reading(self) -> AbstractContextManager[Connection]:
        """One reading transaction, in which everything is as of one state."""
        return self._reader.connect()

    def writing(self) -> AbstractContextManager[Connection]:
        """One writing transaction, past ``commit``: for a store that is being made."""
        return self._writer.begin()

    def settle_statistics(self) -> None:
        """Has the engine look at what it holds, after much was written: it plans by that."""

    def meta(self) -> dict[str, str]:
        """See Store."""
        return {row.name: row.value for row in self._read(select(tables.meta))}

    def put_meta(self, facts: dict[str, str]) -> None:
        """See Store."""
        with one_line_errors(), self._writer.begin() as connection:
            write_meta(connection, facts)

    def checkpoint(self) -> CheckpointRow | None:
        """See Store."""
        for row in self._read(select(tables.checkpoint)):
            return CheckpointRow(row.size, row.frontier, row.last_received_ms, row.note)
        return None

    def recorded(self, keys: Collection[StatementKey]) -> dict[StatementKey, Recorded]:
        """See Store."""
        table = tables.statement
        found = self._by_key(table, keys, table.c.position, table.c.leaf, table.c.subject, table.c.erased_by)
        with readable_rows("statement"):
            return {key: _recorded(row) for key, row in found.items()}

    def events(self, keys: Collection[StatementKey]) -> dict[StatementKey, RecordedEvent]:
        """See Store."""
        found = self._by_key(tables.event, keys, *tables.event.c)
        with readable_rows("event"):
            return {key: rows.event_from(row) for key, row in found.items()}

    def chains(self, subjects: Collection[str]) -> dict[str, Chain]:
        """See Store."""
        if not subjects:
            return {}
        table = tables.chain
        columns = select(table.c.subject, table.c.sequence, table.c.head)
        query = columns.where(table.c.subject.in_(list(subjects)))
        return {row.subject: Chain(row.subject, row.sequence, row.head) for row in self._read(query)}

    def persons(self, refs: Collection[str]) -> dict[str, bytes]:
        """See Store."""
        if not refs:
            return {}
        query = select(tables.person).where(tables.person.c.ref.in_(list(refs)))
        return {row.ref: row.sealed for row in self._read(query)}

    def commit(self, group: Group) -> None:
        """See Store."""
        try:
            with one_line_errors(), self._writer.begin() as connection:
                write_group(connection, group)
        except StoreError:
            expected = group.checkpoint
            if expected is None or self.checkpoint() != expected:
                raise
        self._to_scrub |= bool(group.erased)
        self.take_out()

    def take_out(self) -> None:
        """See Store."""
        if self._to_scrub:  # Again after every group until it succeeds: a reader may be in the way.
            self._to_scrub = not self._scrub()

    def registry_keys(self) -> Iterator[RegistryKeyEntry]:
        """See Store."""
        key = tables.registry_key
        query = select(key).order_by(key.c.added, key.c.purpose, key.c.keyid)
        return self._each("registry_key", lambda row: RegistryKeyEntry(**named(row)), query)

    def departments(self) -> Iterator[Department]:
        """See Store."""
        query = select(tables.department).order_by(tables.department.c.position)
        return self._each("department", directory_rows.department_from, query)

    def officials(self) -> Iterator[Official]:
        """See Store."""
        query = select(tables.official).order_by(tables.official.c.position)
        return self._each("official", directory_rows.official_from, query)

    def enrolled_keys(self) -> Iterator[Key]:
        """See Store."""
        return self._each("key", directory_rows.key_from, select(tables.key).order_by(tables.key.c.position))

    def editions(self) -> Iterator[EditionCase]:
        """See Store."""
        return self._each(
            "edition", rows.edition_from, select(tables.edition).order_by(tables.edition.c.entered)
        )

    def ban_cases(self) -> Iterator[Case]:
        """See Store."""
        query = select(tables.ban_case).order_by(tables.ban_case.c.opened)
        return self._each("ban_case", rows.ban_case_from, query)

    def remedies(self) -> Iterator[Filed]:
        """See Store."""
        query = select(tables.remedy).order_by(tables.remedy.c.filed)
        return self._each("remedy", rows.remedy_from, query)

    def deliveries(self) -> Iterator[DeliveryNote]:
        """See Store."""
        query = select(tables.delivery).order_by(tables.delivery.c.position)
        return self._each("delivery", rows.delivery_from, query)

    def anchors(self) -> Iterator[Anchor]:
        """See Store."""
        query = select(tables.anchor).order_by(tables.anchor.c.position)
        return self._each("anchor", lambda row: Anchor(**named(row)), query)

    def anchor_over(self, position: int) -> Anchor | None:
        """See Store."""
        anchor = tables.anchor.c  # None stands before what it stamps: so far nothing need be read.
        query = select(tables.anchor).where(anchor.position > position, anchor.size > position)
        query = query.order_by(anchor.position).limit(1)
        return next(self._each("anchor", lambda row: Anchor(**named(row)), query), None)

    def events_about(self, subjects: Collection[str]) -> list[RecordedEvent]:
        """See Store."""
        event = tables.event
        query = select(event).where(event.c.subject.in_(list(subjects))).order_by(event.c.position)
        return list(self._each("event", rows.event_from, query))

    def spellings(self, subjects: Collection[str]) -> dict[str, list[tuple[str, str, int, int | None]]]:
        """See Store."""
        name = tables.name
        query = select(name).where(name.c.subject.in_(list(subjects)))
        query = query.order_by(name.c.known_from, name.c.number)
        found: dict[str, list[tuple[str, str, int, int | None]]] = {}
        for row in self._read(query):
            found.setdefault(row.subject, []).append((row.name, row.spelling, row.known_from, row.known_to))
        return found

    def subjects_with_grams(self, grams: Collection[str], limit: int) -> list[str]:
        """See Store."""
        gram = tables.name_gram.c
        shared = func.count().label("shared")
        query = (
            select(gram.subject, shared)
            .where(gram.gram.in_(list(grams)))
            .group_by(gram.subject)
            .order_by(shared.desc(), gram.subject)
            .limit(limit)
        )
        return [row.subject for row in self._read(query)]

    def grounds_by_code(
        self, kinds: Collection[int], codes: Collection[str], after: tuple[int, int], limit: int
    ) -> list[tuple[int, int, str]]:
        """See Store."""
        parts = [_grounds_of(kind, code, after, limit) for kind in kinds for code in codes]
        if not parts:
            return []
        query = union_all(*parts).order_by("position", "ordinal").limit(limit)
        return [(row.position, row.ordinal, row.subject) for row in self._read(query)]

    def all_persons(self) -> Iterator[tuple[str, bytes]]:
        """See Store."""
        return ((row.ref, row.sealed) for row in self._stream(select(tables.person)))

    def derived_rows(self, table: str) -> Iterator[tuple[object, ...]]:
        """See Store."""
        target = tables.metadata.tables[table]
        return (tuple(row) for row in self._stream(select(target).order_by(*target.primary_key.columns)))

    def close(self) -> None:
        """See Store."""
        self._reader.dispose()
        self._writer.dispose()
        self._release()

    def _each(self, table: str, read: Callable[[Row[Any]], Entry], query: Select[Any]) -> Iterator[Entry]:
        with readable_rows(table):
            return iter([read(row) for row in self._read(query)])

    def _by_key(
        self, table: Table, keys: Collection[StatementKey], *columns: Any
    ) -> dict[StatementKey, Row[Any]]:
        found: dict[StatementKey, Row[Any]] = {}
        for department, group in groupby(sorted(keys), key=lambda key: key[0]):
            ids = [statement_id for _, statement_id in group]
            query = select(table.c.statement_id.label("key_id"), *columns).where(
                table.c.department == department, table.c.statement_id.in_(ids)
            )
            found.update({(department, row.key_id): row for row in self._read(query)})
        return found


def _grounds_of(kind: int, code: str, after: tuple[int, int], limit: int) -> Select[Any]:
    """The first grounds of one kind and code, each once: one range of the index, in its order. Of several
    codes at once every row would have to be read, and sorted."""
    ground = tables.ground.c
    later = or_(ground.position > after[0], ground.ordinal > after[1])
    rows = (
        select(ground.position, ground.ordinal, ground.subject)
        .distinct()
        .where(ground.kind == kind, ground.code == code, ground.position >= after[0], later)
        .order_by(ground.position, ground.ordinal)
        .limit(limit)
    )
    return select(rows.subquery())


def write_meta(connection: Connection, facts: dict[str, str]) -> None:
    """Writes facts about the store, in the place of what was said of the same."""
    connection.execute(delete(tables.meta).where(tables.meta.c.name.in_(list(facts))))
    connection.execute(insert(tables.meta), [{"name": k, "value": v} for k, v in facts.items()])


def _recorded(row: Row[Any]) -> Recorded:
    leaf = Leaf.decode(row.leaf)
    return Recorded(row.position, leaf.received_ms, leaf.statement_hash, row.subject, row.erased_by)
