"""Accounts (账户): set up by the operator, one for a person in a role; nobody gets one by signing in.

    registry-web account add li --name 李 --role department --department 11130900DEM0000228 --official C-014
    registry-web account invite li          # prints a link, good for one use within three days

Local accounts have a password and a second factor; both are set through an invitation and in no other way, so
that recovery goes through the operator. An account of an OpenID provider is found by (issuer, subject), or
once by a claim that the operator mapped beforehand, which then binds the subject for good.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from registry_web.console.official import Official, Role
from registry_web.kept_file import Database

INVITE_S = 3 * 86_400
_HANDLE_BYTES = 32


class AccountError(ValueError):
    """An account cannot be made or changed so; one line."""


@dataclass(frozen=True, slots=True)
class Identity:
    """By whom an account is at the registry."""

    role: Role
    department: str = ""
    official_id: str = ""
    auditor: str = ""

    def check(self) -> None:
        """Raises AccountError unless it is whole."""
        if self.role == "auditor":
            if not self.auditor or self.department or self.official_id:
                raise AccountError("审计账户写明 --auditor, 不写部门和人员")
        elif not self.department or not self.official_id or self.auditor:
            raise AccountError("部门和登记机构的账户须写明 --department 和 --official")


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is kept."""

    number: int
    login: str
    name: str
    identity: Identity
    password: str | None
    handle: bytes
    issuer: str | None
    subject: str | None
    claim: str | None
    claim_value: str | None
    disabled: bool

    @classmethod
    def of(cls, row: sqlite3.Row) -> Account:
        """As it stands in the file."""
        identity = Identity(row["role"], row["department"], row["official_id"], row["auditor"])
        return cls(
            row["id"], row["login"], row["name"], identity, row["password"], row["handle"], row["issuer"],
            row["subject"], row["claim"], row["claim_value"], row["disabled"] is not None,
        )  # fmt: skip

    @property
    def official(self) -> Official:
        """Who signs in with it; what the directory says of him is added later."""
        who = self.identity
        return Official(
            self.number, self.login, self.name, who.role, who.department, who.official_id, auditor=who.auditor
        )


