"""Access tokens: for whom a face calls (RFC 9068 JWT access token; RFC 7519, 7515; Ed25519 by RFC 9864).

    header   typ  at+jwt          alg  Ed25519            kid  RFC 7638 thumbprint of the issuer's key
    claims   iss  name of the issuer, as the registry lists it
             sub  identity of the caller: registry://<origin>/<role>/<name>
             aud  origin of the log
             client_id  identity of the face that may bring the token: registry://<origin>/face/<name>
             iat, exp   seconds since 1970
             jti  name of the token, by which it is revoked: 1 to 64 of A–Z, a–z, 0–9, ``.``, ``_``, ``-``

* One algorithm, and the header is compared whole: nothing in a token chooses how it is checked.
* All claims are required, none beside them is read. A token says who calls; what that caller may do stands
  in the policy table of the registry and nowhere else.
* A token is of use only to the face it names, over that face's own mutual TLS: one that is stolen on its way
  to a gateway opens nothing else.

No clock in here: ``iat`` and ``exp`` are the caller's to compare.

Example: claims ``{"iss": "console", "sub": "registry://credit.example/auditor/city", "aud": "credit.example",
"client_id": "registry://credit.example/face/console", "iat": 1790000000, "exp": 1790000600, "jti": "6f…"}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import extract_compact

from registry.provenance.json_bounds import parsed
from registry.provenance.secret_file import read_secret_file

ALGORITHM: Literal["Ed25519"] = "Ed25519"
_TYPE = "at+jwt"
MAX_BYTES = 4096
TOKEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TEXTS = ("iss", "sub", "aud", "client_id", "jti")
_NUMBERS = ("iat", "exp")


class TokenError(ValueError):
    """A token or a key for tokens is not what it has to be; the message is one line without the token."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token says; seconds since 1970."""

    issuer: str
    subject: str
    audience: str
    face: str
    token_id: str
    issued_s: int
    expires_s: int


class TokenKey:
    """An issuer's private key, in a file as JWK (RFC 8037)."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key

    @classmethod
    def new(cls) -> TokenKey:
        """A new one."""
        return cls(OKPKey.generate_key(ALGORITHM))

    @classmethod
    def load(cls, path: Path) -> TokenKey:
        """The key in a file. Raises TokenError."""
        try:
            key = OKPKey.import_key(parsed(read_secret_file(path)))
        except OSError as error:
            raise TokenError(f"{path}: 不能读取: {error.strerror}") from None
        except (ValueError, JoseError):
            raise TokenError(f"{path}: 不是令牌私钥 (JWK, Ed25519)") from None
        if not key.is_private or key.curve_name != ALGORITHM:
            raise TokenError(f"{path}: 不是令牌私钥 (JWK, Ed25519)")
        return cls(key)

    @property
    def private(self) -> bytes:
        """What a file of the key holds; for nobody but the issuer."""
        return json.dumps(self._key.as_dict(private=True)).encode()

    @property
    def public(self) -> dict[str, Any]:
        """The public key as JWK, with its ``kid``."""
        return {**self._key.as_dict(private=False), "kid": self._key.thumbprint()}

    def sign(self, token: AccessToken) -> str:
        """The token, signed, in compact form."""
        claims = {
            "iss": token.issuer,
            "sub": token.subject,
            "aud": token.audience,
            "client_id": token.face,
            "iat": token.issued_s,
            "exp": token.expires_s,
            "jti": token.token_id,
        }
        return jwt.encode(_header(self._key.thumbprint()), claims, self._key, algorithms=[ALGORITHM])


def read_key(jwk: Mapping[str, Any]) -> tuple[str, OKPKey]:
    """An issuer's public key and its ``kid``. Raises TokenError."""
    try:
        key = OKPKey.import_key({name: jwk[name] for name in ("kty", "crv", "x")})
    except (KeyError, ValueError, TypeError, JoseError):
        raise TokenError("不是 Ed25519 公钥 (JWK)") from None
    if key.curve_name != ALGORITHM or jwk.get("kid") != key.thumbprint():
        raise TokenError("公钥不是 Ed25519, 或者 kid 不是它的摘要 (RFC 7638)")
    return key.thumbprint(), key


def read_token(text: str, keys: Mapping[str, OKPKey]) -> tuple[AccessToken, str]:
    """What a token says whose signature one of these keys made, and that key's ``kid``. Raises TokenError."""
    if len(text) > MAX_BYTES:
        raise TokenError("令牌过长")
    try:
        kid = extract_compact(text.encode()).headers().get("kid")
        key = keys.get(kid) if isinstance(kid, str) else None
        if kid is None or key is None:
            raise TokenError("令牌不是本登记系统认可的签发者所签")
        decoded = jwt.decode(text, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise error if isinstance(error, TokenError) else TokenError("令牌的格式或签名不对") from None
    if decoded.header != _header(kid):
        raise TokenError("令牌的头部不是 RFC 9068 的访问令牌")
    return _said(decoded.claims), kid


def _header(kid: str) -> dict[str, str]:
    return {"typ": _TYPE, "alg": ALGORITHM, "kid": kid}


def _said(claims: Mapping[str, Any]) -> AccessToken:
    texts = [claims.get(name) for name in _TEXTS]
    numbers = [claims.get(name) for name in _NUMBERS]
    if not all(isinstance(text, str) and text for text in texts):
        raise TokenError("令牌缺少应有的内容")
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        raise TokenError("令牌没有写明期限")
    said = AccessToken(*texts, *numbers)  # type: ignore[arg-type]
    if not TOKEN_ID.fullmatch(said.token_id):
        raise TokenError("令牌的编号不合格式, 无法吊销")
    return said
