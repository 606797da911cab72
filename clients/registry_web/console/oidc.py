"""Signing in by an OpenID provider (统一身份认证): OpenID Connect Core 1.0, authorization code with PKCE.

    GET /sign-in/oidc        state, nonce and code verifier (RFC 7636, S256) into the visit; to the provider
    GET /sign-in/oidc/done   state compared; code exchanged; ID token checked; account looked up

The ID token is taken only if it is signed by a key of the provider's with an algorithm named here (never
``none``, never a symmetric one), and ``iss``, ``aud``, ``azp``, ``exp``, ``iat``, ``nonce`` are what they
must be. The provider says who somebody is; that he may sign in is said by an account that the operator made
before, for (issuer, subject) or for a claim. Of the claims about addresses only those count that the provider
has verified.

Endpoints come from discovery, whose ``issuer`` must be the configured one; all are HTTPS, or on loopback.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any, TypeGuard
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from registry.provenance.secret_file import read_secret_file
from registry_web.config import Oidc, WebConfigError
from registry_web.console.visits import Visit

DONE = "/sign-in/oidc/done"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
SKEW_S = 60
TIMEOUT_S = 10.0
_DISCOVERY_S, _AGAIN_S = 3600.0, 10.0
"""How long what the provider says of itself is kept, and how long it is not asked again where it was silent:
each visitor would hold a thread of the console until it does not answer him either."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NEEDS_VERIFIED = {"email": "email_verified", "phone_number": "phone_number_verified"}
_MAX_ANSWER = 1024 * 1024
_SCOPE = "openid profile email"


class OidcError(Exception):
    """Somebody could not be signed in by the provider; the message is for the journal, not for the page."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for, and what else it says of him that counts."""

    issuer: str
    subject: str
    claims: Mapping[str, str]


