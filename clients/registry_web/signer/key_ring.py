"""The keys of a signing component: each in a file sealed under its owner's PIN, and what is known of them.

    <keys>/<keyid>.pem      PKCS#8, PBES2 with 600,000 rounds (``registry.provenance.keyfile``), mode 0600
    <keys>/signer.db        whose key it is, its second factors, failed attempts
    <keys>/signed.jsonl     the journal

* PIN: eight characters at least. After five wrong ones the key is locked for a minute, then two, four … a
  day; an attempt is counted before it is made, so that ending the process gives none back.
* Second factor: once an official's WebAuthn credential is bound to the key (``registry-web signer-key bind``,
  by the operator), nothing is signed without its assertion over the very bytes. It is looked at before the
  PIN: who has none of the authenticators cannot even guess.
* An assertion is good once. The counter of an authenticator must rise where it counts.

The opened key and the PIN are dropped as soon as the signature is made.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from threading import Lock

from registry.provenance.keys import FileSigner, KeyFileError
from registry.v1.envelope_pb2 import Suite
from registry_web.console.accounts import Credential
from registry_web.console.second_factor import RelyingParty, SecondFactorError, signature_in
from registry_web.kept_file import Database
from registry_web.signer.permission import Owner

FREE_ATTEMPTS = 5
FIRST_LOCK_S, LONGEST_LOCK_S = 60, 86_400
SHORTEST_PIN, LONGEST_PIN = 8, 128

MIGRATIONS = (
    """
    CREATE TABLE keys (
        keyid TEXT PRIMARY KEY, department TEXT NOT NULL, official_id TEXT NOT NULL, suite INTEGER NOT NULL,
        public_key BLOB NOT NULL, added INTEGER NOT NULL,
        failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX keys_by_official ON keys (department, official_id);
    CREATE TABLE factors (
        keyid TEXT NOT NULL REFERENCES keys, id BLOB NOT NULL, public_key BLOB NOT NULL,
        sign_count INTEGER NOT NULL, PRIMARY KEY (keyid, id)
    );
    CREATE TABLE used_assertions (digest BLOB PRIMARY KEY, at INTEGER NOT NULL);
    """,
)


class KeyRingError(Exception):
    """A key cannot be used so. ``reason`` is for programs, the message one Chinese line."""

    def __init__(self, reason: str, message: str, wait_s: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that is held, without its private part. ``factors``: ids of its second factors."""

    keyid: str
    suite: Suite.ValueType
    owner: Owner
    locked_until: int
    factors: tuple[bytes, ...]


def pin_faults(pin: str) -> list[str]:
    """Why a PIN is not taken; [] if it is."""
    steps = {ord(right) - ord(left) for left, right in pairwise(pin)}
    if not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        return [f"签名口令应有{SHORTEST_PIN}至{LONGEST_PIN}个字符"]
    return ["签名口令不能由重复或连续的字符组成"] if len(steps) == 1 or len(set(pin)) < 4 else []


class KeyRing:
    """The keys in a directory. Safe to share between threads."""

    def __init__(self, directory: Path, party: RelyingParty, now: Callable[[], float]) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if directory.stat().st_mode & 0o077:
            raise KeyRingError("FILE", f"{directory}: 权限须为 700, 只归签名组件的用户")
        self._directory = directory
        self._party = party
        self._now = now
        self._trying = Lock()
        self.database = Database(directory / "signer.db", MIGRATIONS)

    def close(self) -> None:
        """Ends the connection to its file."""
        self.database.close()

    # --- what the operator does

    def add(self, signer: FileSigner, department: str, official_id: str, pin: str) -> HeldKey:
        """Seals a key and holds it. Raises KeyRingError."""
        if faults := pin_faults(pin):
            raise KeyRingError("PIN_WEAK", faults[0])
        if not department or not official_id:
            raise KeyRingError("OWNER", "须写明部门代码和人员编号")
        try:
            signer.save(self._file(signer.keyid), pin.encode())
        except KeyFileError as error:
            raise KeyRingError("FILE", f"密钥不能保存: {error}") from None
        self.database.change(
            "INSERT OR REPLACE INTO keys (keyid, department, official_id, suite, public_key, added)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            signer.keyid, department, official_id, int(signer.suite), signer.public_key, int(self._now()),
        )  # fmt: skip
        return self.key(signer.keyid)

    def bind(self, keyid: str, credentials: Sequence[Credential]) -> None:
        """Has a key ask for these second factors from now on, and for no others."""
        self.key(keyid)
        with self.database.writing() as connection:
            connection.execute("DELETE FROM factors WHERE keyid = ?", (keyid,))
            connection.executemany(
                "INSERT INTO factors VALUES (?, ?, ?, ?)",
                [(keyid, each.identifier, each.public_key, each.sign_count) for each in credentials],
            )

    def remove(self, keyid: str) -> None:
        """Destroys a key; what it signed stays in the journal."""
        self.key(keyid)
        with self.database.writing() as connection:
            connection.execute("DELETE FROM factors WHERE keyid = ?", (keyid,))
            connection.execute("DELETE FROM keys WHERE keyid = ?", (keyid,))
        self._file(keyid).unlink(missing_ok=True)

    def unlock(self, keyid: str) -> None:
        """Forgets failed attempts."""
        self.database.change("UPDATE keys SET failures = 0, locked_until = 0 WHERE keyid = ?", keyid)

    # --- what is known

    def key(self, keyid: str) -> HeldKey:
        """A key. Raises KeyRingError."""
        row = self.database.row("SELECT * FROM keys WHERE keyid = ?", keyid)
        if row is None:
            raise KeyRingError("NO_KEY", "签名组件中没有这把密钥")
        return self._held(row)

    def of_official(self, department: str, official_id: str) -> list[HeldKey]:
        """The keys of an official, the newest first."""
        rows = self.database.rows(
            "SELECT * FROM keys WHERE department = ? AND official_id = ? ORDER BY added DESC, rowid DESC",
            department, official_id,
        )  # fmt: skip
        return [self._held(row) for row in rows]

    def all(self) -> list[HeldKey]:
        """Every key."""
        rows = self.database.rows("SELECT * FROM keys ORDER BY department, added")
        return [self._held(row) for row in rows]

    def _held(self, row: sqlite3.Row) -> HeldKey:
        factors = self.database.rows("SELECT id FROM factors WHERE keyid = ?", row["keyid"])
        owner = Owner(row["department"], row["official_id"], row["public_key"])
        return HeldKey(
            row["keyid"], row["suite"], owner, row["locked_until"], tuple(each["id"] for each in factors)
        )

    # --- using one

    def require_factor(self, held: HeldKey, challenge: bytes, assertion: str) -> None:
        """Raises KeyRingError unless a second factor of the key, if there are any, answers the challenge."""
        if not held.factors:
            return
        rows = self.database.rows("SELECT * FROM factors WHERE keyid = ?", held.keyid)
        known = [Credential(row["id"], row["public_key"], row["sign_count"]) for row in rows]
        try:
            found, count = self._party.answered(assertion, challenge, known)
        except SecondFactorError:
            raise KeyRingError("ASSERTION", "第二因素没有通过, 或者不是对这一内容作出的") from None
        with self.database.writing() as connection:
            try:
                connection.execute(
                    "INSERT INTO used_assertions VALUES (?, ?)",
                    (sha256(signature_in(assertion)).digest(), int(self._now())),
                )
            except sqlite3.IntegrityError:
                raise KeyRingError("ASSERTION", "第二因素的应答已经用过") from None
            connection.execute(
                "UPDATE factors SET sign_count = ? WHERE keyid = ? AND id = ?",
                (count, held.keyid, found.identifier),
            )

    def opened(self, held: HeldKey, pin: str) -> FileSigner:
        """The key, opened by its PIN. Raises KeyRingError."""
        with self._trying:  # One attempt at a time, whoever makes it.
            self._count(held.keyid)
            try:
                signer = FileSigner.load(self._file(held.keyid), pin.encode() or b"\x00")
            except KeyFileError:
                raise self._wrong(held.keyid) from None
            self.unlock(held.keyid)
        if signer.public_key != held.owner.public_key:
            raise KeyRingError("FILE", "密钥文件与登记的不是同一把")
        return signer

    def change_pin(self, held: HeldKey, pin: str, new: str) -> None:
        """Seals a key under another PIN. Raises KeyRingError."""
        if faults := pin_faults(new):
            raise KeyRingError("PIN_WEAK", faults[0])
        signer = self.opened(held, pin)
        file = self._file(held.keyid)
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        try:
            signer.save(fresh, new.encode())
            os.replace(fresh, file)
        except (KeyFileError, OSError) as error:
            raise KeyRingError("FILE", f"密钥不能保存: {error}") from None

    def _count(self, keyid: str) -> None:
        """Counts an attempt before it is made. Raises KeyRingError while the key is locked."""
        now = int(self._now())
        with self.database.writing() as connection:
            row = connection.execute("SELECT * FROM keys WHERE keyid = ?", (keyid,)).fetchone()
            if row["locked_until"] > now:
                raise _locked(row["locked_until"] - now)
            failures = row["failures"] + 1
            beyond = failures - FREE_ATTEMPTS
            lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2 ** min(beyond, 20)) if beyond >= 0 else 0
            connection.execute(
                "UPDATE keys SET failures = ?, locked_until = ? WHERE keyid = ?",
                (failures, now + lock_s if lock_s else 0, keyid),
            )

    def _wrong(self, keyid: str) -> KeyRingError:
        row = self.database.row("SELECT * FROM keys WHERE keyid = ?", keyid)
        wait_s = max(0, row["locked_until"] - int(self._now())) if row else 0
        if wait_s:
            return _locked(wait_s)
        left = FREE_ATTEMPTS - row["failures"] if row else 0
        return KeyRingError("PIN_WRONG", f"签名口令不对, 还可以试{left}次")

    def _file(self, keyid: str) -> Path:
        if not keyid.isalnum():
            raise KeyRingError("NO_KEY", "签名组件中没有这把密钥")
        return self._directory / f"{keyid}.pem"


def _locked(wait_s: int) -> KeyRingError:
    return KeyRingError("LOCKED", f"签名口令多次不对, 密钥已锁定, 请在{_span(wait_s)}后再试", wait_s)


def _span(seconds: int) -> str:
    return f"{seconds}秒" if seconds < 120 else f"{-(-seconds // 60)}分钟"
