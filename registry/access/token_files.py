"""The files of issuers and of revoked tokens, and the door that reads them (``[tokens]`` in registry.toml).

    tokens/issuers.jwks   JWK Set with what each issuer may vouch for, see ``registry.access.tokens``
    tokens/revoked        names (``jti``) of revoked tokens, a line each; what follows # is a remark. Whatever
                          else a line was given beside the name, the name counts

Both are looked at again at most once a second: whoever revokes a token waits for a second and for no restart.
A file that cannot be read opens nothing: until it can, no token is taken, and the log of the server says why.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from registry.access.identity import Caller
from registry.access.tokens import Trust
from registry.provenance.access_token import TOKEN_ID, AccessToken, TokenError
from registry.provenance.json_bounds import parsed

_LOOK_EVERY_S = 1.0
_REMEMBERED = 4096
logger = logging.getLogger(__name__)
_Seen = tuple[tuple[int, int, int], ...]


def read_trust(issuers: Path, revoked: Path) -> Trust:
    """What the two files say. Raises TokenError."""
    try:
        jwks = parsed(issuers.read_bytes())
        lines = revoked.read_text(encoding="utf-8-sig").splitlines()  # Some editors put a mark in front.
    except OSError as error:
        raise TokenError(f"{error.filename}: 不能读取: {error.strerror}") from None
    except ValueError:
        raise TokenError(f"{issuers} 不是 JSON, 或 {revoked} 不是文本") from None
    names = (name for line in lines for name in TOKEN_ID.findall(line.partition("#")[0]))
    try:
        return Trust.of(jwks, names)
    except TokenError as error:
        raise TokenError(f"{issuers}: {error}") from None


class TokenDoor:
    """Says who calls with a token. ``now`` gives seconds since 1970. Safe to share between threads."""

    def __init__(self, issuers: Path, revoked: Path, now: Callable[[], float]) -> None:
        self._files = (issuers, revoked)
        self._now = now
        self._lock = Lock()
        self._looked_s = float("-inf")
        self._seen: _Seen = ()
        self._trust: Trust | None = None
        self._known: dict[tuple[Caller, str], tuple[Trust, Caller, AccessToken]] = {}

    def caller(self, text: str, face: Caller) -> Caller:
        """Who calls through a face with this token. Raises TokenError."""
        now = self._now()
        trust = self._current(now)
        known = self._known.get((face, text))
        if known is not None and known[0] is trust:  # What was admitted under other files is asked again.
            trust.check(known[2], int(now))
            return known[1]
        caller, token = trust.admit(text, face, int(now))
        if len(self._known) >= _REMEMBERED:
            self._known = {}
        self._known[face, text] = trust, caller, token
        return caller

    def known(self, text: str, face: Caller) -> Caller | None:
        """Who called with this token before, which still holds: a hint for queues, and no leave to call."""
        known = self._known.get((face, text))
        if known is None:
            return None
        now = self._now()
        try:
            self._current(now).check(known[2], int(now))
        except TokenError:
            return None
        return known[1]

    def _current(self, now: float) -> Trust:
        if abs(now - self._looked_s) >= _LOOK_EVERY_S:
            with self._lock:
                self._look(now)
        if (trust := self._trust) is None:
            raise TokenError("登记系统暂时不能核对令牌")
        return trust

    def _look(self, now: float) -> None:
        seen = tuple(map(file_mark, self._files))
        if seen != self._seen or self._trust is None:
            try:
                self._trust = read_trust(*self._files)
            except TokenError as error:
                if seen != self._seen:
                    logger.error("no token is taken: %s", error)
                self._trust = None
            self._seen = seen
        self._looked_s = now


def file_mark(path: Path) -> tuple[int, int, int]:
    """What changes when a file does."""
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns)
