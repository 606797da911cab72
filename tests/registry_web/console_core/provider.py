"""An OpenID provider that does what a test tells it to, the wrong thing too.

with provider() as given:
    given.claims["nonce"] = "another"           # laid over the right claims of the next ID token
    given.header["alg"] = "none"                # the token is then not signed at all
    client.get(given.follow(address))           # as a browser would, back to the console
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from registry_web.serving import WebServer


@dataclass(slots=True)
class Provider:
    """The provider; ``asked`` is what the console has sent to its token endpoint."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    signer: RSAKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    user_info: dict[str, Any] = field(default_factory=dict)
    subject: str = "sub-1"
    asked: dict[str, str] = field(default_factory=dict)
    authorization: dict[str, str] = field(default_factory=dict)

    def reset(self) -> None:
        """Does the right thing again."""
        self.signer, self.subject = None, "sub-1"
        for each in (self.claims, self.header, self.discovery, self.user_info, self.asked):
            each.clear()

    def follow(self, address: str, **changes: str) -> str:
        """Signs in at the provider; where it leads back to, as path and query."""
        self.authorization = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        said = {"code": "c-1", "state": self.authorization["state"], **changes}
        back = urlsplit(self.authorization["redirect_uri"]).path
        return f"{back}?{urlencode({name: value for name, value in said.items() if value})}"

    def application(self) -> Starlette:
        """As ASGI."""

        async def discovery(_: Request) -> Response:
            found = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/me",
            }
            return JSONResponse({**found, **self.discovery})

        async def token(request: Request) -> Response:
            self.asked = {name: str(value) for name, value in (await request.form()).items()}
            verifier = urlsafe_b64encode(sha256(self.asked.get("code_verifier", "").encode()).digest())
            if verifier.rstrip(b"=").decode() != self.authorization.get("code_challenge"):
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self._id_token()})

        async def keys(_: Request) -> Response:
            return JSONResponse({"keys": [self.key.as_dict(private=False)]})

        async def me(_: Request) -> Response:
            return JSONResponse({"sub": self.subject, **self.user_info})

        posted = [Route("/token", token, methods=["POST"])]
        read = {"/.well-known/openid-configuration": discovery, "/keys": keys, "/me": me}
        return Starlette(routes=[*posted, *(Route(path, endpoint) for path, endpoint in read.items())])

    def _id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": "console",
            "iat": now,
            "exp": now + 300,
            "nonce": self.authorization["nonce"],
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "one", **self.header}
        if header["alg"] == "none":
            parts = (json.dumps(each).encode() for each in (header, claims))
            return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        if header["alg"] == "HS256":  # With the public key as the secret: a confusion of keys.
            secret = OctKey.import_key(self.key.as_pem(private=False))
            return jwt.encode(header, claims, secret, algorithms=["HS256"])
        return jwt.encode(header, claims, self.signer or self.key, algorithms=["RS256"])


@contextmanager
def provider(port: int) -> Iterator[Provider]:
    """A provider on loopback while the block runs."""
    made = Provider(f"http://localhost:{port}")
    server = WebServer(made.application(), f"127.0.0.1:{port}")
    try:
        yield made
    finally:
        server.stop()
