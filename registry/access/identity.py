"""The name of a caller: a URI in the subjectAltName of its certificate (RFC 5280 §4.2.1.6).

    registry://<origin>/department/<USCC>            a department (部门), by its 统一社会信用代码
    registry://<origin>/registrar/<USCC>             the operator of the registry, by its code
    registry://<origin>/system/<domain>/<name>       a system that asks; the domain is one of
                                                     procurement, bidding, financing, licensing, border
    registry://<origin>/auditor/<name>               one who reads everything and states nothing
    registry://<origin>/public/<name>                a portal that shows everybody what is disclosed
    registry://<origin>/face/<name>                  a gateway or console: nothing by itself, it calls for
                                                     those whose tokens it brings (``access.tokens``)

* ``<origin>`` is the origin of the log, as in its checkpoints: a host, perhaps with a port and a path. A
  certificate for one registry therefore names nobody at another.
* ``<USCC>`` is valid (GB 32100) and in its normal form; ``<name>`` is 1 to 64 of a–z, 0–9 with single dots
  and hyphens between them. Nothing is escaped or normalised: a caller has exactly one name, so names may be
  compared, logged and used as keys as they are.
* A certificate carries exactly one such URI; other kinds of names in it mean nothing here.

Example: ``registry://example.com/log/system/procurement/tender-platform`` at the origin ``example.com/log``
is the system ``tender-platform`` in the role ``PROCUREMENT_SYSTEM``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from registry.domain.identifiers import code_faults
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC

SCHEME = "registry://"
"""What every identity URI begins with."""

PEER_URI_PROPERTY = "peer_uri"
"""The key under which gRPC's ``auth_context`` lists the URIs of a verified client certificate."""

_HOST = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
_ORIGIN = re.compile(rf"{_HOST}(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)*")
_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_NAME_LENGTH = 64


class IdentityError(ValueError):
    """A name is malformed, of another registry, or not the only one; the message is one line."""


class CallerRole(Enum):
    """What a caller is; the value is the role's place in the URI and never changes its meaning."""

    DEPARTMENT = "department"
    REGISTRAR = "registrar"
    PROCUREMENT_SYSTEM = "system/procurement"
    BIDDING_SYSTEM = "system/bidding"
    FINANCING_SYSTEM = "system/financing"
    LICENSING_SYSTEM = "system/licensing"
    BORDER_SYSTEM = "system/border"
    AUDITOR = "auditor"
    PUBLIC = "public"
    FACE = "face"


_NAMED_BY_CODE = frozenset({CallerRole.DEPARTMENT, CallerRole.REGISTRAR})


@dataclass(frozen=True, slots=True)
class Caller:
    """One who calls: ``name`` is a USCC for departments and the registrar, a system's name otherwise.

    IdentityError if the fields could not be read back from ``uri``.
    """

    role: CallerRole
    name: str
    origin: str

    def __post_init__(self) -> None:
        if not _ORIGIN.fullmatch(self.origin):
            raise IdentityError(f"not an origin that can stand in an identity: {self.origin!r}")
        if self.role in _NAMED_BY_CODE:
            if code_faults(IDENTIFIER_TYPE_USCC, self.name):
                raise IdentityError(f"a {self.role.value} is named by a valid USCC, not {self.name!r}")
        elif len(self.name) > _NAME_LENGTH or not _NAME.fullmatch(self.name):
            raise IdentityError(f"not the name of a system or auditor: {self.name!r}")

    @property
    def uri(self) -> str:
        """The identity as it stands in the certificate."""
        return f"{SCHEME}{self.origin}/{self.role.value}/{self.name}"


def parse_identity(uri: str, *, origin: str) -> Caller:
    """The caller that ``uri`` names at the registry ``origin``.

    IdentityError: another scheme or origin, an unknown role, or a malformed name.
    """
    prefix = f"{SCHEME}{origin}/"
    if not uri.startswith(prefix):
        raise IdentityError(f"not an identity at {origin}: {uri!r}")
    role, _, name = uri.removeprefix(prefix).rpartition("/")
    if role not in {known.value for known in CallerRole}:
        raise IdentityError(f"no such role: {uri!r}")
    return Caller(CallerRole(role), name, origin)


def caller_of_peer(auth_context: Mapping[str, Iterable[bytes] | bytes], *, origin: str) -> Caller:
    """The caller whose verified certificate gRPC describes in ``context.auth_context()``.

    IdentityError if there is no certificate, or it does not carry exactly one URI, or that URI is not an
    identity here. A second URI is refused rather than passed over: which one counts must never be a question.
    """
    found = auth_context.get(PEER_URI_PROPERTY, ())
    uris = [found] if isinstance(found, bytes) else list(found)  # grpcio gives a list, its type stubs bytes
    if len(uris) != 1:
        raise IdentityError(f"a client certificate with one URI is needed; there are {len(uris)} URIs")
    return parse_identity(uris[0].decode("ascii", "backslashreplace"), origin=origin)
