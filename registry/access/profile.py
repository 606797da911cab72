"""What stands in a certificate of the development authority (RFC 5280): the certificate profile.

    every one   version 3; ECDSA P-256, signed with SHA-256; subject and issuer are one common name each
    authority   self-signed; basicConstraints CA with path length 0; keyUsage certificate and CRL signing
    client      the caller's identity (``registry.access.identity``) as the one URI in subjectAltName;
                extended key usage clientAuth
    server      the host names and addresses it answers at in subjectAltName; extended key usage serverAuth

A certificate with an identity and hosts serves as both. No clock and no chance in here: serial number and
validity are arguments.

Example: the certificate of a procurement system has the URI
``registry://example.com/log/system/procurement/tender-platform`` and may not be used by a server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERIAL_LIMIT = 1 << 159
"""Serial numbers are positive and below this: at most 20 octets (RFC 5280 §4.1.2.2)."""

Host = str | IPv4Address | IPv6Address
"""Where a server answers: a DNS name or an IP address."""

_LONGEST_COMMON_NAME = 64  # RFC 5280 appendix A.1, ub-common-name


class CertificateError(ValueError):
    """A certificate cannot be made, written or read; the message is one line."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Common name, serial number, and validity from ``not_before`` (with its zone) for ``lifetime``.

    CertificateError if the name is empty or longer than 64 characters, or the validity is no interval.
    """

    name: str
    serial: int
    not_before: datetime
    lifetime: timedelta

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= _LONGEST_COMMON_NAME:
            raise CertificateError(f"a common name has 1 to {_LONGEST_COMMON_NAME} characters: {self.name!r}")
        if self.not_before.tzinfo is None:
            raise CertificateError("the beginning of a certificate's validity needs a time zone")
        if self.lifetime <= timedelta(0):
            raise CertificateError("a certificate's lifetime is positive")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a certificate names: a caller by identity, a server by its hosts, or one that is both.

    CertificateError if it is neither.
    """

    identity_uri: str | None
    hosts: Sequence[Host]

    def __post_init__(self) -> None:
        if self.identity_uri is None and not self.hosts:
            raise CertificateError("a certificate names a caller, or the hosts of a server, or both")


def authority_certificate(key: ec.EllipticCurvePrivateKey, terms: Terms) -> x509.Certificate:
    """The self-signed certificate of an authority that holds ``key``."""
    return (
        _builder(key.public_key(), terms)
        .issuer_name(_name(terms))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def holder_certificate(
    key: ec.EllipticCurvePublicKey,
    terms: Terms,
    holder: Holder,
    *,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """The certificate of the holder of ``key``, signed by the authority.

    CertificateError if a name cannot stand in a certificate, or is the authority's own.
    """
    if _name(terms) == authority.subject:
        # The chain would look self-signed.
        raise CertificateError(f"{terms.name}: is the name of the authority itself")
    return (
        _builder(key, terms)
        .issuer_name(authority.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(_purposes(holder)), critical=False)
        .add_extension(x509.SubjectAlternativeName(_alternative_names(holder)), critical=False)
        .add_extension(_issuer_key(authority), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(key: ec.EllipticCurvePublicKey, terms: Terms) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(terms))
        .public_key(key)
        .serial_number(terms.serial)
        .not_valid_before(terms.not_before)
        .not_valid_after(terms.not_before + terms.lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(terms: Terms) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, terms.name)])


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _purposes(holder: Holder) -> list[x509.ObjectIdentifier]:
    client = [ExtendedKeyUsageOID.CLIENT_AUTH] if holder.identity_uri is not None else []
    server = [ExtendedKeyUsageOID.SERVER_AUTH] if holder.hosts else []
    return client + server


def _alternative_names(holder: Holder) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    try:
        if holder.identity_uri is not None:
            names.append(x509.UniformResourceIdentifier(holder.identity_uri))
        for host in holder.hosts:
            names.append(x509.DNSName(host) if isinstance(host, str) else x509.IPAddress(host))
    except ValueError as fault:
        raise CertificateError(f"a name that cannot stand in a certificate: {fault}") from None
    return names


def _issuer_key(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
