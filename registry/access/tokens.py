"""Who calls through a face (令牌): the token it brings, held against what its issuer may vouch for.

A face (gateway, console) shows its own certificate and brings, for each call, an access token
(``registry.provenance.access_token``) in the metadata ``authorization: Bearer …``. The caller is then the one
that the token names, with that caller's rights, as if it had come by itself. The registry takes a token when

* its issuer is listed, and may vouch for the role (and the very caller, where its callers are listed);
* its audience is this registry, and it names the face that brings it;
* it has begun and not ended, and does not last longer than its issuer may make it;
* it is not revoked.

Issuers are listed in a JWK Set (RFC 7517); each key has beside its own members

    "registry:issuer"     "console"                     the ``iss`` of its tokens
    "registry:roles"      ["department", "auditor"]     for whom it may vouch
    "registry:faces"      ["console"]                   by whom its tokens may be brought
    "registry:longest_s"  600                           how long a token may last
    "registry:callers"    ["registry://…"]              may be left out: whom alone it may vouch for

Nobody vouches for a face: a token never names the role ``face``. Nothing is read here but what is given: the
files are ``registry.access.token_files``, and time is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import OKPKey

from registry.access.identity import Caller, CallerRole, IdentityError, parse_identity
from registry.provenance.access_token import AccessToken, TokenError, read_key, read_token

PREFIX = "registry:"
SKEW_S = 60
"""How far the clock of an issuer may be ahead."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens are taken: a key, and what it may vouch for. No ``callers``: for all of its roles."""

    kid: str
    key: OKPKey
    name: str
    roles: frozenset[CallerRole]
    faces: frozenset[str]
    longest_s: int
    callers: frozenset[str]

    @classmethod
    def of(cls, jwk: Mapping[str, Any]) -> Issuer:
        """The issuer of a JWK. Raises TokenError."""
        kid, key = read_key(jwk)
        name, longest_s = jwk.get(f"{PREFIX}issuer"), jwk.get(f"{PREFIX}longest_s")
        if not isinstance(name, str) or not name:
            raise TokenError(f"{PREFIX}issuer 没有写")
        if not isinstance(longest_s, int) or isinstance(longest_s, bool) or longest_s <= 0:
            raise TokenError(f"{PREFIX}longest_s 应为正整数(秒)")
        roles, faces = _texts(jwk, "roles"), _texts(jwk, "faces")
        unknown = roles - {role.value for role in CallerRole if role is not CallerRole.FACE}
        if not roles or not faces or unknown:
            raise TokenError(f"{PREFIX}roles 和 {PREFIX}faces 应写明, 角色{sorted(unknown)}不能代表")
        known = frozenset(CallerRole(role) for role in roles)
        return cls(kid, key, name, known, faces, longest_s, _texts(jwk, "callers"))

    def may_vouch(self, token: AccessToken, caller: Caller) -> bool:
        """Whether this issuer may say that this caller calls, for so long."""
        listed = not self.callers or caller.uri in self.callers
        lasting = 0 < token.expires_s - token.issued_s <= self.longest_s
        return caller.role in self.roles and listed and lasting and token.issuer == self.name


@dataclass(frozen=True, slots=True)
class Trust:
    """Issuers by ``kid``, and the names of revoked tokens."""

    issuers: Mapping[str, Issuer]
    revoked: frozenset[str]

    @classmethod
    def of(cls, jwks: Any, revoked: Iterable[str]) -> Trust:
        """What a JWK Set and a list of token names say. Raises TokenError."""
        keys = jwks.get("keys") if isinstance(jwks, dict) else None
        if not isinstance(keys, list) or not all(isinstance(jwk, dict) for jwk in keys):
            raise TokenError("不是公钥集 (JWK Set)")
        found: dict[str, Issuer] = {}
        for place, jwk in enumerate(keys, 1):
            try:
                issuer = Issuer.of(jwk)
            except TokenError as error:
                raise TokenError(f"第{place}把公钥: {error}") from None
            if issuer.kid in found:
                raise TokenError(f"第{place}把公钥: 重复")
            found[issuer.kid] = issuer
        return cls(found, frozenset(revoked))

    def admit(self, text: str, face: Caller, now_s: int) -> tuple[Caller, AccessToken]:
        """Who calls with a token that a face brings, and what the token says. Raises TokenError."""
        token, kid = read_token(text, {each.kid: each.key for each in self.issuers.values()})
        issuer = self.issuers[kid]
        if token.audience != face.origin:
            raise TokenError("令牌是给另一登记系统的")
        try:
            caller = parse_identity(token.subject, origin=face.origin)
        except IdentityError:
            raise TokenError("令牌没有写明本登记系统认可的身份") from None
        if caller.role is CallerRole.FACE or not issuer.may_vouch(token, caller):
            raise TokenError("签发者无权为这一身份签发这样的令牌")
        if token.face != face.uri or face.name not in issuer.faces:
            raise TokenError("令牌不能由这一入口使用")
        self.check(token, now_s)
        return caller, token

    def check(self, token: AccessToken, now_s: int) -> None:
        """Raises TokenError unless a token that was admitted before still holds."""
        if token.token_id in self.revoked:
            raise TokenError("令牌已被吊销")
        if token.issued_s > now_s + SKEW_S:
            raise TokenError("令牌尚未生效")
        if now_s >= token.expires_s:
            raise TokenError("令牌已过期")


def _texts(jwk: Mapping[str, Any], name: str) -> frozenset[str]:
    given = jwk.get(f"{PREFIX}{name}", [])
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise TokenError(f"{PREFIX}{name} 应为文字的列表")
    return frozenset(given)
