"""The changes of what is recorded, read: whose record was changed by which statement.

``SqlStore`` has these methods from here. What a row says is in ``change_rows``.
"""

from __future__ import annotations

from sqlalchemy import or_, select

from registry.store import tables
from registry.store.records import ABOUT_OTHERS
from registry.store.sql_notices import SqlNotices


class SqlChanges(SqlNotices):
    """The table ``change`` in a relational database."""

    def changes(self, first: int, end: int, limit: int | None = None) -> list[tuple[int, str]]:
        """See Store."""
        change = tables.change.c
        query = select(change.position, change.subject)
        query = query.where(change.position >= first, change.position < end)
        query = query.order_by(change.position, change.subject).limit(limit)
        return [(row.position, row.subject) for row in self._read(query)]

    def states_more(self, first: int, end: int) -> bool:
        """See Store."""
        statement = tables.statement.c
        others = [statement.subject.like(f"{prefix}%") for prefix in ABOUT_OTHERS]
        query = select(statement.position)
        query = query.where(statement.position >= first, statement.position < end, or_(*others)).limit(1)
        return bool(self._read(query))

    def erasures(self, first: int, end: int) -> set[tuple[int, str]]:
        """See Store."""
        change = tables.change.c
        within = (change.position >= first, change.position < end, change.erasure == 1)
        query = select(change.position, change.subject).where(*within)
        return {(row.position, row.subject) for row in self._read(query)}
