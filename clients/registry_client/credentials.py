"""Credentials of a caller: three PEM files that make a mutual TLS connection (RFC 8446).

    ca.pem     whom the caller trusts: the authority that issued the registry's certificate
    cert.pem   the caller's certificate, with any intermediate ones after it
    key.pem    its private key, PKCS#8

The certificate names the caller by one URI in subjectAltName, ``registry://<origin>/<role>/<name>``. A
department finds its own code and the origin of the log in it, so that neither is typed when statements are
made. Whether the registry accepts the certificate is the registry's decision; what is checked here is what
would otherwise fail later with a message about TLS: files missing, damaged, not belonging together, expired.

Example: ``registry://credit.example/log/department/11130900DEM000014D`` is the department with that code at
the registry whose log has the origin ``credit.example/log``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from registry.provenance.secret_file import read_secret_file

AUTHORITY, CERTIFICATE, KEY = "ca.pem", "cert.pem", "key.pem"

_SCHEME = "registry://"
_ROLES = frozenset({"department", "registrar"})


class CredentialsError(ValueError):
    """Credentials cannot be used; the message is one line that begins with the file's path."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A caller's key, certificate and trusted authority, in PEM. Never shows the key.

    ``origin`` and ``department`` are what the certificate says of the caller; empty where it says nothing.
    """

    authority: bytes
    certificate: bytes
    key: bytes = field(repr=False)
    origin: str = ""
    department: str = ""

    @classmethod
    def load(
        cls,
        directory: str | Path | None = None,
        *,
        authority: str | Path | None = None,
        certificate: str | Path | None = None,
        key: str | Path | None = None,
        passphrase: bytes | None = None,
    ) -> Credentials:
        """The credentials in a directory, or in files named one by one, which take precedence.

        ``passphrase`` opens an encrypted key. CredentialsError names the one file that is at fault.
        """
        home = Path(directory) if directory is not None else None
        paths = [
            _path(home, name, given)
            for name, given in ((AUTHORITY, authority), (CERTIFICATE, certificate), (KEY, key))
        ]
        authority_pem, certificate_pem = map(_read, paths[:2])
        key_pem = _read(paths[2], read_secret_file)
        _parse_certificate(paths[0], authority_pem)
        parsed = _parse_certificate(paths[1], certificate_pem)
        private = _parse_key(paths[2], key_pem, passphrase)
        _check_belonging(paths[2], private, parsed)
        _check_validity(paths[1], parsed)
        plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return cls(authority_pem, certificate_pem, plain, *_identity(parsed))

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """What gRPC needs to open a mutual TLS channel."""
        return grpc.ssl_channel_credentials(self.authority, self.key, self.certificate)


def _path(home: Path | None, name: str, given: str | Path | None) -> Path:
    if given is not None:
        return Path(given)
    if home is None:
        raise CredentialsError(f"{name}: neither this file nor a directory of credentials was given")
    return home / name


def _read(path: Path, read: Callable[[Path], bytes] = Path.read_bytes) -> bytes:
    try:
        return read(path)
    except OSError as fault:
        raise CredentialsError(f"{path}: cannot be read: {fault.strerror}") from None


def _parse_certificate(path: Path, pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise CredentialsError(f"{path}: not a certificate in PEM form") from None


def _parse_key(path: Path, pem: bytes, passphrase: bytes | None) -> PrivateKeyTypes:
    encrypted = b"ENCRYPTED" in pem
    if encrypted and passphrase is None:
        raise CredentialsError(f"{path}: the key is encrypted, a pass phrase is needed")
    try:
        return load_pem_private_key(pem, passphrase if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        hint = ", or the pass phrase is wrong" if encrypted else ""
        raise CredentialsError(f"{path}: not a private key in PEM form{hint}") from None


def _check_belonging(path: Path, private: PrivateKeyTypes, certificate: x509.Certificate) -> None:
    spki = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if private.public_key().public_bytes(*spki) != certificate.public_key().public_bytes(*spki):
        raise CredentialsError(f"{path}: not the key of the certificate beside it")


def _check_validity(path: Path, certificate: x509.Certificate) -> None:
    now = datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        raise CredentialsError(f"{path}: expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC")
    if now < certificate.not_valid_before_utc:
        raise CredentialsError(
            f"{path}: valid only from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        )


def _identity(certificate: x509.Certificate) -> tuple[str, str]:
    """Origin of the log and the department's code; what the certificate does not say is empty."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return "", ""
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(uris) != 1 or not uris[0].startswith(_SCHEME):
        return "", ""
    *origin, role, name = uris[0].removeprefix(_SCHEME).split("/")
    if role in _ROLES:
        return "/".join(origin), name
    return "", ""
