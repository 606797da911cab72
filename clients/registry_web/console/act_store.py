"""Acts in the console's file: what was proposed, what was signed, what became of it. Each step is kept before
the next is taken, so that a process that ends in between loses nothing and does nothing twice.

    proposed ──claim──▶ signing ──signed──▶ signed ──finish──▶ done
        ▲                  │                  └─ the registry was not reached: submitted again on demand
        └────release───────┘ (nothing was signed; also five minutes after a process that ended)

An act that takes two goes another way from the first signature on (``act_seconds``)::

    signing ──half──▶ half ──claim──▶ cosigning ──cosigned──▶ signed ──finish──▶ done
                       │  ▲              │
                withdraw  └──release─────┘ (nothing was signed; also five minutes after a process that ended)

It is half signed for seven days: then, or when whoever signed first takes it back, his signature is dropped.

A signature is kept before it is submitted: what is submitted again are the same bytes, which the registry
answers as it did the first time. Contents are dropped a day after an act is done or has run out.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from registry.provenance.batch import BATCH_TYPE
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.v1.envelope_pb2 import Envelope
from registry_client.numbering import SECRET_BYTES, Numbering
from registry_web.console.act_seconds import COSIGNING, HALF, NewSecond, Second, Seconds
from registry_web.kept_file import Database
from registry_web.signer.permission import ToSign

OPEN_S = 30 * 60
SIGNING_S = 300
KEPT_S = 86_400
PROPOSED, SIGNING, SIGNED, DONE = "proposed", "signing", "signed", "done"


@dataclass(frozen=True, slots=True)
class NewAct:
    """What is proposed. ``payloads``: one statement, or those of an upload with the ``headers`` of its
    batches."""

    title: str
    back: str
    way: str
    shown: dict[str, Any]
    payloads: tuple[bytes, ...]
    headers: tuple[bytes, ...]
    digest: str
    keyid: str
    suite: int
    second: NewSecond | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """An act as it is kept; ``payload`` is None for an upload, and once it was dropped."""

    act_id: str
    session: bytes
    account: int
    created: int
    title: str
    back: str
    way: str
    digest: str
    payload: bytes | None
    batch: bool
    shown: dict[str, Any]
    state: str
    since: int
    keyid: str
    suite: int
    envelope: bytes | None
    outcome: dict[str, Any]
    second: Second | None = None

    @classmethod
    def of(cls, row: sqlite3.Row, second: Second | None = None) -> Act:
        """As it stands in the file."""
        return cls(
            row["id"], row["session"], row["account"], row["created"], row["title"], row["back"], row["way"],
            row["digest"], row["payload"], bool(row["batch"]), json.loads(row["shown"]), row["state"],
            row["since"], row["keyid"], row["suite"], row["envelope"], json.loads(row["outcome"] or "{}"),
            second,
        )  # fmt: skip

    def has_run_out(self, now: float) -> bool:
        """Whether it can no longer be signed."""
        if self.second is not None and self.state in (HALF, COSIGNING):
            return now >= self.second.expires
        longest = {PROPOSED: OPEN_S, SIGNING: OPEN_S + SIGNING_S}.get(self.state)
        return longest is not None and now - self.created > longest


class ActStore:
    """The acts of a console."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now
        self.seconds = Seconds(database, now)

    # --- numbering

    def numbering(self, department: str) -> Numbering:
        """By what statements of a department are numbered; a secret is made when it is first needed."""
        self._database.change(
            "INSERT OR IGNORE INTO numberings VALUES (?, ?)", department, secrets.token_bytes(SECRET_BYTES)
        )
        row = self._database.row("SELECT secret FROM numberings WHERE department = ?", department)
        assert row is not None
        return Numbering(row["secret"])

    def import_numbering(self, department: str, secret: bytes) -> bool:
        """Takes a secret that a department has already; False if another is in use here."""
        self._database.change("INSERT OR IGNORE INTO numberings VALUES (?, ?)", department, secret)
        row = self._database.row("SELECT secret FROM numberings WHERE department = ?", department)
        return row is not None and bytes(row["secret"]) == secret

    # --- acts

    def keep(self, new: NewAct, session: bytes, account: int) -> str:
        """The act's id: a new one, or that of the same act where it is open, or done and accepted."""
        now = int(self._now())
        with self._database.writing() as connection:
            self._drop(connection, now)
            row = connection.execute(
                "SELECT id FROM acts LEFT JOIN act_seconds AS s ON s.act = acts.id"
                " WHERE account = ? AND digest = ? AND way = ? AND coalesce(s.official_id, '') = ? AND ("
                " (state = 'done' AND json_extract(outcome, '$.accepted'))"
                " OR (state IN ('half', 'cosigning') AND s.expires > ?)"
                " OR (session = ? AND (state IN ('signing', 'signed') OR created > ?)"
                " AND state NOT IN ('done', 'half', 'cosigning', 'withdrawn'))) ORDER BY created DESC",
                (
                    account, new.digest, new.way, new.second.official_id if new.second else "", now,
                    session, now - OPEN_S,
                ),
            ).fetchone()  # fmt: skip
            return str(row["id"]) if row else self._insert(connection, new, session, account, now)

    def _insert(
        self, connection: sqlite3.Connection, new: NewAct, session: bytes, account: int, now: int
    ) -> str:
        act_id = secrets.token_hex(16)
        batch = bool(new.headers)
        connection.execute(
            "INSERT INTO acts (id, session, account, created, title, back, way, digest, payload, batch,"
            " shown, state, since, keyid, suite) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                act_id, session, account, now, new.title, new.back, new.way, new.digest,
                None if batch else new.payloads[0], batch, json.dumps(new.shown, ensure_ascii=False),
                PROPOSED, now, new.keyid, new.suite,
            ),
        )  # fmt: skip
        if new.second is not None:
            self.seconds.insert(connection, act_id, new.second, now)
        if batch:
            rows = ((act_id, number, payload) for number, payload in enumerate(new.payloads))
            connection.executemany("INSERT INTO act_rows (act, number, payload) VALUES (?, ?, ?)", rows)
            headers = ((act_id, number, header) for number, header in enumerate(new.headers))
            connection.executemany("INSERT INTO act_batches (act, number, header) VALUES (?, ?, ?)", headers)
        return act_id

    @staticmethod
    def _drop(connection: sqlite3.Connection, now: int) -> None:
        """Drops the contents of what is over for a day; that there was an act remains."""
        over = (
            "SELECT id FROM acts LEFT JOIN act_seconds AS s ON s.act = acts.id WHERE NOT dropped AND"
            " CASE WHEN state IN ('half', 'cosigning') THEN s.expires ELSE since END < ?"
            " AND state <> 'signed'"
        )
        connection.execute(f"UPDATE act_seconds SET signature = NULL WHERE act IN ({over})", (now - KEPT_S,))
        for table in ("act_rows", "act_batches"):
            connection.execute(f"DELETE FROM {table} WHERE act IN ({over})", (now - KEPT_S,))
        connection.execute(
            "UPDATE acts SET payload = NULL, envelope = NULL, shown = '{}', dropped = 1"
            f" WHERE id IN ({over})",
            (now - KEPT_S,),
        )

    def find(self, act_id: str) -> Act | None:
        """An act."""
        row = self._database.row("SELECT * FROM acts WHERE id = ?", act_id)
        return Act.of(row, self.seconds.of(act_id)) if row else None

    def of_account(
        self, account: int, department: str = "", official_id: str = "", count: int = 50
    ) -> list[Act]:
        """The last acts of an account, and those that its official has signed second."""
        rows = self._database.rows(
            "SELECT * FROM acts WHERE account = ? OR (state IN ('signed', 'done') AND id IN"
            " (SELECT act FROM act_seconds WHERE department = ? AND official_id = ?))"
            " ORDER BY created DESC LIMIT ?",
            account, department, official_id, count,
        )  # fmt: skip
        return [Act.of(row, self.seconds.of(row["id"])) for row in rows]

    def awaiting(self, department: str, official_id: str) -> list[Act]:
        """What waits for an official's second signature, what runs out first before the rest."""
        found = map(self.find, self.seconds.awaiting(department, official_id))
        return [act for act in found if act is not None]

    def claim(self, act: Act) -> bool:
        """Takes an act for signing; False if somebody else has, or it is no longer to be signed."""
        now = int(self._now())
        changed = self._database.change(
            "UPDATE acts SET state = 'signing', since = ? WHERE id = ? AND created > ?"
            " AND (state = 'proposed' OR (state = 'signing' AND since < ?))",
            now, act.act_id, now - OPEN_S, now - SIGNING_S,
        )  # fmt: skip
        return changed == 1

    def release(self, act: Act) -> None:
        """Nothing was signed: it may be tried again."""
        self._database.change(
            "UPDATE acts SET state = 'proposed', since = ? WHERE id = ? AND state = 'signing'",
            int(self._now()), act.act_id,
        )  # fmt: skip

    def signed(self, act: Act, envelopes: Sequence[Envelope]) -> None:
        """Keeps the signatures, before anything is submitted."""
        with self._database.writing() as connection:
            if act.batch:
                rows = [
                    (each.SerializeToString(), act.act_id, number) for number, each in enumerate(envelopes)
                ]
                connection.executemany(
                    "UPDATE act_batches SET envelope = ? WHERE act = ? AND number = ?", rows
                )
            kept = None if act.batch else envelopes[0].SerializeToString()
            connection.execute(
                "UPDATE acts SET state = 'signed', since = ?, envelope = ? WHERE id = ?",
                (int(self._now()), kept, act.act_id),
            )

    def finish(self, act: Act, outcome: dict[str, Any]) -> None:
        """What the registry has said."""
        self._database.change(
            "UPDATE acts SET state = 'done', since = ?, outcome = ? WHERE id = ?",
            int(self._now()), json.dumps(outcome, ensure_ascii=False), act.act_id,
        )  # fmt: skip

    # --- uploads

    def batches(self, act: Act) -> list[tuple[int, bytes, bytes | None, bool]]:
        """The batches of an upload: number, header, signed envelope if there is one, whether it was
        answered."""
        rows = self._database.rows("SELECT * FROM act_batches WHERE act = ? ORDER BY number", act.act_id)
        return [(row["number"], row["header"], row["envelope"], bool(row["sent"])) for row in rows]

    def payloads(self, act: Act, first: int = 0, count: int = -1) -> list[bytes]:
        """Statements of an upload, in order."""
        rows = self._database.rows(
            "SELECT payload FROM act_rows WHERE act = ? AND number >= ? ORDER BY number LIMIT ?",
            act.act_id, first, count,
        )  # fmt: skip
        return [row["payload"] for row in rows]

    def answered(self, act: Act, batch: int, first: int, outcomes: Sequence[dict[str, Any]]) -> None:
        """What the registry has said of a batch."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE act_rows SET outcome = ? WHERE act = ? AND number = ?",
                [
                    (json.dumps(outcome, ensure_ascii=False), act.act_id, first + number)
                    for number, outcome in enumerate(outcomes)
                ],
            )
            connection.execute(
                "UPDATE act_batches SET sent = 1 WHERE act = ? AND number = ?", (act.act_id, batch)
            )

    def outcomes(self, act: Act) -> Iterator[tuple[int, dict[str, Any]]]:
        """What became of each row of an upload; {} where it is not answered yet."""
        rows = self._database.rows(
            "SELECT number, outcome FROM act_rows WHERE act = ? ORDER BY number", act.act_id
        )
        for row in rows:
            yield row["number"], json.loads(row["outcome"] or "{}")

    def to_sign(self, act: Act, batch_size: int, *, whole: bool) -> list[ToSign]:
        """What is signed for an act, in order; ``whole``: batches with their statements."""
        if not act.batch:
            return [ToSign(PAYLOAD_TYPE, act.payload or b"")]
        payloads = self.payloads(act) if whole else []
        return [
            ToSign(BATCH_TYPE, header, tuple(payloads[number * batch_size : (number + 1) * batch_size]))
            for number, header, _, _ in self.batches(act)
        ]


def digest_text(content: bytes) -> str:
    """SHA-256 in hex."""
    return sha256(content).hexdigest()
