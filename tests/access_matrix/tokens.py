"""A maker for each state of a token that ``registry.access.papers`` lists: what stands in the metadata of a
call by the gateway, for whom a department calls."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from registry.access.identity import Caller, CallerRole
from registry.provenance.access_token import TokenKey
from registry.token_desk import Vouching
from tests.access_matrix.calls import Metadata
from tests.support.faces import Faced, claims

LONGEST_S = 3600
OTHER_FACE = "console"


@dataclass(frozen=True, slots=True)
class Desk:
    """A registry that takes tokens, and the keys of three issuers: the operator's own; one that vouches by
    another face; one that vouches for one department alone."""

    faced: Faced
    own: TokenKey
    by_console: TokenKey
    for_one: TokenKey

    @classmethod
    def of(cls, faced: Faced) -> Desk:
        """Has the registry take the tokens of all three. They are believed a second later."""
        keys = TokenKey.new(), TokenKey.new()
        departments = [CallerRole.DEPARTMENT.value]
        only = [faced.served.department("税务").uri]
        faced.trust(keys[0], Vouching("console", departments, [OTHER_FACE], LONGEST_S))
        faced.trust(keys[1], Vouching("bureau", departments, ["gateway"], LONGEST_S, only))
        return cls(faced, TokenKey.load(faced.key), *keys)

    @property
    def caller(self) -> Caller:
        """For whom is called."""
        return self.faced.served.department("财政")

    def token(self, key: TokenKey | None = None, **changes: Any) -> str:
        """A token of the operator's, with something changed."""
        return (key or self.own).sign(claims(self.caller, **changes))


Maker = Callable[[Desk], AbstractContextManager[Metadata]]


@contextmanager
def _brought(make: Callable[[Desk], list[str]], desk: Desk) -> Iterator[Metadata]:
    yield [("authorization", each) for each in make(desk)]


def _bearer(make: Callable[[Desk], str]) -> Maker:
    return partial(_brought, lambda desk: [f"Bearer {make(desk)}"])


def _changed(**changes: Any) -> Maker:
    return _bearer(lambda desk: desk.token(**changes))


def _span(begins: int, ends: int) -> Maker:
    def make(desk: Desk) -> str:
        now = int(time.time())
        return desk.token(issued_s=now + begins, expires_s=now + ends)

    return _bearer(make)


def _spoilt(desk: Desk) -> str:
    head, said, signature = desk.token().split(".")
    claimed = json.loads(urlsafe_b64decode(said + "=="))
    claimed["sub"] = desk.faced.served.department("税务").uri
    return f"{head}.{_b64(json.dumps(claimed).encode())}.{signature}"


def _headed(header: Mapping[str, str], secret: Callable[[TokenKey], bytes] | None, desk: Desk) -> str:
    named = {**header, "kid": desk.own.public["kid"]}
    signed = f"{_b64(json.dumps(named).encode())}.{desk.token().split('.')[1]}"
    made = hmac.digest(secret(desk.own), signed.encode(), hashlib.sha256) if secret else b""
    return f"{signed}.{_b64(made)}"


def _public(key: TokenKey) -> bytes:
    return urlsafe_b64decode(key.public["x"] + "==")


def _b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _revoked(desk: Desk) -> str:
    made = desk.faced.token(desk.caller)
    desk.faced.revoke(made)
    time.sleep(1.1)
    return made


@contextmanager
def _unreadable(desk: Desk) -> Iterator[Metadata]:
    issuers = desk.faced.files.issuers
    content = issuers.read_bytes()
    issuers.write_bytes(content[:-30])
    time.sleep(1.1)
    try:
        yield [("authorization", f"Bearer {desk.token()}")]
    finally:
        issuers.write_bytes(content)
        time.sleep(1.1)


def _two_audiences(desk: Desk) -> str:
    said = claims(desk.caller)
    return desk.token(audience=[said.audience, "credit.example/other"])


NONE = {"typ": "at+jwt", "alg": "none"}
HS256 = {"typ": "at+jwt", "alg": "HS256"}
MAKERS: Mapping[str, Maker] = {
    "good": _changed(),
    "none": partial(_brought, lambda _: []),
    "not a token": _bearer(lambda _: "x"),
    "empty": _bearer(lambda _: ""),
    "of an unknown issuer": _bearer(lambda desk: desk.token(TokenKey.new())),
    "of an issuer for another face": _bearer(lambda desk: desk.token(desk.by_console, issuer="console")),
    "for another face": _bearer(lambda desk: desk.token(desk.by_console, issuer="console", face=OTHER_FACE)),
    "for another registry": _changed(audience="credit.example/other"),
    "for two registries": _bearer(_two_audiences),
    "expired": _span(-100, -1),
    "not yet valid": _span(600, 900),
    "longer than its issuer may make it": _span(0, 400 * 86_400),
    "revoked": _bearer(_revoked),
    "unsigned (alg none)": _bearer(partial(_headed, NONE, None)),
    "signed with the public key as a secret (HS256)": _bearer(partial(_headed, HS256, _public)),
    "changed after it was signed": _bearer(_spoilt),
    "twice": partial(_brought, lambda desk: [f"Bearer {desk.token()}"] * 2),
    "with a word in another case (bearer)": partial(_brought, lambda desk: [f"bearer {desk.token()}"]),
    "by another scheme (Basic)": partial(_brought, lambda desk: [f"Basic {desk.token()}"]),
    "naming a face": _bearer(lambda desk: desk.token(subject=desk.faced.face().uri)),
    "naming the public": _bearer(
        lambda desk: desk.token(subject=desk.faced.served.system(CallerRole.PUBLIC).uri)
    ),
    "naming the registrar": _bearer(lambda desk: desk.token(subject=desk.faced.served.registrar().uri)),
    "naming a department that its issuer has no word for": _bearer(
        lambda desk: desk.token(desk.for_one, issuer="bureau")
    ),
    "naming a code in another case": _bearer(
        lambda desk: desk.token(subject=desk.caller.uri.replace(desk.caller.name, desk.caller.name.lower()))
    ),
    "good, the lists cannot be read": _unreadable,
}
