"""The console's own journal (审计日志): sign-ins, failures, acts; read by ``registry-web account log``.

Rows are added and never changed (a trigger refuses it). No content of statements, no identifier of a subject,
no password or PIN: who, from where, what kind of thing, and the digest or number by which it is found again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from registry_web.kept_file import Database

_MAX_DETAIL = 300


class Journal:
    """Notes what happens in a console."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def note(self, kind: str, *, login: str = "", address: str = "", detail: str = "") -> None:
        """Adds a line, durably."""
        self._database.change(
            "INSERT INTO happenings (at, kind, login, address, detail) VALUES (?, ?, ?, ?, ?)",
            int(self._now()), kind, login[:64], address[:64], " ".join(detail.split())[:_MAX_DETAIL],
        )  # fmt: skip

    def latest(self, count: int, login: str = "") -> list[sqlite3.Row]:
        """The last lines, of an account or of all, the newest first."""
        where = "WHERE login = ? COLLATE NOCASE" if login else "WHERE ? = ''"
        return self._database.rows(
            f"SELECT * FROM happenings {where} ORDER BY number DESC LIMIT ?", login, count
        )
