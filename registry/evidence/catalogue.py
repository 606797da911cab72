"""The catalogue of the evidence store: what objects there are, to which files they belong, what is under way.

One SQLite file, ``catalogue.db``, beside the objects; every change is a transaction and durable when it
returns. Titles rest sealed. Nothing is said here to anybody: who may know what, the command decides
(``registry.commands.supervision.evidence``).

    object   a digest with its size and place, once its bytes are there and were found right
    label    a digest belongs to a file; ``pending`` until its department has uploaded the bytes itself
    upload   an upload under way, one for a department and a digest; ``part`` what an object storage has of it
    erased   a digest whose bytes were erased by law (已依法删除): by whom, when, on what basis
    reading  who had bytes of it, and when
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from registry.evidence.shelf import Upload
from registry.store.interface import StoreError

NAME = "catalogue.db"
_VERSION = 1
_BUSY_S = 30.0
_TABLES = """
CREATE TABLE IF NOT EXISTS object (
    sha256 BLOB PRIMARY KEY, size INTEGER NOT NULL, place TEXT NOT NULL, stored_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS label (
    sha256 BLOB NOT NULL, kind INTEGER NOT NULL, department TEXT NOT NULL, number TEXT NOT NULL,
    sealed BLOB NOT NULL, labelled_ms INTEGER NOT NULL, pending INTEGER NOT NULL,
    PRIMARY KEY (sha256, kind, department, number)) STRICT;
CREATE INDEX IF NOT EXISTS label_of_file ON label (kind, department, number);
CREATE INDEX IF NOT EXISTS label_of_department ON label (department);
CREATE TABLE IF NOT EXISTS upload (
    id TEXT PRIMARY KEY, sha256 BLOB NOT NULL, department TEXT NOT NULL, size INTEGER NOT NULL,
    touched_ms INTEGER NOT NULL, UNIQUE (department, sha256)) STRICT;
CREATE TABLE IF NOT EXISTS part (
    upload TEXT NOT NULL, number INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (upload, number)) STRICT;
CREATE TABLE IF NOT EXISTS erased (
    sha256 BLOB PRIMARY KEY, size INTEGER NOT NULL, erased_ms INTEGER NOT NULL, by TEXT NOT NULL,
    basis TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS reading (
    at_ms INTEGER NOT NULL, caller TEXT NOT NULL, sha256 BLOB NOT NULL, start INTEGER NOT NULL) STRICT;
"""
_UPLOAD = "SELECT id, sha256, department, size, touched_ms FROM upload"


class Catalogue:
    """An open catalogue; may be used by several threads, and beside other processes. Raises StoreError."""

    def __init__(self, path: Path) -> None:
        self.directory = path.parent
        self._lock = RLock()
        path.touch(0o600)
        with _told():
            self._db = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._make_or_know()

    def _make_or_know(self) -> None:
        """Makes the tables of a new one. Raises StoreError for one that a later program has made."""
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > _VERSION:
            raise StoreError(f"证据库目录是版本{version}, 本程序只认识版本{_VERSION}; 请使用较新的程序")
        if version < _VERSION:
            self._db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT")

    def close(self) -> None:
        """Closes it."""
        self._db.close()

    def scrub(self) -> None:
        """Empties the log file of what was changed: what was erased may stand there as it was."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy(self, path: Path) -> None:
        """A copy as of this moment, in a new file."""
        path.touch(0o600)
        with self._lock, _told(), closing(sqlite3.connect(path)) as other:
            self._db.backup(other)

    @contextmanager
    def change(self) -> Iterator[None]:
        """A transaction: what is done in it is done whole or not at all."""
        with self._lock, _told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a question."""
        with self._lock, _told():
            return self._db.execute(sql, values).fetchall()

    def run(self, sql: str, *values: Any) -> None:
        """A change by itself, or as a part of `change`."""
        with self._lock, _told():
            self._db.execute(sql, values)

    def upload(self, department: str, sha256: bytes) -> Upload | None:
        """The upload of a digest by a department."""
        found = self.rows(f"{_UPLOAD} WHERE department = ? AND sha256 = ?", department, sha256)
        return Upload(*found[0]) if found else None

    def uploads(self, *, before_ms: int = 1 << 62) -> list[Upload]:
        """Uploads that nothing was done to since."""
        return [Upload(*row) for row in self.rows(f"{_UPLOAD} WHERE touched_ms < ?", before_ms)]

    def uploads_of(self, sha256: bytes) -> list[Upload]:
        """Uploads of a digest, whoever's they are."""
        return [Upload(*row) for row in self.rows(f"{_UPLOAD} WHERE sha256 = ?", sha256)]

    def is_under_way(self, name: str) -> bool:
        """Whether there is an upload with this id."""
        return bool(self.rows("SELECT 1 FROM upload WHERE id = ?", name))

    def under_way(self, department: str) -> int:
        """How many uploads of a department are under way."""
        return int(self.rows("SELECT COUNT(*) FROM upload WHERE department = ?", department)[0][0])

    def add(self, upload: Upload) -> None:
        """Adds a new upload."""
        values = (upload.id, upload.sha256, upload.department, upload.size, upload.touched_ms)
        self.run("INSERT INTO upload VALUES (?, ?, ?, ?, ?)", *values)

    def touch(self, upload: Upload, now_ms: int) -> None:
        """Notes that somebody goes on with an upload."""
        self.run("UPDATE upload SET touched_ms = ? WHERE id = ?", now_ms, upload.id)

    def count(self, upload: Upload, place: str, now_ms: int) -> None:
        """Has an object count, and the labels of the department that has sent it."""
        insert = "INSERT INTO object VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        self.run(insert, upload.sha256, upload.size, place, now_ms)
        values = (upload.sha256, upload.department)
        self.run("UPDATE label SET pending = 0 WHERE sha256 = ? AND department = ?", *values)

    def move(self, sha256: bytes, lost: str, place: str) -> None:
        """Has an object that was lost at one place lie at another, unless somebody did so before."""
        self.run("UPDATE object SET place = ? WHERE sha256 = ? AND place = ?", place, sha256, lost)

    def forget(self, upload: Upload) -> None:
        """Ends an upload that came to nothing."""
        with self.change():
            self.drop(upload)
            self.drop_pending(upload)

    def drop(self, upload: Upload) -> None:
        """Takes an upload out of the list."""
        self.run("DELETE FROM part WHERE upload = ?", upload.id)
        self.run("DELETE FROM upload WHERE id = ?", upload.id)

    def drop_pending(self, upload: Upload) -> None:
        """Takes off the labels that an upload would have made count."""
        sql = "DELETE FROM label WHERE sha256 = ? AND department = ? AND pending"
        self.run(sql, upload.sha256, upload.department)

    def taken(self, department: str, but: bytes) -> int:
        """Bytes of a department: of what it has uploaded, also where others have the same, and of what is
        under way; ``but`` not of a digest, which is about to come, perhaps once more."""
        held = """SELECT TOTAL(size) FROM object WHERE sha256 <> ? AND sha256 IN
                  (SELECT sha256 FROM label WHERE department = ? AND NOT pending)"""
        coming = "SELECT TOTAL(size) FROM upload WHERE sha256 <> ? AND department = ?"
        return sum(int(self.rows(sql, but, department)[0][0]) for sql in (held, coming))

    def possesses(self, department: str, sha256: bytes) -> bool:
        """Whether a department has shown that it has the bytes, by sending them."""
        sql = "SELECT 1 FROM label WHERE department = ? AND sha256 = ? AND NOT pending LIMIT 1"
        return bool(self.rows(sql, department, sha256))


@contextmanager
def _told() -> Iterator[None]:
    """Has what SQLite cannot do told in one line."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"证据库目录不能使用: {error}") from error
