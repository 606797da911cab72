"""The store on PostgreSQL: what its commits promise when connections break.

A group is written over the connection that holds the right to write, and only if the checkpoint that rests
is the one this process wrote last. So, whatever became of the lock, two never write on from one state.

If the connection breaks during COMMIT, nobody knows whether the group is durable, and the old session may
even be about to finish it. The lock tells: it can be taken again when that session is gone for good, and then
the checkpoint says what became of the group. Meanwhile, and while another has the lock, every commit fails.
A group that is there may yet be on one machine only, if its synchronous standbys were not waited for to the
end (the session was ended, or the wait cancelled): it is acknowledged when they have it.

Worked example: this process wrote 90 last, and its connection is cut while it commits 91..95. It waits for
the lock and finds 95: acknowledged. It finds 90: not written, and the callers may try again. It finds 92:
another process has written, and this one writes no more until it is started anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, Result, select, update
from sqlalchemy.exc import DBAPIError

from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.group_write import write_group
from registry.store.interface import CheckpointRow, Group, OvertakenError, ScannedRow, StoreError
from registry.store.postgres import WARNED, Horizon, reading_engine
from registry.store.sql_log import PAGE
from registry.store.sql_store import SqlStore, write_meta

SETTLE_S = 60.0
"""How long what became of a group is waited for: longer than a server takes to notice that a connection
broke, and than a standby takes to be promoted (a lease of 30 s that ends, and what follows). Whatever is
found after that, the process cannot take into account any more."""
_ERASED = (
    "statement", "person", "event", "ground", "link", "recipient", "mark", "ban_case", "remedy", "name",
    "name_gram", "subject", "change",
)  # fmt: skip
"""Tables that an erasure takes from."""
_OLD_READERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
    AND (datname = current_database() OR datname IS NULL)
    AND age(backend_xmin) > age(pg_snapshot_xmax(pg_current_snapshot())::text::xid)
"""
_NOT_OURS = "存储的检查点不是本进程写的: 另一进程写过, 或上一组写入的结果不明; 请重新启动"
_UNCONFIRMED = "同步备库没有确认, 不能确认已写入"
logger = logging.getLogger(__name__)


class _NotBegunError(StoreError):
    """The connection turned out to be broken before anything of the group was sent."""


class ReadPostgresStore(SqlStore):
    """A log in PostgreSQL that is only read."""

    def __init__(self, url: str) -> None:
        self._horizon = Horizon()
        reader = reading_engine(url, self._horizon)
        super().__init__(reader, reader, lambda: None)

    def checkpoint(self) -> CheckpointRow | None:
        """See Store. Nothing is read any more from where this is not."""
        return self._horizon.reaches(super().checkpoint())


class PostgresStore(SqlStore):
    """A log with its derived state in PostgreSQL. ``writer`` holds the right to write, for
    as long as its connection lasts."""

    changes_hands = True

    def __init__(self, writer: Engine, url: str) -> None:
        self._horizon = Horizon()
        reader = reading_engine(url, self._horizon)
        super().__init__(writer, reader, lambda: None, lambda: vacuum_erased(writer))
        self._ours = self._horizon.reaches(self._resting())

    def checkpoint(self) -> CheckpointRow | None:
        """See Store. Nothing is read any more from where this is not."""
        return self._horizon.reaches(super().checkpoint())

    def commit(self, group: Group) -> None:
        """See Store."""
        try:
            self._write(group)
        except _NotBegunError:  # Nothing went out: another connection will do, if it has the right.
            self._write(group)
        self._ours = self._horizon.reaches(group.checkpoint or self._ours)
        self._to_scrub |= bool(group.erased)

    def put_meta(self, facts: dict[str, str]) -> None:
        """See Store. Raises OvertakenError as ``commit`` does."""
        with one_line_errors(), self._writer.begin() as connection:
            self._require_ours(connection)
            write_meta(connection, facts)

    def _write(self, group: Group) -> None:
        begun = False
        try:
            with one_line_errors(), self._writer.begin() as connection:
                told = connection.info
                self._require_ours(connection)
                begun = True
                write_group(connection, group)
                told.pop(WARNED, None)
            if warning := told.pop(WARNED, None):
                logger.error("store: a commit was not confirmed: %s", warning)
                raise StoreError(_UNCONFIRMED)
        except StoreError as error:
            if begun and self._is_there(group.checkpoint):
                return
            if not begun and _broken(error):
                raise _NotBegunError(str(error)) from error
            raise

    def scan(self, first: int, end: int) -> Iterator[ScannedRow]:
        """See Store. By a cursor of the server: the driver would have all of it in memory first."""
        columns = ", ".join(column.name for column in tables.statement.c)
        within = "position >= %s AND position < %s"
        query = f"SELECT {columns} FROM statement WHERE {within} ORDER BY position"
        with one_line_errors(), self._reader.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            with driver.cursor(name="scan") as cursor:
                cursor.itersize = PAGE
                cursor.execute(query, (first, end), binary=True)
                yield from cursor

    def settle_statistics(self) -> None:
        """See SqlStore."""
        with one_line_errors(), self._writer.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")

    def _require_ours(self, connection: Connection) -> None:
        """Raises OvertakenError where another wrote, and gives up the right to write: whoever wrote may come
        again. StoreError where this server lacks what this process wrote; another may have it."""
        rests = _checkpoint_of(connection.execute(select(tables.checkpoint).with_for_update()))
        if rests == self._ours:
            return
        if rests is None or (self._ours is not None and rests.size < self._ours.size):
            raise StoreError(_NOT_OURS)
        connection.invalidate()
        raise OvertakenError(_NOT_OURS)

    def _is_there(self, expected: CheckpointRow | None) -> bool:
        if expected is None:
            return False
        try:
            return self._resting() == expected
        except StoreError as error:
            logger.error("store: it is not known whether the last group is durable: %s", error)
            return False

    def _resting(self) -> CheckpointRow | None:
        """The checkpoint that rests, over the writing connection: what its last session did is settled."""
        until = time.monotonic() + SETTLE_S
        while True:
            try:
                return self._confirmed()
            except StoreError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _confirmed(self) -> CheckpointRow | None:
        """The checkpoint that rests. It is written as it is, which waits for the synchronous standbys: what
        they do not have may be lost yet. Raises StoreError."""
        checkpoint = tables.checkpoint
        with one_line_errors(), self._writer.begin() as connection:
            told = connection.info
            found = _checkpoint_of(connection.execute(select(checkpoint)))
            connection.execute(update(checkpoint).values(id=checkpoint.c.id))
            told.pop(WARNED, None)
        if told.pop(WARNED, None):
            raise StoreError(_UNCONFIRMED)
        return found


def _broken(error: StoreError) -> bool:
    return isinstance(error.__cause__, DBAPIError) and error.__cause__.connection_invalidated


def _checkpoint_of(result: Result[tuple[object, ...]]) -> CheckpointRow | None:
    for row in result:
        return CheckpointRow(row.size, row.frontier, row.last_received_ms, row.note)
    return None


def vacuum_erased(writer: Engine) -> bool:
    """Takes what erasures left out of the tables and their indexes; False while a reader may still see it."""
    try:
        with one_line_errors(), writer.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if alone.exec_driver_sql(_OLD_READERS).scalar():
                return False
            for table in _ERASED:
                alone.exec_driver_sql(f"VACUUM (INDEX_CLEANUP ON) {table}")
    except StoreError:
        return False
    return True