class Provider:
    """An OpenID provider. Safe to share between threads."""

    def __init__(self, oidc: Oidc, url: str, now: Callable[[], float] = time.time) -> None:
        try:
            self._secret = read_secret_file(oidc.client_secret).decode("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WebConfigError(f"{oidc.client_secret}: 不能读取: {error}") from None
        self._oidc = oidc
        self._now = now
        self._redirect = url + DONE
        self._lock = Lock()
        self._known: tuple[float, dict[str, Any]] | None = None
        self._silent_until = float("-inf")
        self._keys: KeySet | None = None

    @property
    def name(self) -> str:
        """As it is called on the sign-in page."""
        return self._oidc.name

    def begin(self, visit: Visit) -> str:
        """Where a visitor signs in. Raises OidcError."""
        endpoint = self._endpoint("authorization_endpoint")
        visit.state, visit.nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        visit.verifier = secrets.token_urlsafe(48)
        asked = {
            "response_type": "code",
            "client_id": self._oidc.client_id,
            "redirect_uri": self._redirect,
            "scope": _SCOPE,
            "state": visit.state,
            "nonce": visit.nonce,
            "code_challenge": challenge_of(visit.verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def finish(self, visit: Visit, given: Mapping[str, str], wanted: frozenset[str]) -> Vouched:
        """Whom the provider has sent back; ``wanted`` are claims to look for. Raises OidcError."""
        state, nonce, verifier = visit.take_flow()
        if not state or not hmac.compare_digest(state.encode(), given.get("state", "").encode()):
            raise OidcError("state is not that of the visit")
        if given.get("iss", self._oidc.issuer) != self._oidc.issuer:
            raise OidcError("answered by another issuer")  # RFC 9207
        if "error" in given or not given.get("code"):
            raise OidcError(f"the provider answered {given.get('error', 'nothing')[:60]}")
        token = self._exchange(given["code"], verifier)
        claims = self._claims(str(token.get("id_token", "")), nonce)
        if wanted - claims.keys() and token.get("access_token"):
            claims = {**self._user_info(str(token["access_token"]), claims["sub"]), **claims}
        return Vouched(self._oidc.issuer, claims["sub"], _counting(claims, wanted))

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        endpoint = self._endpoint("token_endpoint")
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": verifier,
        }
        who = (quote_plus(self._oidc.client_id), quote_plus(self._secret))  # RFC 6749 §2.3.1
        methods = self._metadata().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth: tuple[str, str] | None = who
        if not isinstance(methods, list):
            raise OidcError("token_endpoint_auth_methods_supported of the provider is no list")
        if "client_secret_basic" not in methods and "client_secret_post" in methods:
            auth = None
            given |= {"client_id": self._oidc.client_id, "client_secret": self._secret}
        return _object("POST", endpoint, data=given, auth=auth)

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        for fresh in (False, True):  # A key that is not known may be a new one.
            try:
                decoded = jwt.decode(id_token, self._key_set(fresh), algorithms=list(ALGORITHMS))
                break
            except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                if fresh:
                    raise OidcError(f"the ID token is not signed by the provider: {error}") from error
        claims = dict(decoded.claims)
        if faults := _faults(claims, self._oidc, nonce, self._now()):
            raise OidcError(f"the ID token has another {', '.join(faults)}")
        return claims

    def _user_info(self, access_token: str, subject: str) -> dict[str, Any]:
        if not self._metadata().get("userinfo_endpoint"):
            return {}
        found = self._get(self._endpoint("userinfo_endpoint"), {"authorization": f"Bearer {access_token}"})
        return found if found.get("sub") == subject else {}

    def _endpoint(self, name: str) -> str:
        found = self._metadata().get(name)
        if not isinstance(found, str) or not _is_guarded(found):
            raise OidcError(f"{name} of the provider is missing or not HTTPS")
        return found

    def _metadata(self) -> dict[str, Any]:
        with self._lock:
            if self._known is None or abs(self._now() - self._known[0]) > _DISCOVERY_S:
                self._known = self._now(), self._discovered()
            return self._known[1]

    def _discovered(self) -> dict[str, Any]:
        """What the provider says of itself. Raises OidcError, at once where it was silent just now."""
        if time.monotonic() < self._silent_until:
            raise OidcError("the provider did not answer just now")
        try:
            found = self._get(f"{self._oidc.issuer.rstrip('/')}/.well-known/openid-configuration", {})
        except OidcError:
            self._silent_until = time.monotonic() + _AGAIN_S
            raise
        if found.get("issuer") != self._oidc.issuer:
            raise OidcError("discovery names another issuer")
        return found

    def _key_set(self, fresh: bool) -> KeySet:
        if self._keys is None or fresh:
            self._keys = KeySet.import_key_set(self._get(self._endpoint("jwks_uri"), {}))  # type: ignore[arg-type]
        return self._keys

    def _get(self, address: str, headers: dict[str, str]) -> dict[str, Any]:
        if not _is_guarded(address):
            raise OidcError("the provider is not reached over HTTPS")
        return _object("GET", address, headers=headers)


def challenge_of(verifier: str) -> str:
    """What the provider is shown of a code verifier (RFC 7636 §4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def _object(
    method: str, address: str, headers: Mapping[str, str] | None = None, **asked: Any
) -> dict[str, Any]:
    """The JSON object that the provider answers with, of bounded size and in bounded time. Raises
    OidcError."""
    try:
        found = json.loads(
            _content(method, address, {**(headers or {}), "accept-encoding": "identity"}, asked)
        )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise OidcError(f"the provider cannot be asked: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise OidcError("the provider answered something else")
    return found


def _content(method: str, address: str, headers: Mapping[str, str], asked: Mapping[str, Any]) -> bytes:
    content, until = bytearray(), time.monotonic() + 2 * TIMEOUT_S
    with httpx.stream(
        method, address, headers=headers, timeout=TIMEOUT_S, trust_env=False, **asked
    ) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():  # Never unpacked: what is packed may be a thousand times as long.
            content += piece
            if len(content) > _MAX_ANSWER or time.monotonic() > until:
                raise OidcError("the provider answers without end")
    return bytes(content)


def _faults(claims: Mapping[str, Any], oidc: Oidc, nonce: str, now: float) -> list[str]:
    """Which claims are not what they must be (OpenID Connect Core §3.1.3.7)."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", oidc.client_id if len(audiences) == 1 else None)
    given_nonce = claims.get("nonce")
    checks = {
        "iss": claims.get("iss") == oidc.issuer,
        "aud": oidc.client_id in audiences,
        "azp": party == oidc.client_id,
        "exp": _is_number(claims.get("exp")) and now < claims["exp"] + SKEW_S,
        "iat": _is_number(claims.get("iat")) and claims["iat"] <= now + SKEW_S,
        "nonce": _is_text(given_nonce) and hmac.compare_digest(given_nonce.encode(), nonce.encode()),
        "sub": _is_text(claims.get("sub")) and 0 < len(claims["sub"]) <= 255,
    }
    return [name for name, right in checks.items() if not right]


def _counting(claims: Mapping[str, Any], wanted: frozenset[str]) -> dict[str, str]:
    """The wanted claims that may name somebody."""
    return {
        name: claims[name]
        for name in wanted
        if _is_text(claims.get(name))
        and claims[name]
        and (name not in _NEEDS_VERIFIED or claims.get(_NEEDS_VERIFIED[name]) is True)
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: Any) -> TypeGuard[str]:
    """Whether a value is text that can be compared and kept: JSON may hold halves of surrogate pairs."""
    return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)


def _is_guarded(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # Brackets without an address in them.
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