class Accounts:
    """The accounts of a console."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def add(self, login: str, name: str, identity: Identity) -> Account:
        """A new account, with which nobody can sign in yet. Raises AccountError."""
        identity.check()
        if not login or login != "".join(login.split()) or len(login) > 64 or not name:
            raise AccountError("登录名为1至64个字符, 不含空白; 姓名须写明")
        try:
            self._database.change(
                "INSERT INTO accounts (login, name, role, department, official_id, auditor, handle, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                login, name, identity.role, identity.department, identity.official_id, identity.auditor,
                secrets.token_bytes(_HANDLE_BYTES), int(self._now()),
            )  # fmt: skip
        except sqlite3.IntegrityError:
            raise AccountError(f"登录名 {login} 已有账户") from None
        return self.named(login)

    def map_subject(self, login: str, issuer: str, subject: str) -> None:
        """Whoever the provider calls so signs in to this account. Raises AccountError."""
        self._map(login, "issuer = ?, subject = ?, claim = NULL, claim_value = NULL", issuer, subject)

    def map_claim(self, login: str, claim: str, value: str) -> None:
        """The first of whom the provider says so signs in to this account, and then he alone."""
        self._map(login, "issuer = NULL, subject = NULL, claim = ?, claim_value = ?", claim, value)

    def _map(self, login: str, columns: str, *given: str) -> None:
        number = self.named(login).number
        try:
            with self._database.writing() as connection:  # Whoever it was before is signed in no longer.
                connection.execute(f"UPDATE accounts SET {columns} WHERE id = ?", (*given, number))
                self._end(connection, number)
        except sqlite3.IntegrityError:
            raise AccountError("统一身份认证中的这一身份已属于另一账户") from None

    def named(self, login: str) -> Account:
        """An account by its name. Raises AccountError."""
        found = self.find(login)
        if found is None:
            raise AccountError(f"没有账户 {login}")
        return found

    def find(self, login: str) -> Account | None:
        """An account by its name, if there is one."""
        row = self._database.row("SELECT * FROM accounts WHERE login = ?", login)
        return Account.of(row) if row else None

    def numbered(self, number: int) -> Account | None:
        """An account by its number."""
        row = self._database.row("SELECT * FROM accounts WHERE id = ?", number)
        return Account.of(row) if row else None

    def all(self) -> list[Account]:
        """Every account, by name."""
        return [Account.of(row) for row in self._database.rows("SELECT * FROM accounts ORDER BY login")]

    def of_subject(self, issuer: str, subject: str) -> Account | None:
        """The account of a provider's subject."""
        row = self._database.row("SELECT * FROM accounts WHERE issuer = ? AND subject = ?", issuer, subject)
        return Account.of(row) if row else None

    def bind_claim(self, claim: str, value: str, issuer: str, subject: str) -> Account | None:
        """The account that waits for this claim, from now on that of the subject."""
        changed = self._database.change(
            "UPDATE accounts SET issuer = ?, subject = ?, claim = NULL, claim_value = NULL"
            " WHERE claim = ? AND claim_value = ? AND subject IS NULL",
            issuer, subject, claim, value,
        )  # fmt: skip
        return self.of_subject(issuer, subject) if changed else None

    def claims(self) -> frozenset[str]:
        """Names of the claims that accounts wait for."""
        rows = self._database.rows("SELECT DISTINCT claim FROM accounts WHERE claim IS NOT NULL")
        return frozenset(row["claim"] for row in rows)

    # --- what the operator does to them

    def disable(self, login: str) -> None:
        """Nobody signs in to it any more, and whoever is signed in is not."""
        number = self.named(login).number
        with self._database.writing() as connection:
            connection.execute("UPDATE accounts SET disabled = ? WHERE id = ?", (int(self._now()), number))
            self._end(connection, number)

    def enable(self, login: str) -> None:
        """It may be used again."""
        self._database.change("UPDATE accounts SET disabled = NULL WHERE id = ?", self.named(login).number)

    def reset(self, login: str) -> str:
        """Forgets password and second factor, ends its sessions; the token of a new invitation."""
        number = self.named(login).number
        with self._database.writing() as connection:
            connection.execute("UPDATE accounts SET password = NULL WHERE id = ?", (number,))
            connection.execute("DELETE FROM credentials WHERE account = ?", (number,))
            self._end(connection, number)
        return self.invite(login)

    def _end(self, connection: sqlite3.Connection, number: int) -> None:
        connection.execute("DELETE FROM sessions WHERE account = ?", (number,))
        connection.execute("DELETE FROM invites WHERE account = ?", (number,))

    def invite(self, login: str) -> str:
        """The token of a one-time invitation; earlier ones are void. Raises AccountError."""
        account = self.named(login)
        if account.disabled or account.subject or account.claim:
            raise AccountError("已停用的账户和统一身份认证的账户不能邀请")
        if account.password is not None:
            raise AccountError("账户已经设好口令; 遗失口令或第二因素的用 reset")
        token = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM invites WHERE account = ?", (account.number,))
            connection.execute(
                "INSERT INTO invites (digest, account, expires) VALUES (?, ?, ?)",
                (sha256(token.encode()).digest(), account.number, int(self._now()) + INVITE_S),
            )
        return token

    def invited(self, token: str) -> Account | None:
        """Whose invitation it is, if it still holds."""
        row = self._database.row(
            "SELECT accounts.* FROM accounts JOIN invites ON account = accounts.id"
            " WHERE digest = ? AND expires > ? AND used IS NULL AND disabled IS NULL",
            sha256(token.encode()).digest(), int(self._now()),
        )  # fmt: skip
        return Account.of(row) if row else None

    def settle(self, token: str, password: str, credential: Credential) -> Account | None:
        """Sets password and second factor by an invitation, which is used up. None if it does not hold."""
        with self._database.writing() as connection:
            account = self.invited(token)
            if account is None:
                return None
            now = int(self._now())
            digest = sha256(token.encode()).digest()
            connection.execute("UPDATE invites SET used = ? WHERE digest = ?", (now, digest))
            connection.execute("UPDATE accounts SET password = ? WHERE id = ?", (password, account.number))
            connection.execute(
                "INSERT INTO credentials (id, account, public_key, sign_count, added) VALUES (?, ?, ?, ?, ?)",
                (credential.identifier, account.number, credential.public_key, credential.sign_count, now),
            )
        return account

    # --- second factors

    def credentials(self, number: int) -> list[Credential]:
        """The second factors of an account."""
        rows = self._database.rows("SELECT * FROM credentials WHERE account = ? ORDER BY added", number)
        return [Credential(row["id"], row["public_key"], row["sign_count"]) for row in rows]

    def used(self, credential: Credential, sign_count: int) -> bool:
        """Notes the counter after a use; False if another use was noted in between."""
        changed = self._database.change(
            "UPDATE credentials SET sign_count = ?, used = ? WHERE id = ? AND sign_count = ?",
            sign_count, int(self._now()), credential.identifier, credential.sign_count,
        )  # fmt: skip
        return changed == 1


@dataclass(frozen=True, slots=True)
class Credential:
    """A WebAuthn credential: id, COSE public key, and how often it has signed."""

    identifier: bytes
    public_key: bytes
    sign_count: int
