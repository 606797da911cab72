"""What a face keeps: one SQLite file, its tables made and changed by numbered migrations.

* One connection, used under a lock, so that threads may share it; WAL and a long wait for locks, so that a
  command of the operator may write while a face serves; ``synchronous = FULL``: what was answered is kept.
* ``PRAGMA user_version`` is the number of migrations applied. A file of a newer release is refused.
* The file is its owner's alone (0600), and what is deleted is overwritten (``secure_delete``).

    kept = Database(Path("console.db"), MIGRATIONS)
    with kept.writing() as connection:           # all of it, or nothing
        connection.execute("UPDATE …")
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

BUSY_MS = 15_000


class DatabaseError(Exception):
    """A file cannot be used; one line."""


class Database:
    """A file with tables. Safe to share between threads and with other processes."""

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self._migrations = migrations
        self._lock = RLock()
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._prepare(path)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(f"{path}: 不能使用: {error}") from None

    def _prepare(self, path: Path) -> None:
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            self._connection.execute(f"PRAGMA {pragma}")
        with self.writing():
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version > len(self._migrations):
                raise DatabaseError(f"{path}: 由更新的版本写成, 请使用那一版本")
            for number, migration in enumerate(self._migrations[version:], version + 1):
                for statement in _statements(migration):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {number}")

    def rows(self, query: str, *given: Any) -> list[sqlite3.Row]:
        """What a query finds."""
        with self._lock:
            return self._connection.execute(query, given).fetchall()

    def row(self, query: str, *given: Any) -> sqlite3.Row | None:
        """The first that a query finds."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(query, given).fetchone()
            return found

    def change(self, query: str, *given: Any) -> int:
        """Changes rows, durably; how many."""
        with self._lock:
            return self._connection.execute(query, given).rowcount

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it, or on an exception nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Ends the connection."""
        with self._lock:
            self._connection.close()


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger has semicolons within."""
    pending = ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
