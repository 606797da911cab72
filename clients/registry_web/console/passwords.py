"""Passwords of local accounts: scrypt (RFC 7914), and what is not taken (NIST SP 800-63B-4 §3.1.1).

    scrypt$15$8$3$<salt, base64>$<hash, base64>        N = 2^15, r = 8, p = 3 (OWASP Password Storage)

Twelve characters at least, of any kind; none that everybody tries first, none with the login in it; NFC, so
that the same keys give the same bytes on every machine. Two are hashed at a time, for each takes 32 MB, and
few wait for their turn: beyond them nothing is hashed, so that a crowd at the door does not take the threads
of those who are inside.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from base64 import b64decode, b64encode
from hashlib import scrypt
from itertools import pairwise
from threading import BoundedSemaphore, Semaphore

SHORTEST, LONGEST = 12, 256
_LOG_N, _R, _P = 15, 8, 3
_MEMORY = 128 * 1024 * 1024
_HASHING = Semaphore(2)
_AT_THE_DOOR = BoundedSemaphore(8)
_COMMON = (
    "password", "passw0rd", "qwerty", "qwertyuiop", "asdfghjkl", "1q2w3e4r", "123456", "654321", "111111",
    "888888", "666666", "abc123", "admin", "letmein", "iloveyou", "woaini", "5201314", "xinyong", "credit",
    "registry", "zhengfu", "welcome", "changeme", "P@ssw0rd",
)  # fmt: skip


class BusyError(Exception):
    """Too many passwords are being looked at; nothing is known of this one."""


def faults(password: str, login: str) -> list[str]:
    """Why a password is not taken; [] if it is."""
    plain = _normal(password)
    found = []
    if not SHORTEST <= len(plain) <= LONGEST:
        found.append(f"口令应有{SHORTEST}至{LONGEST}个字符")
    elif _is_common(plain.lower(), login.lower()):
        found.append("口令太常见: 由常用词、登录名、重复或连续的字符组成的不能使用")
    return found


def _is_common(plain: str, login: str) -> bool:
    """Whether nothing to speak of is left without what everybody tries first."""
    rest = plain
    for each in sorted((*map(str.lower, _COMMON), login), key=len, reverse=True):
        rest = rest.replace(each, "")
    steps = {ord(right) - ord(left) for left, right in pairwise(plain)}
    return len(rest) < 6 or len(set(plain)) < 5 or len(steps) == 1


def sealed(password: str) -> str:
    """What is kept of a password."""
    salt = secrets.token_bytes(16)
    parts = (b64encode(salt).decode(), b64encode(_hash(password, salt, _LOG_N, _R, _P)).decode())
    return f"scrypt${_LOG_N}${_R}${_P}${parts[0]}${parts[1]}"


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the one that is kept; takes as long where none is. Raises BusyError."""
    scheme, log_n, r, p, salt, digest = (kept or _NOBODY).split("$")
    if not _AT_THE_DOOR.acquire(blocking=False):
        raise BusyError
    try:
        found = _hash(password, b64decode(salt), int(log_n), int(r), int(p))
    finally:
        _AT_THE_DOOR.release()
    return scheme == "scrypt" and hmac.compare_digest(found, b64decode(digest)) and kept is not None


def _hash(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    with _HASHING:
        encoded = _normal(password)[: 4 * LONGEST].encode("utf-8", "replace")
        return scrypt(encoded, salt=salt, n=1 << log_n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


_NOBODY = f"scrypt${_LOG_N}${_R}${_P}${b64encode(bytes(16)).decode()}${b64encode(bytes(32)).decode()}"
