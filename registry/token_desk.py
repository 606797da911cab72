"""The operator's desk for tokens: who is trusted to issue them, API tokens of systems, revocation.

    keys/token.key        the operator's own key for API tokens (JWK), made with the installation
    tokens/issuers.jwks   ``registry.access.tokens``; the operator's key vouches for systems at a gateway
    tokens/revoked        ``registry.access.token_files``
    tokens/issued         what was issued: name, caller, face, last instant; a line each, for whoever revokes

Each change is one renamed file: a server reads the old list or the new one, never half of it. Changes of
several hands wait for each other, so that none of them is lost. Every failure is a TokenError.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from registry.access.identity import Caller, CallerRole
from registry.access.token_files import read_trust
from registry.access.tokens import PREFIX, Trust
from registry.durable import PUBLIC, exchange, in_turn
from registry.provenance.access_token import AccessToken, TokenError, TokenKey, read_key
from registry.provenance.json_bounds import parsed

KEY = Path("keys") / "token.key"
"""Where the operator keeps his key, from the home of the installation."""
OPERATOR = "operator"
GATEWAY = "gateway"
HOLDERS = tuple(
    role.value for role in CallerRole if role.value.startswith("system/") or role is CallerRole.DEPARTMENT
)
"""Who may have an API token: systems that ask, and departments' systems that submit what is signed."""
LONGEST_S = 366 * 86_400
"""An API token is made anew once a year at least."""
ISSUED = "issued"
"""The list of what was issued, beside that of issuers."""
_ISSUER = f"{PREFIX}issuer"


@dataclass(frozen=True, slots=True)
class Vouching:
    """For whom an issuer may vouch, through which faces, for how long, in seconds."""

    issuer: str
    roles: Sequence[str]
    faces: Sequence[str]
    longest_s: int
    callers: Sequence[str] = ()

    def entry(self, public: dict[str, Any]) -> dict[str, Any]:
        """The JWK with it."""
        said: dict[str, Any] = {
            "issuer": self.issuer,
            "roles": list(self.roles),
            "faces": list(self.faces),
            "longest_s": self.longest_s,
        }
        said |= {"callers": list(self.callers)} if self.callers else {}
        return {**public, **{f"{PREFIX}{name}": value for name, value in said.items()}}


def set_up(key: Path, issuers: Path, revoked: Path) -> None:
    """Makes the operator's key, and of the lists what there is not. Raises TokenError.

    Where his key was taken away, what he issued with it is not taken any more; other issuers, and what was
    revoked, stay."""
    made = TokenKey.new()
    own = Vouching(OPERATOR, HOLDERS, (GATEWAY,), LONGEST_S).entry(made.public)
    with _told(key):
        issuers.parent.mkdir(exist_ok=True)
        with in_turn(issuers.parent), _new_key(key, made):
            others = [each for each in _entries(issuers) if each[_ISSUER] != OPERATOR]
            if not revoked.exists():
                exchange(revoked, "# 已吊销的令牌编号, 每行一个\n".encode(), mode=PUBLIC)
            _put(issuers, {"keys": [*others, own]})


@contextmanager
def _new_key(path: Path, key: TokenKey) -> Iterator[None]:
    """Writes a key where there is none; takes it back where what follows fails."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key.private)
            file.flush()
            os.fsync(handle)
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def trust(issuers: Path, revoked: Path, public: dict[str, Any], vouching: Vouching) -> None:
    """Adds an issuer, or changes for whom a known key may vouch. Raises TokenError."""
    kid, _ = read_key(public)
    bare = {name: public[name] for name in ("kty", "crv", "x", "kid")}  # Never a private part.
    with _told(issuers), in_turn(issuers.parent):
        read_trust(issuers, revoked)
        known = [jwk for jwk in _jwks(issuers)["keys"] if jwk.get("kid") != kid]
        jwks = {"keys": [*known, vouching.entry(bare)]}
        Trust.of(jwks, ())
        _put(issuers, jwks)


def issue_token(
    issuers: Path, key: Path, caller: Caller, face: str, *, token_id: str, now_s: int, lifetime_s: int
) -> str:
    """An API token of a system, noted in the list of what was issued. Raises TokenError."""
    signer = TokenKey.load(key)
    issuer = _listed(issuers).issuers.get(signer.public["kid"])
    if issuer is None:
        raise TokenError(f"{key} 不在 {issuers} 中")
    holder = Caller(CallerRole.FACE, face, caller.origin)
    token = AccessToken(
        issuer.name, caller.uri, caller.origin, holder.uri, token_id, now_s, now_s + lifetime_s
    )
    if face not in issuer.faces or not issuer.may_vouch(token, caller):
        raise TokenError(f"{key} 不能为 {caller.uri} 经 {face} 签发{lifetime_s}秒的令牌")
    until = datetime.fromtimestamp(token.expires_s, UTC).isoformat()
    issued = issuers.parent / ISSUED
    with _told(issued), issued.open("a", encoding="utf-8") as file:
        file.write(f"{token_id}\t{caller.uri}\t{holder.uri}\t{until}\n")
        file.flush()
        os.fsync(file.fileno())
    return signer.sign(token)


def revoke(revoked: Path, token_id: str, remark: str) -> None:
    """Revokes a token by its name. Raises TokenError."""
    with _told(revoked), in_turn(revoked.parent):
        text = revoked.read_bytes()
        ending = b"" if text.endswith(b"\n") or not text else b"\n"
        line = f"{token_id}{f'  # {remark}' if remark else ''}\n"
        exchange(revoked, text + ending + line.encode(), mode=PUBLIC)


def _listed(issuers: Path) -> Trust:
    jwks = _jwks(issuers)
    try:
        return Trust.of(jwks, ())
    except TokenError as error:
        raise TokenError(f"{issuers}: {error}") from None


def _entries(issuers: Path) -> list[dict[str, Any]]:
    """The JWKs that are listed, which count; none where there is no list yet. Raises TokenError."""
    if not issuers.exists():
        return []
    _listed(issuers)
    return list(_jwks(issuers)["keys"])


def _jwks(issuers: Path) -> Any:
    try:
        with _told(issuers):
            return parsed(issuers.read_bytes())
    except ValueError as error:
        raise error if isinstance(error, TokenError) else TokenError(f"{issuers} 不是 JSON") from None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tells a failure of a file as what it is to the operator."""
    try:
        yield
    except OSError as error:
        raise TokenError(f"{error.filename or path}: {error.strerror}") from error


def _put(path: Path, jwks: dict[str, Any]) -> None:
    exchange(path, (json.dumps(jwks, ensure_ascii=False, indent=2) + "\n").encode(), mode=PUBLIC)
