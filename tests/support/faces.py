"""A spine served with access tokens, and a gateway before it over HTTP: all real, on the loopback.

with facing(spine) as faced, gateway(faced) as address:
    token = faced.token(faced.served.system(CallerRole.PROCUREMENT_SYSTEM))
    httpx.post(f"{address}/v1/log:getCheckpoint", json={}, headers={"authorization": f"Bearer {token}"})
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

import grpc

from registry.access.certificate_door import CertificateDoor
from registry.access.identity import Caller, CallerRole
from registry.config import Tokens
from registry.provenance.access_token import AccessToken, TokenKey
from registry.reading import build_reading_server, reading_gate, start_reading
from registry.server import build_server, token_door
from registry.token_desk import GATEWAY, KEY, Vouching, issue_token, revoke, trust
from registry_client.credentials import Credentials
from tests.support.served import Served, authority_of, writing
from tests.support.spine import ORIGIN, Spine

LIFETIME_S = 3600


@dataclass(slots=True)
class Faced:
    """A served spine that takes tokens."""

    served: Served
    names: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> Tokens:
        """The lists of issuers and of revoked tokens."""
        assert self.served.spine.config.tokens is not None
        return self.served.spine.config.tokens

    @property
    def key(self) -> Path:
        """The operator's key for tokens."""
        return self.served.spine.directory / KEY

    def token(self, caller: Caller, face: str = GATEWAY, lifetime_s: int = LIFETIME_S) -> str:
        """A token as ``registry token issue`` makes it; its name is kept in ``names``."""
        name, now = token_hex(8), int(time.time())
        made = issue_token(
            self.files.issuers, self.key, caller, face, token_id=name, now_s=now, lifetime_s=lifetime_s
        )
        self.names[made] = name
        return made

    def revoke(self, token: str) -> None:
        """Revokes a token."""
        revoke(self.files.revoked, self.names[token], "")

    def trust(self, key: TokenKey, vouching: Vouching) -> None:
        """Takes the tokens of another issuer."""
        trust(self.files.issuers, self.files.revoked, key.public, vouching)

    def face(self, name: str = GATEWAY) -> Caller:
        """A face."""
        return Caller(CallerRole.FACE, name, ORIGIN)

    def credentials(self, name: str = GATEWAY) -> Credentials:
        """The certificate of a face, as a client loads it."""
        own = self.served.authority.client(self.face(name).uri)
        return Credentials(self.served.trusted, own.certificate, own.key)


def claims(caller: Caller, *, face: str = GATEWAY, **changes: Any) -> AccessToken:
    """What a token for a caller says, with changes."""
    now = int(time.time())
    said: dict[str, Any] = {
        "issuer": "operator",
        "subject": caller.uri,
        "audience": ORIGIN,
        "face": Caller(CallerRole.FACE, face, ORIGIN).uri,
        "token_id": token_hex(8),
        "issued_s": now,
        "expires_s": now + LIFETIME_S,
    }
    return AccessToken(**{**said, **changes})


@contextmanager
def facing(
    spine: Spine,
    *,
    by_reader: bool = False,
    at_once: bool = False,
    certificates: CertificateDoor | None = None,
) -> Iterator[Faced]:
    """Serves a spine with tokens until the block ends; its engine is closed with it. The rest as in
    ``tests.support.served``."""
    own = authority_of(spine).server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    door = token_door(spine.config)
    with ExitStack() as stack:
        stack.callback(spine.engine.close)
        if by_reader:
            reading = start_reading(spine.config, stack.enter_context(writing(spine)), spine.clock)
            stack.callback(reading.close)
            gate = reading_gate(reading, at_once=at_once, tokens=door, certificates=certificates)
            server, port = build_reading_server(reading, credentials, "127.0.0.1:0", gate)
        else:
            server, port = build_server(
                spine.engine,
                credentials,
                "127.0.0.1:0",
                at_once=at_once,
                tokens=door,
                certificates=certificates,
            )
        server.start()
        stack.callback(lambda: server.stop(1).wait())
        served = Served(spine, authority_of(spine), f"127.0.0.1:{port}", server=server)
        stack.callback(served.close)
        yield Faced(served)
