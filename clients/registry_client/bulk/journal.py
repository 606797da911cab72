"""What a department has sent (提交记录), so that a repeated run sends nothing twice and knows the last file.

The registry itself records nothing twice: a statement's id comes from its content, and a repetition is
answered with the first answer. The journal saves the repetition, and tells which rows an earlier run had
recorded. It is an SQLite file in a directory of the department's machine, one for each log and department;
what an answered batch recorded is committed before the next is sent. A run that is killed between sending and
answer leaves no trace of that batch, and the next run sends it again, to hear that it is recorded.

    secret   which secret made the ids; with another one the same rows would be recorded twice, so that it
    stops
    sent     id of a statement, digest of what it said, its position in the log
    last     of each kind of file: rows and digest of the last that went through
    last_ids ids of its rows

Ids and digests are keyed with the department's secret (``registry_client.numbering``): nobody can try names
or numbers against them. A journal may be lost; it must not be used with another log, which its name prevents,
nor with a log that was set back to an earlier state: then it is moved away, or passed over for once.

One run at a time: a second one that finds the journal in use stops.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from registry_client.bulk.gate import Delivered

_TABLES = """
CREATE TABLE IF NOT EXISTS sent (id TEXT PRIMARY KEY, digest BLOB NOT NULL, position INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (fingerprint TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last (kind TEXT PRIMARY KEY, rows INTEGER NOT NULL, digest BLOB NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last_ids (kind TEXT, id TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
"""
_ASKED_AT_ONCE = 500


class JournalError(Exception):
    """A journal cannot be used; the message is one line in Chinese that begins with its path."""


class Recorded(NamedTuple):
    """What the journal knows of a statement."""

    digest: bytes
    position: int


class Journal:
    """The journal of one department for one log. JournalError from any of its methods."""

    def __init__(self, directory: Path, *, origin: str, department: str, secret: str) -> None:
        name = sha256(f"{origin}\n{department}".encode()).hexdigest()[:16]
        self.path = directory / f"sent-{name}.sqlite3"
        self._lock = _locked(directory, f"sent-{name}.lock")
        try:
            with self._told():
                self._database = sqlite3.connect(self.path, isolation_level=None)
                self._database.execute("PRAGMA synchronous=NORMAL")
                self._database.executescript(_TABLES)
                self._require_same(secret)
        except JournalError:
            os.close(self._lock)
            raise

    def known(self, ids: Sequence[str]) -> Mapping[str, Recorded]:
        """Those of the statements with these ids that were recorded."""
        found: dict[str, Recorded] = {}
        with self._told():
            for start in range(0, len(ids), _ASKED_AT_ONCE):
                some = ids[start : start + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT id, digest, position FROM sent WHERE id IN ({marks})"
                found |= {row[0]: Recorded(*row[1:]) for row in self._database.execute(query, some)}
        return found

    def note(self, recorded: Iterable[tuple[str, bytes, int]]) -> None:
        """Notes ids, digests and positions of statements that are in the log."""
        with self._told(), self._transaction():
            self._database.executemany("INSERT OR REPLACE INTO sent VALUES (?, ?, ?)", recorded)

    def last(self, kind: str) -> Delivered | None:
        """The last file of a kind that went through."""
        with self._told():
            row = self._database.execute("SELECT rows, digest FROM last WHERE kind = ?", (kind,)).fetchone()
            if row is None:
                return None
            ids = self._database.execute("SELECT id FROM last_ids WHERE kind = ?", (kind,))
            return Delivered(row[0], frozenset(each for (each,) in ids), row[1])

    def went_through(self, kind: str, delivered: Delivered) -> None:
        """Notes a file as the last of its kind."""
        with self._told(), self._transaction():
            self._database.execute("DELETE FROM last_ids WHERE kind = ?", (kind,))
            pairs = ((kind, each) for each in sorted(delivered.ids))
            self._database.executemany("INSERT INTO last_ids VALUES (?, ?)", pairs)
            row = (kind, delivered.rows, delivered.digest)
            self._database.execute("INSERT OR REPLACE INTO last VALUES (?, ?, ?)", row)

    def _require_same(self, secret: str) -> None:
        self._database.execute(
            "INSERT INTO secret SELECT ? WHERE NOT EXISTS (SELECT 1 FROM secret)", (secret,)
        )
        if self._database.execute("SELECT fingerprint FROM secret").fetchone() != (secret,):
            self._database.close()
            advice = "同一行会以另一编号再次登记。请用原来的密钥；确要更换的，移走这个文件再提交"
            raise JournalError(f"{self.path}：陈述编号密钥与以前提交所用的不同，{advice}")

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        os.close(self._lock)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as fault:
            raise JournalError(f"{self.path}：提交记录无法读写：{fault}") from None
        except sqlite3.DatabaseError:
            advice = "请移走这个文件再提交（登记系统不会重复记录）"
            raise JournalError(f"{self.path}：提交记录已损坏，{advice}") from None


def _locked(directory: Path, name: str) -> int:
    """An open descriptor that keeps other runs out; the system lets go of it with the process."""
    path = directory / name
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise JournalError(f"{path}：提交记录的目录无法使用：{fault.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise JournalError(f"{path}：本部门的另一次提交正在进行，请等它结束") from None
    return descriptor
