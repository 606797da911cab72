"""The outbox of notices, read: who is to be told what, and who was told of something before.

``SqlStore`` has these methods from here. Notices are numbered in the order of writing, so whoever has seen a
number has seen every one below it: there is one writer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import or_, select

from registry.store import tables
from registry.store.interface import NoticeRow, RecipientRow, SubscriptionRow
from registry.store.sql_log import SqlLog, named


class SqlNotices(SqlLog):
    """Notices and subscriptions in a relational database."""

    def notices(self, notice_ids: Collection[str]) -> dict[str, NoticeRow]:
        """See Store."""
        if not notice_ids:
            return {}
        query = select(tables.notice).where(tables.notice.c.notice_id.in_(list(notice_ids)))
        return {row.notice_id: NoticeRow(**named(row)) for row in self._read(query)}

    def notices_after(
        self, number: int, limit: int, *, addressee: str = "", kind: int = 0, unacknowledged: bool = False
    ) -> list[NoticeRow]:
        """See Store."""
        notice = tables.notice.c
        wanted = [notice.number > number]
        wanted += [notice.addressee == addressee] if addressee else []
        wanted += [notice.addressee_kind == kind] if kind else []
        wanted += [notice.acknowledged_ms.is_(None)] if unacknowledged else []
        query = select(tables.notice).where(*wanted).order_by(notice.number).limit(limit)
        return [NoticeRow(**named(row)) for row in self._read(query)]

    def all_notices(self) -> Iterator[NoticeRow]:
        """See Store."""
        query = select(tables.notice).order_by(tables.notice.c.number)
        return (NoticeRow(**named(row)) for row in self._stream(query))

    def told_about(self, positions: Collection[int]) -> list[tuple[int, str]]:
        """See Store."""
        if not positions:
            return []
        notice, wanted = tables.notice.c, list(positions)
        query = select(notice.addressee_kind, notice.addressee).distinct()
        query = query.where(or_(notice.position.in_(wanted), notice.target.in_(wanted)))
        query = query.order_by(notice.addressee_kind, notice.addressee)
        return [(row.addressee_kind, row.addressee) for row in self._read(query)]

    def recipients(self, positions: Collection[int]) -> list[tuple[str, int]]:
        """See Store."""
        if not positions:
            return []
        row = tables.recipient.c
        query = select(row.caller, row.domain).distinct().where(row.position.in_(list(positions)))
        query = query.order_by(row.caller, row.domain)
        return [(found.caller, found.domain) for found in self._read(query)]

    def all_recipients(self) -> Iterator[RecipientRow]:
        """See Store."""
        row = tables.recipient.c
        query = select(tables.recipient).order_by(row.position, row.caller, row.domain)
        return (RecipientRow(**named(found)) for found in self._stream(query))

    def subscriptions(self) -> Iterator[SubscriptionRow]:
        """See Store."""
        table = tables.subscription
        rows = self._read(select(table).order_by(table.c.caller))
        return (SubscriptionRow(row.caller, row.since_ms) for row in rows)
