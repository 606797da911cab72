"""A certificate authority for development, demonstrations and tests, kept in a directory.

    authority.pem  authority.key        the authority itself
    <name>.pem     <name>.key           one pair for each caller or server

In production certificates come from the government's own authority; what the registry must find in them is
written in ``registry.access.profile``. Keys are PKCS#8 in PEM, unencrypted, mode 0600
(``registry.provenance.keyfile``). No file is overwritten: to renew, remove the old pair first. Validity is an
argument and no clock is read; serial numbers are 159 random bits, where the CA/Browser Forum's Baseline
Requirements (§7.1) ask for 64.

Example::

    create_authority(directory, name="Development authority", not_before=opening, lifetime=YEAR)
    server = issue(directory, "server", hosts=["localhost"], not_before=opening, lifetime=YEAR)
    client = issue(directory, "tender-platform", caller.uri, not_before=opening, lifetime=YEAR)
    grpc.ssl_channel_credentials(client.authority, client.key, client.certificate)
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from registry.access.profile import (
    SERIAL_LIMIT,
    CertificateError,
    Holder,
    Host,
    Terms,
    authority_certificate,
    holder_certificate,
)
from registry.provenance.keyfile import KeyFileError, read_private_key, write_private_key

__all__ = ["AUTHORITY", "CertificateError", "Credential", "create_authority", "issue", "load_credential"]

AUTHORITY = "authority"
"""The name under which a directory holds its authority; no certificate may be issued under it."""

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Credential:
    """What one side of mutual TLS needs, each part in PEM: its key, its certificate and whom it trusts."""

    key: bytes = field(repr=False)
    certificate: bytes
    authority: bytes


def create_authority(directory: Path, *, name: str, not_before: datetime, lifetime: timedelta) -> None:
    """Make an authority with the common name ``name`` in ``directory``, which is created if it is missing.

    CertificateError if the directory holds one already or cannot be written, or the validity is no interval.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority_certificate(key, Terms(name, _serial(), not_before, lifetime))
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise CertificateError(f"{directory}: cannot be created: {fault.strerror}") from None
    _write(directory, AUTHORITY, key, certificate)


def issue(
    directory: Path,
    name: str,
    identity_uri: str | None = None,
    *,
    hosts: Sequence[Host] = (),
    not_before: datetime,
    lifetime: timedelta,
) -> Credential:
    """A new key and certificate, signed by the authority in ``directory`` and kept there as ``name``.

    ``identity_uri`` is the caller's and makes it a client's certificate; ``hosts`` are DNS names and IP
    addresses and make it a server's. CertificateError if neither is given, the name is taken or no plain
    file name, the authority is missing, or the validity is no interval.
    """
    if name == AUTHORITY or not _FILE_NAME.fullmatch(name):
        raise CertificateError(f"not a name for a certificate: {name!r}")
    terms = Terms(name, _serial(), not_before, lifetime)
    holder = Holder(identity_uri, hosts)
    authority_key, authority = load_authority(directory)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = holder_certificate(
        key.public_key(), terms, holder, authority=authority, authority_key=authority_key
    )
    _write(directory, name, key, certificate)
    return load_credential(directory, name)


def load_credential(directory: Path, name: str) -> Credential:
    """The credential kept as ``name``, ready for gRPC. CertificateError if a part of it cannot be read."""
    return Credential(
        key=_read(directory / f"{name}.key"),
        certificate=_read(directory / f"{name}.pem"),
        authority=_read(directory / f"{AUTHORITY}.pem"),
    )


def _serial() -> int:
    return secrets.randbelow(SERIAL_LIMIT - 1) + 1


def load_authority(directory: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The authority's key and certificate. CertificateError if they cannot be read, or are of two."""
    path = directory / f"{AUTHORITY}.pem"
    pem = _read(path)
    try:
        key = read_private_key(directory / f"{AUTHORITY}.key", None)
        certificate = x509.load_pem_x509_certificate(pem)
    except KeyFileError as fault:
        raise CertificateError(str(fault)) from None
    except ValueError:
        raise CertificateError(f"{path}: not a certificate in PEM form") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise CertificateError(f"{path}: not the certificate of the key beside it")
    return key, certificate


def _write(
    directory: Path, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    path = directory / f"{name}.pem"
    try:
        with path.open("xb") as file:
            file.write(certificate.public_bytes(Encoding.PEM))
    except OSError as fault:
        raise CertificateError(f"{path}: cannot be written: {fault.strerror}") from None
    try:
        write_private_key(directory / f"{name}.key", key, None)
    except KeyFileError as fault:
        path.unlink()  # a certificate without its key would only stand in the way of the next attempt
        raise CertificateError(str(fault)) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CertificateError(f"{path}: cannot be read: {fault.strerror}") from None
