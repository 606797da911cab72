"""A maker for each state of a client certificate that ``registry.access.papers`` lists.

A maker prepares the state, and answers what a client shows: a credential, or None. What it changed for
others (a list, a clock) it puts back when the block ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from registry.access.certificates import Credential
from registry.access.identity import CallerRole
from tests.support.revocation import LateClock, RevokedBy
from tests.support.served import DAY, Authority, Served, yesterday
from tests.support.spine import ORIGIN

ROLE = CallerRole.PROCUREMENT_SYSTEM


@dataclass(frozen=True, slots=True)
class Town:
    """A served registry whose certificates are looked at by a clock and a list of its own."""

    served: Served
    lists: RevokedBy
    clock: LateClock
    room: Path
    """A directory for other authorities."""

    @property
    def uri(self) -> str:
        """The identity of a system that may ask."""
        return self.served.system(ROLE).uri

    @property
    def code(self) -> str:
        """The code of a department."""
        return self.served.department("财政").name

    @property
    def department(self) -> str:
        """Its identity."""
        return self.served.department("财政").uri

    def client(self, uri: str = "", **how: Any) -> Credential:
        """A certificate of the registry's own authority."""
        return self.served.authority.client(uri or self.uri, **how)

    def other(self, name: str) -> Authority:
        """Another authority, of the same name."""
        place = self.room / name
        return Authority(place) if place.exists() else Authority.new(place)


Maker = Callable[[Town], AbstractContextManager[Credential | None]]


@contextmanager
def _shown(make: Callable[[Town], Credential | None], town: Town) -> Iterator[Credential | None]:
    yield make(town)


def _named(uri: str) -> Maker:
    return partial(_shown, lambda town: reissued(town.served.authority, [uri]))


def _listed(*uris: Callable[[Town], str]) -> Maker:
    return partial(_shown, lambda town: reissued(town.served.authority, [each(town) for each in uris]))


def reissued(authority: Authority, uris: list[str]) -> Credential:
    """A certificate as the authority would never make it: with these URIs, in this order, or none."""
    own = authority.client(f"registry://{ORIGIN}/auditor/form")
    key: Any = load_pem_private_key((authority.directory / "authority.key").read_bytes(), None)
    old = x509.load_pem_x509_certificate(own.certificate)
    builder = x509.CertificateBuilder(
        old.issuer, old.subject, old.public_key(), x509.random_serial_number(),
        old.not_valid_before_utc, old.not_valid_after_utc,
    )  # fmt: skip
    for extension in old.extensions:
        value = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            if not uris:
                continue
            value = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
        builder = builder.add_extension(value, extension.critical)
    certificate = builder.sign(key, hashes.SHA256())
    return Credential(own.key, certificate.public_bytes(Encoding.PEM), own.authority)


def _by(issuer: Credential | None, town: Town) -> Credential:
    """A certificate signed with the key of another caller's, or its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "forged")])
    signer: Any = load_pem_private_key(issuer.key, None) if issuer else key
    name = x509.load_pem_x509_certificate(issuer.certificate).subject if issuer else subject
    purposes = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH])
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(town.served.registrar().uri)])
    certificate = (
        x509.CertificateBuilder(name, subject, key.public_key(), 1, yesterday(), yesterday() + 2 * DAY)
        .add_extension(purposes, critical=False)
        .add_extension(names, critical=False)
        .sign(signer, hashes.SHA256())
    )
    chain = certificate.public_bytes(Encoding.PEM) + (issuer.certificate if issuer else b"")
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Credential(private, chain, town.served.trusted)


def _opening(days: int) -> Maker:
    opening = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return partial(_shown, lambda town: town.client(not_before=opening))


def _revoked(town: Town) -> Credential:
    own = town.client()
    town.lists.write(own)
    town.clock.late_s += 1
    return own


@contextmanager
def _late(town: Town) -> Iterator[Credential]:
    """The connection is opened by the clock of TLS, and the gate's is two days ahead."""
    own, before = town.client(), town.clock.late_s
    town.clock.late_s += 2 * DAY.total_seconds()
    try:
        yield own
    finally:
        town.clock.late_s = before


@contextmanager
def _unreadable(town: Town) -> Iterator[Credential]:
    own, content = town.client(), town.lists.path.read_bytes()
    town.lists.path.write_bytes(content[:-30])
    town.clock.late_s += 1
    try:
        yield own
    finally:
        town.lists.path.write_bytes(content)
        town.clock.late_s += 1


@contextmanager
def _ended(town: Town) -> Iterator[Credential]:
    own = town.client()
    town.lists.write(ends=timedelta(seconds=-1))
    town.clock.late_s += 1
    try:
        yield own
    finally:
        town.lists.write()
        town.clock.late_s += 1


MAKERS: Mapping[str, Maker] = {
    "good": partial(_shown, lambda town: town.client()),
    "none": partial(_shown, lambda _: None),
    "signed by itself": partial(_shown, partial(_by, None)),
    "of another authority": partial(_shown, lambda town: town.other("strange").client(town.uri)),
    "of another authority of the same name": partial(
        _shown, lambda town: reissued(town.other("strange"), [town.uri])
    ),
    "signed with another caller's certificate": partial(_shown, lambda town: _by(town.client(), town)),
    "expired": _opening(-30),
    "not yet valid": _opening(30),
    "a server's": partial(_shown, lambda town: town.served.authority.server()),
    "expired on an open connection": _late,
    "revoked": partial(_shown, _revoked),
    "revoked on an open connection": partial(_shown, lambda town: town.client()),
    "good, the list of revoked ones cannot be read": _unreadable,
    "good, the list of revoked ones has ended": _ended,
    "without an identity": _listed(),
    "with two identities": _listed(lambda town: town.uri, lambda town: town.served.registrar().uri),
    "with the same identity twice": _listed(lambda town: town.uri, lambda town: town.uri),
    "of another registry": _named("registry://credit.example/elsewhere/system/procurement/asker"),
    "of a registry in another case": _named(f"registry://{ORIGIN.upper()}/system/procurement/asker"),
    "of an unknown role": _named(f"registry://{ORIGIN}/emperor/asker"),
    "of a role in another case": _named(f"registry://{ORIGIN}/System/Procurement/asker"),
    "of a code in another case": _listed(lambda town: town.department.replace(town.code, town.code.lower())),
    "of a code with a wrong check digit": _listed(
        lambda town: town.department[:-1] + ("A" if town.code[-1] != "A" else "B")
    ),
    "of a name in another case": _named(f"registry://{ORIGIN}/system/procurement/Asker"),
    "of a name that is escaped": _named(f"registry://{ORIGIN}/system/procurement/%61sker"),
    "of a name and a path": _named(f"registry://{ORIGIN}/system/procurement/asker/"),
    "of no name": _named(f"registry://{ORIGIN}/system/procurement/"),
    "of another scheme": _named(f"https://{ORIGIN}/system/procurement/asker"),
}
