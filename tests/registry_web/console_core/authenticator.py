"""An authenticator in software (WebAuthn Level 2 §6): makes a credential, answers challenges; and may lie.

held = Authenticator("http://localhost:8493")
answer = held.create(challenge)                 # what the page sends after navigator.credentials.create
answer = held.get(challenge)                    # … .get
held.get(challenge, verified=False)             # the user was not verified
held.get(challenge, count=0)                    # a copy whose counter stands still
"""

from __future__ import annotations

import json
import os
import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from registry_web.console.accounts import Credential

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass(slots=True)
class Authenticator:
    """One with one credential, of one origin."""

    origin: str
    identifier: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0

    @property
    def credential(self) -> Credential:
        """As it is kept by those who ask it."""
        return Credential(self.identifier, self._cose(), 0)

    def create(self, challenge: bytes, *, verified: bool = True, origin: str = "") -> str:
        """A registration, JSON."""
        flags = _PRESENT | _ATTESTED | (_VERIFIED if verified else 0)
        attested = bytes(16) + struct.pack(">H", len(self.identifier)) + self.identifier + self._cose()
        held = {"fmt": "none", "attStmt": {}, "authData": self._data(flags, self.count) + attested}
        response = {
            "clientDataJSON": _text(self._client("webauthn.create", challenge, origin)),
            "attestationObject": _text(cbor2.dumps(held)),
        }
        return self._json(response)

    def get(
        self, challenge: bytes, *, verified: bool = True, origin: str = "", count: int | None = None
    ) -> str:
        """An answer to a challenge, JSON."""
        self.count += 1
        flags = _PRESENT | (_VERIFIED if verified else 0)
        data = self._data(flags, self.count if count is None else count)
        client = self._client("webauthn.get", challenge, origin)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": _text(client),
            "authenticatorData": _text(data),
            "signature": _text(signature),
        }
        return self._json(response)

    def _json(self, response: dict[str, str]) -> str:
        name = _text(self.identifier)
        said: dict[str, Any] = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps({**said, "clientExtensionResults": {}})

    def _client(self, kind: str, challenge: bytes, origin: str) -> bytes:
        said = {"type": kind, "challenge": _text(challenge), "origin": origin or self.origin}
        return json.dumps({**said, "crossOrigin": False}).encode()

    def _data(self, flags: int, count: int) -> bytes:
        party = sha256((urlsplit(self.origin).hostname or "").encode()).digest()
        return party + bytes([flags]) + struct.pack(">I", count)

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
