"""Guessing is slowed down: each failed sign-in makes the next one wait, for whoever it may be.

    counted by                   free   then
    account and address             4   1 s, 2 s, 4 s … 15 min
    address                        20   the same
    account                        60   the same: one address cannot keep an official out, many are slowed

A name that has no account is counted like one that has. An attempt counts before it is made, so that many at
once are not more than one after the other; what was right is given back. Kept over restarts; a success
forgets the first of the three, a day without failures all of them. An attempt before its time is refused like
a wrong one, and does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from registry_web.kept_file import Database

LONGEST_S = 15 * 60
FORGOTTEN_S = 86_400
_FREE = {"both": 4, "address": 20, "account": 60}


class Attempts:
    """Failed sign-ins, and how long the next one has to wait."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def wait_s(self, login: str, address: str) -> int:
        """How long it must wait; 0: it may try."""
        keys, now = _keys(login, address).values(), self._now()
        marks = ", ".join("?" * len(keys))
        row = self._database.row(f"SELECT max(next) AS next FROM attempts WHERE key IN ({marks})", *keys)
        left = (row["next"] or 0) - now if row else 0
        return max(0, min(LONGEST_S, round(left)))  # The clock may have been wrong when it was counted.

    def begin(self, login: str, address: str) -> bool:
        """Counts an attempt as a failure, until ``passed``; False where it is too early, and does not
        count."""
        with self._database.writing():
            if self.wait_s(login, address):
                return False
            self.failed(login, address)
        return True

    def failed(self, login: str, address: str) -> None:
        """Counts a failure."""
        now = int(self._now())
        self._database.change("DELETE FROM attempts WHERE next < ?", now - FORGOTTEN_S)
        for kind, key in _keys(login, address).items():
            row = self._database.row("SELECT failures FROM attempts WHERE key = ?", key)
            failures = (row["failures"] if row else 0) + 1
            beyond = failures - _FREE[kind]
            wait = min(LONGEST_S, 2 ** min(beyond - 1, 20)) if beyond > 0 else 0
            self._database.change("REPLACE INTO attempts VALUES (?, ?, ?)", key, failures, now + wait)

    def passed(self, login: str, address: str) -> None:
        """Gives back what ``begin`` has counted: it was no failure."""
        keys = _keys(login, address).values()
        marks = ", ".join("?" * len(keys))
        self._database.change(
            f"UPDATE attempts SET failures = failures - 1, next = ? WHERE failures > 0 AND key IN ({marks})",
            int(self._now()), *keys,
        )  # fmt: skip

    def succeeded(self, login: str, address: str) -> None:
        """The same, and forgets what failed for this account from this address."""
        self.passed(login, address)
        self._database.change("DELETE FROM attempts WHERE key = ?", _keys(login, address)["both"])


def _keys(login: str, address: str) -> dict[str, str]:
    account = sha256(login.strip().lower().encode()).hexdigest()
    return {"both": f"b:{account}:{address}", "address": f"a:{address}", "account": f"c:{account}"}
