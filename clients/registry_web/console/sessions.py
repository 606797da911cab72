"""Sessions (会话): who is signed in, kept at the server; the browser holds nothing but a random name.

* 256 random bits; the file holds their SHA-256, so that who reads it is signed in nowhere.
* A new name at every sign-in, whatever the browser brought (session fixation). 30 minutes without a request,
  or ten hours, and it is over (OWASP ASVS 5.0, V7); signing out deletes it here.
* The cookie is ``__Host-session``: Secure, HttpOnly, no Domain, Path=/. SameSite=Strict, or Lax where an
  OpenID provider leads back here. Over plain HTTP, which serves loopback only, without the prefix.
* A clock that was put back lengthens nothing: a session that was seen far in the future is over too.
* An account that is disabled has no sessions from that moment: each request reads the account again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from registry_web.console.accounts import Account
from registry_web.console.forgery import SECRET_BYTES
from registry_web.kept_file import Database

IDLE_S = 30 * 60
ABSOLUTE_S = 10 * 3600
_SEEN_EVERY_S = 30
_MAX_AGENT = 200


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in. ``digest`` names it; ``secret`` is what forms are told apart by."""

    digest: bytes
    account: Account
    secret: bytes
    created: int
    seen: int
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class CookieJar:
    """How a console sets its cookies."""

    secure: bool
    samesite: str

    def name(self, what: str) -> str:
        """The cookie's whole name."""
        return f"__Host-{what}" if self.secure else what

    def put(self, response: Response, what: str, value: str, *, lax: bool = False) -> None:
        """Sets a cookie for as long as the browser runs."""
        response.set_cookie(
            self.name(what),
            value,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax" if lax else self.samesite,  # type: ignore[arg-type]
        )

    def drop(self, response: Response, what: str) -> None:
        """Deletes a cookie."""
        response.delete_cookie(self.name(what), path="/", secure=self.secure, httponly=True)

    def of(self, request: Request, what: str) -> str:
        """A cookie's value; empty where there is none."""
        return request.cookies.get(self.name(what), "")


class Sessions:
    """Who is signed in to a console."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def begin(self, account: Account, address: str, agent: str) -> str:
        """Signs an account in: the value of the cookie."""
        token = secrets.token_urlsafe(32)
        now = int(self._now())
        self._purge(now)
        self._database.change(
            "INSERT INTO sessions (digest, account, secret, created, seen, address, agent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            _digest(token), account.number, secrets.token_bytes(SECRET_BYTES), now, now, address,
            agent[:_MAX_AGENT],
        )  # fmt: skip
        return token

    def find(self, token: str) -> Session | None:
        """The session that a cookie names, if it still holds; it then holds for another while."""
        now = int(self._now())
        row = self._database.row(
            "SELECT sessions.*, sessions.created AS since FROM sessions"
            " JOIN accounts ON account = accounts.id"
            " WHERE digest = ? AND seen BETWEEN ? AND ? AND sessions.created > ? AND disabled IS NULL",
            _digest(token), now - IDLE_S + 1, now + IDLE_S, now - ABSOLUTE_S,
        )  # fmt: skip
        if row is None:
            return None
        if now - row["seen"] >= _SEEN_EVERY_S:
            self._database.change("UPDATE sessions SET seen = ? WHERE digest = ?", now, row["digest"])
        return self._session(row)

    def of_account(self, number: int) -> list[Session]:
        """Where an account is signed in, the latest first."""
        now = int(self._now())
        rows = self._database.rows(
            "SELECT *, created AS since FROM sessions WHERE account = ? AND seen BETWEEN ? AND ?"
            " AND created > ? ORDER BY created DESC",
            number, now - IDLE_S + 1, now + IDLE_S, now - ABSOLUTE_S,
        )  # fmt: skip
        return [self._session(row) for row in rows]

    def end(self, digest: bytes) -> None:
        """Ends a session."""
        self._database.change("DELETE FROM sessions WHERE digest = ?", digest)

    def end_others(self, session: Session) -> int:
        """Ends every other session of the account; how many."""
        return self._database.change(
            "DELETE FROM sessions WHERE account = ? AND digest <> ?", session.account.number, session.digest
        )

    def _purge(self, now: int) -> None:
        self._database.change(
            "DELETE FROM sessions WHERE seen <= ? OR created <= ?", now - IDLE_S, now - ABSOLUTE_S
        )

    def _session(self, row: object) -> Session:
        found: dict[str, object] = dict(row)  # type: ignore[call-overload]
        account = self._database.row("SELECT * FROM accounts WHERE id = ?", found["account"])
        assert account is not None, "a session has an account"
        named = {key: found[key] for key in ("digest", "secret", "seen", "address", "agent")}
        return Session(account=Account.of(account), created=found["since"], **named)  # type: ignore[arg-type]


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
