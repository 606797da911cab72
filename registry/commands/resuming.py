"""Where a watcher goes on (续接标记): the position of the first statement that it has not been told of.

A token is bound to what is watched: under another filter it would leave a gap that nobody sees, so it is
refused there. It is no secret and no power, and so not keyed: it leads to what its bearer may watch anyway.

Form: base64url without padding of version (1 byte) ‖ position (8) ‖ first 8 bytes of the SHA-256 of both, the
origin of the log and the filter, each text with its length before it (8).

Worked example: everything up to 41 was told, so the token says 42. The registry is started again, and others
state 1,000 statements; the watcher comes with the token and has the events of 42 to 1,041.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from struct import Struct
from struct import error as StructError

from registry.commands.change_filter import Filter
from registry.errors import RegistryError
from registry.v1 import error_reason_pb2 as reasons

FIELD = "start.resume_token"
_FORM = Struct(">BQ")
_FINGERPRINT_BYTES = 8
_VERSION = 1


def token_of(position: int, wanted: Filter, origin: str) -> str:
    """The token that leads on from a position."""
    packed = _FORM.pack(_VERSION, position)
    return _written(packed + _fingerprint(packed, wanted, origin))


def position_of(token: str, wanted: Filter, origin: str) -> int:
    """The position that a token leads on from. Raises RegistryError unless it was given out for this."""
    try:
        content = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        packed, fingerprint = content[: _FORM.size], content[_FORM.size :]
        version, position = _FORM.unpack(packed)
        given = _written(content) == token and fingerprint == _fingerprint(packed, wanted, origin)
        if version != _VERSION or not given or position >= 1 << 63:
            raise ValueError("another filter's token")
        return int(position)
    except (ValueError, StructError) as error:
        message = "续接标记无效, 或者属于条件不同的另一次关注; 请改用 from_position。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, FIELD) from error


def _written(content: bytes) -> str:
    return urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _fingerprint(packed: bytes, wanted: Filter, origin: str) -> bytes:
    digest = sha256(packed)
    filters = (str(int(wanted.domain)), wanted.region, str(int(wanted.persons)), *sorted(wanted.lists))
    for each in (origin, *filters):
        text = each.encode()
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.digest()[:_FINGERPRINT_BYTES]
