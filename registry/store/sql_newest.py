"""What is read from its end, newest first: a department's statements, entries on lists, the query log.

``SqlStore`` has these methods from here. Each page is one range of an index read backwards, from the place
that the page before it ended at, so that a page costs what it holds, however much lies behind it.

Example: of the statements 3, 7 and 9 of a department ``own_events(department, 9, 1)`` is that of 7.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_, union_all

from registry.domain.files import FileKey, file_key
from registry.sanctions.ledger import RecordedEvent
from registry.store import rows, tables
from registry.store.errors import readable_rows
from registry.store.file_rows import file_from
from registry.store.interface import FileFilter, QueryFilter, QueryRow
from registry.store.sql_log import named
from registry.store.sql_subjects import SqlSubjects
from registry.v1.supervision_file_pb2 import SupervisionFile


class SqlNewest(SqlSubjects):
    """The part of a store that is listed newest first."""

    def own_events(
        self, department: str, before: int | None, limit: int
    ) -> list[tuple[RecordedEvent, bytes]]:
        """See Store."""
        event, statement = tables.event, tables.statement
        mine = [event.c.department == department, event.c.category != ""]
        mine += [event.c.position < before] if before is not None else []
        query = (
            select(event, statement.c.leaf)
            .join(statement, statement.c.position == event.c.position)
            .where(*mine)
            .order_by(event.c.position.desc())
            .limit(limit)
        )
        with readable_rows("event"):
            return [(rows.event_from(row), row.leaf) for row in self._read(query)]

    def newest_grounds(
        self, kinds: Collection[int], codes: Collection[str], before: tuple[int, int] | None, limit: int
    ) -> list[tuple[int, int, str]]:
        """See Store."""
        parts = [_grounds_before(kind, code, before, limit) for kind in kinds for code in codes]
        if not parts:
            return []
        both = union_all(*parts).subquery()
        query = select(both).order_by(both.c.position.desc(), both.c.ordinal.desc()).limit(limit)
        return [(row.position, row.ordinal, row.subject) for row in self._read(query)]

    def files(self, keys: Collection[FileKey]) -> dict[FileKey, SupervisionFile]:
        """See Store."""
        file = tables.file.c
        wanted = tuple_(file.kind, file.department, file.number).in_(list(keys))
        with readable_rows("file"):
            found = [file_from(row) for row in self._read(select(tables.file).where(wanted))]
        return {file_key(each.file): each for each in found}

    def files_before(self, before: int | None, limit: int, wanted: FileFilter) -> list[SupervisionFile]:
        """See Store."""
        query = select(tables.file).where(*_files_wanted(before, wanted))
        query = query.order_by(tables.file.c.opened.desc()).limit(limit)
        with readable_rows("file"):
            return [file_from(row) for row in self._read(query)]

    def all_files(self, kinds: Collection[int] = (), concerned: str = "") -> Iterator[SupervisionFile]:
        """See Store."""
        wanted = FileFilter(kinds=tuple(kinds), concerned=concerned)
        query = select(tables.file).where(*_files_wanted(None, wanted)).order_by(tables.file.c.opened)
        return (file_from(row) for row in self._stream(query))

    def queries_before(
        self, before: tuple[int, int] | None, limit: int, wanted: QueryFilter
    ) -> list[tuple[int, QueryRow]]:
        """See Store."""
        log = tables.query_log
        query = (
            select(log)
            .where(*_wanted(wanted, before))
            .order_by(log.c.asked_ms.desc(), log.c.number.desc())
            .limit(limit)
        )
        found = []
        for row in self._read(query):
            columns = named(row)
            found.append((columns.pop("number"), QueryRow(**columns)))
        return found

    def cosigned_size(self, name: str) -> int:
        """See Store."""
        row = tables.cosignature.c
        query = select(row.size).where(row.name == name).order_by(row.size.desc()).limit(1)
        return next((found.size for found in self._read(query)), 0)


def _wanted(wanted: QueryFilter, before: tuple[int, int] | None) -> list[ColumnElement[bool]]:
    log = tables.query_log.c
    found = [log.asked_ms >= wanted.first_ms]
    found += [log.asked_ms < wanted.end_ms] if wanted.end_ms is not None else []
    found += [log.caller == wanted.caller] if wanted.caller else []
    found += [log.subject == wanted.subject] if wanted.subject else []
    if before is not None:
        earlier = or_(log.asked_ms < before[0], log.number < before[1])
        found.append(and_(log.asked_ms <= before[0], earlier))
    return found


def _grounds_before(kind: int, code: str, before: tuple[int, int] | None, limit: int) -> Select[Any]:
    """The last grounds of one kind and code, each once: one range of the index, against its order."""
    ground = tables.ground.c
    within = [ground.kind == kind, ground.code == code]
    if before is not None:
        earlier = or_(ground.position < before[0], ground.ordinal < before[1])
        within += [ground.position <= before[0], earlier]
    rows_of_one = (
        select(ground.position, ground.ordinal, ground.subject)
        .distinct()
        .where(*within)
        .order_by(ground.position.desc(), ground.ordinal.desc())
        .limit(limit)
    )
    return select(rows_of_one.subquery())


def _files_wanted(before: int | None, wanted: FileFilter) -> Iterator[ColumnElement[bool]]:
    file = tables.file.c
    if before is not None:
        yield file.opened < before
    if wanted.kinds:
        yield file.kind.in_(wanted.kinds)
    if wanted.concerned:
        yield or_(file.department == wanted.concerned, file.addressee == wanted.concerned)
    for name in ("department", "addressee", "subject", "matter", "source"):
        if text := getattr(wanted, name):
            yield file[name] == text
