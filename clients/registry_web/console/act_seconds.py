"""Of an act that takes two officials (两人共同签名): who signs second, by when, what the first signed.

    propose ─▶ first signs ─▶ half, for seven days ─▶ second signs ─▶ both signatures, submitted once
                                  └─ withdrawn by the first, while the second is not signing

* Each step changes the state where it is the one that it starts from, in one transaction: of two that race
  one wins, and the other finds the act as it is then.
* Whoever is named second is one official of the same department; nobody else may read or sign it, and the
  first cannot be second.
* The second signs the very bytes that the first signed: the page's digest, the act's and that of the bytes
  are one, and the first signature holds over them.

Example: B-11 proposes an inspection at 09:00 on Monday and signs; B-12 finds it among what waits for him, and
may sign until 09:00 of the next Monday.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from registry_web.kept_file import Database

HALF_S = 7 * 86_400
_CLAIM_S = 300
HALF, COSIGNING, WITHDRAWN = "half", "cosigning", "withdrawn"


@dataclass(frozen=True, slots=True)
class NewSecond:
    """Who proposes, and who is to sign second: staff ids and names of one department."""

    department: str
    official_id: str
    name: str
    first_id: str
    first_name: str


@dataclass(frozen=True, slots=True)
class Second:
    """The second half of an act as it is kept; ``signature`` is the first official's, once he has signed."""

    department: str
    official_id: str
    name: str
    first_id: str
    first_name: str
    expires: int
    signed: int | None
    signature: bytes | None

    def is_for(self, department: str, official_id: str) -> bool:
        """Whether this official is to sign second."""
        return (self.department, self.official_id) == (department, official_id)


class Seconds:
    """The second halves of a console's acts."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def insert(self, connection: sqlite3.Connection, act_id: str, new: NewSecond, now: int) -> None:
        """Keeps who is to sign second, with the act itself."""
        connection.execute(
            "INSERT INTO act_seconds (act, department, official_id, name, first_id, first_name, expires)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                act_id, new.department, new.official_id, new.name, new.first_id, new.first_name,
                now + HALF_S,
            ),
        )  # fmt: skip

    def of(self, act_id: str) -> Second | None:
        """The second half of an act; None for one that one official signs."""
        row = self._database.row("SELECT * FROM act_seconds WHERE act = ?", act_id)
        return _second(row) if row else None

    def awaiting(self, department: str, official_id: str) -> list[str]:
        """Ids of the acts that wait for an official, what runs out first before the rest."""
        rows = self._database.rows(
            "SELECT act FROM act_seconds JOIN acts ON acts.id = act_seconds.act"
            " WHERE act_seconds.department = ? AND official_id = ? AND state IN ('half', 'cosigning')"
            " AND expires > ? ORDER BY expires",
            department, official_id, int(self._now()),
        )  # fmt: skip
        return [row["act"] for row in rows]

    def half(self, act_id: str, signature: bytes) -> bool:
        """Keeps the first signature; from now on the second official has seven days."""
        now = int(self._now())
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE acts SET state = 'half', since = ? WHERE id = ? AND state = 'signing'", (now, act_id)
            ).rowcount
            if changed:
                connection.execute(
                    "UPDATE act_seconds SET signature = ?, signed = ?, expires = ? WHERE act = ?",
                    (signature, now, now + HALF_S, act_id),
                )
        return bool(changed)

    def claim(self, act_id: str) -> bool:
        """Takes a half signed act for the second signature; False if it is no longer to be signed, or is
        being signed."""
        now = int(self._now())
        changed = self._database.change(
            "UPDATE acts SET state = 'cosigning', since = ? WHERE id = ?"
            " AND (state = 'half' OR (state = 'cosigning' AND since < ?))"
            " AND EXISTS (SELECT 1 FROM act_seconds WHERE act = acts.id AND expires > ?"
            " AND signature IS NOT NULL)",
            now, act_id, now - _CLAIM_S, now,
        )  # fmt: skip
        return changed == 1

    def release(self, act_id: str) -> None:
        """Nothing was signed: it may be tried again."""
        self._database.change(
            "UPDATE acts SET state = 'half', since = ? WHERE id = ? AND state = 'cosigning'",
            int(self._now()), act_id,
        )  # fmt: skip

    def cosigned(self, act_id: str, envelope: bytes) -> bool:
        """Keeps both signatures in their envelope, before anything is submitted."""
        changed = self._database.change(
            "UPDATE acts SET state = 'signed', since = ?, envelope = ? WHERE id = ? AND state = 'cosigning'",
            int(self._now()), envelope, act_id,
        )  # fmt: skip
        return changed == 1

    def withdraw(self, act_id: str) -> bool:
        """Takes a half signed act back; False if it is being signed, or was."""
        now = int(self._now())
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE acts SET state = 'withdrawn', since = ? WHERE id = ? AND (state = 'half'"
                " OR (state = 'cosigning' AND since < ?))",
                (now, act_id, now - _CLAIM_S),
            ).rowcount
            if changed:
                connection.execute("UPDATE act_seconds SET signature = NULL WHERE act = ?", (act_id,))
        return bool(changed)


def _second(row: sqlite3.Row) -> Second:
    return Second(
        row["department"], row["official_id"], row["name"], row["first_id"], row["first_name"],
        row["expires"], row["signed"], row["signature"],
    )  # fmt: skip
