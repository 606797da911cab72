"""Visits: what is known of somebody who is not signed in yet, while he signs in. In memory, and bounded.

A visit begins at the sign-in page, has its own cookie (Lax, for an OpenID provider leads back here from
another site) and its own secret against forged requests; it ends when somebody is signed in, or after fifteen
minutes. Whatever is asked of a visit can be answered once: a challenge, a state and a nonce are taken out.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from registry_web.console.forgery import SECRET_BYTES

LASTS_S = 15 * 60
MOST = 10_000


@dataclass(slots=True)
class Visit:
    """Somebody is about to sign in. ``back``: where he wanted to go."""

    begun: float
    back: str = "/"
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(SECRET_BYTES))
    account: int | None = None
    """Whose password was right."""
    challenge: bytes = b""
    state: str = ""
    nonce: str = ""
    verifier: str = ""

    def ask(self) -> bytes:
        """A new challenge."""
        self.challenge = secrets.token_bytes(32)
        return self.challenge

    def take_challenge(self) -> bytes:
        """The challenge, once; empty where there is none."""
        taken, self.challenge = self.challenge, b""
        return taken

    def take_flow(self) -> tuple[str, str, str]:
        """State, nonce and verifier of a sign-in at a provider, once."""
        taken = self.state, self.nonce, self.verifier
        self.state = self.nonce = self.verifier = ""
        return taken


class Visits:
    """Everybody who is about to sign in."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = Lock()
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    def begin(self, back: str) -> tuple[str, Visit]:
        """A new visit and the value of its cookie."""
        token, visit = secrets.token_urlsafe(32), Visit(self._now(), back)
        with self._lock:
            self._visits[token] = visit
            while len(self._visits) > MOST:
                self._visits.popitem(last=False)
        return token, visit

    def find(self, token: str) -> Visit | None:
        """The visit of a cookie, if it still holds."""
        with self._lock:
            visit = self._visits.get(token)
            if visit is not None and self._now() - visit.begun > LASTS_S:
                del self._visits[token]
                return None
            return visit

    def end(self, token: str) -> None:
        """Ends a visit."""
        with self._lock:
            self._visits.pop(token, None)
