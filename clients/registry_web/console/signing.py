"""The signing component as the console knows it: asked over its socket (``registry_web.signer.service``).

    keys = signing.keys("11130900DEM0000106", "C-014")
    signatures = signing.sign(keys[0].keyid, pin, messages, assertion=answer)

A PIN passes through and is kept nowhere. Whatever goes wrong is a ``SigningError`` with one Chinese line.
"""

from __future__ import annotations

import json
import socket
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from registry.provenance.json_bounds import parsed
from registry.v1.envelope_pb2 import Suite
from registry_web.signer.permission import ToSign

TIMEOUT_S = 60.0
"""Opening a key takes a second on a slow machine, and others may be before."""
_UNAVAILABLE = "签名组件没有运行或没有应答, 请联系运维人员。"


class SigningError(Exception):
    """Nothing was signed."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that the component holds."""

    keyid: str
    suite: Suite.ValueType
    department: str
    official_id: str
    public_key: bytes
    locked_until: int
    factors: tuple[bytes, ...]


class SigningComponent:
    """The component behind a socket. Safe to share between threads."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def keys(self, department: str, official_id: str) -> list[SigningKey]:
        """The keys of an official, the newest first. Raises SigningError."""
        found = self._ask("/keys", {"department": department, "official_id": official_id})
        return [_key(each) for each in found["keys"]]

    def holder(self, public_key: bytes) -> SigningKey | None:
        """The key with this public half, if it is held there. Raises SigningError."""
        found = self._ask("/holder", {"public_key": _text(public_key)})["keys"]
        return _key(found[0]) if found else None

    def sign(
        self,
        keyid: str,
        pin: str,
        messages: Sequence[ToSign],
        *,
        assertion: str = "",
        possession: bool = False,
    ) -> list[bytes]:
        """A signature over each message. Raises SigningError."""
        given = [
            {
                "type": each.payload_type,
                "payload": _text(each.payload),
                "members": list(map(_text, each.members)),
            }
            for each in messages
        ]
        asked = {"keyid": keyid, "pin": pin, "messages": given}
        found = self._ask("/sign", {**asked, "assertion": assertion, "possession": possession})
        return [b64decode(each) for each in found["signatures"]]

    def change_pin(self, keyid: str, pin: str, new: str) -> None:
        """Seals the key under another PIN. Raises SigningError."""
        self._ask("/pin", {"keyid": keyid, "pin": pin, "new": new})

    def journal(self, keyid: str, count: int = 100) -> list[dict[str, Any]]:
        """What was signed with a key, the newest first. Raises SigningError."""
        entries: list[dict[str, Any]] = self._ask("/journal", {"keyid": keyid, "count": count})["entries"]
        return entries

    def _ask(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            with closing(_UnixConnection(self._socket)) as connection:
                connection.request("POST", path, json.dumps(asked), {"content-type": "application/json"})
                answer = connection.getresponse()
                found: dict[str, Any] = parsed(answer.read())
        except (HTTPException, OSError, ValueError) as error:
            raise SigningError("UNAVAILABLE", _UNAVAILABLE) from error
        if answer.status != 200:
            raise SigningError(str(found.get("reason", "")), str(found.get("message", _UNAVAILABLE)))
        return found


class _UnixConnection(HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("signer", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        """Connects to the socket."""
        connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connecting.settimeout(TIMEOUT_S)
        try:
            connecting.connect(str(self._path))
        except OSError:
            connecting.close()
            raise
        self.sock = connecting


def _key(found: dict[str, Any]) -> SigningKey:
    factors = tuple(map(b64decode, found["factors"]))
    return SigningKey(
        found["keyid"], found["suite"], found["department"], found["official_id"],
        b64decode(found["public_key"]), found["locked_until"], factors,
    )  # fmt: skip


def _text(content: bytes) -> str:
    return b64encode(content).decode()
