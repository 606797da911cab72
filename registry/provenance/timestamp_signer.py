"""Who signed a time stamp token, by what the signature itself covers (RFC 5035, RFC 5816).

    SignerInfo { 1, { issuer, serial }, digest algorithm,
        [0] { content type, message digest, signing certificate … },        the signed attributes
        signature algorithm, signature }

OpenSSL, which verifies the signature, finds the certificate by issuer and serial and passes over part of the
rest. Neither is covered by the signature, so they are held to one spelling here: the certificate is the one
whose hash is among the signed attributes, and version, digest and signature algorithm agree.

Example: with ESSCertIDv2 the attribute is { { { OCTET STRING SHA-256 of the certificate } } }; with the older
ESSCertID the hash is SHA-1, which is enough to choose among certificates that a root vouches for.
"""

from __future__ import annotations

import hashlib

from cryptography import x509

from registry.provenance import der
from registry.provenance.der import DerError, Element

SHA256 = bytes.fromhex("608648016503040201")
TST_INFO = bytes.fromhex("2a864886f70d0109100104")

_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910020c")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")
_DIGESTS = {
    SHA256: "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
_RSA = bytes.fromhex("2a864886f70d010101")
_SIGNATURES = {
    "sha256": (bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a8648ce3d040302")),
    "sha384": (bytes.fromhex("2a864886f70d01010c"), bytes.fromhex("2a8648ce3d040303")),
    "sha512": (bytes.fromhex("2a864886f70d01010d"), bytes.fromhex("2a8648ce3d040304")),
}
"""RSA (PKCS #1 v1.5) and ECDSA with each digest."""


def signer_certificate(info: Element, digests: Element, certificates: list[bytes]) -> x509.Certificate:
    """The certificate that the signed attributes name. Raises DerError, and ValueError for a wrong count."""
    version, issued, digest, attributes, algorithm, _signature = info.within(der.SEQUENCE)[:6]
    (stated,) = digests.within(der.SET)
    name = digest_name(digest)
    if version.number() != 1 or digest_name(stated) != name:
        raise DerError("the signer has version 1 and one digest algorithm, named twice")
    if _name_of(algorithm) not in (_RSA, *_SIGNATURES[_DIGESTS[name]]):
        raise DerError("the signature algorithm does not fit the digest algorithm")
    signed = dict(_attribute(each) for each in der.elements(attributes.expect(der.CONTEXT_0)))
    if signed.get(_CONTENT_TYPE, der.only(b"\x05\x00")).encoded != der.encode(der.OID, TST_INFO):
        raise DerError("the signed content type is another")
    certificate = _with_hash(*_certificate_hash(signed), certificates)
    if _issued(certificate) != tuple(part.encoded for part in issued.within(der.SEQUENCE)):
        raise DerError("the signer is another than the one signed for")
    return x509.load_der_x509_certificate(certificate)


def digest_name(algorithm: Element) -> bytes:
    """The object identifier of a digest algorithm that is believed. Raises DerError."""
    name = _name_of(algorithm)
    if name not in _DIGESTS:
        raise DerError("a digest algorithm other than SHA-256, SHA-384 and SHA-512")
    return name


def _name_of(algorithm: Element) -> bytes:
    name, *parameters = algorithm.within(der.SEQUENCE)
    if [each.encoded for each in parameters] not in ([], [b"\x05\x00"]):
        raise DerError("an algorithm with parameters")
    return name.expect(der.OID)


def _attribute(element: Element) -> tuple[bytes, Element]:
    kind, values = element.within(der.SEQUENCE)
    (value,) = values.within(der.SET)
    return kind.expect(der.OID), value


def _certificate_hash(signed: dict[bytes, Element]) -> tuple[str, bytes]:
    """How the signing certificate is hashed, and what it comes to."""
    newer = signed.get(_SIGNING_CERTIFICATE_V2)
    attribute = newer or signed.get(_SIGNING_CERTIFICATE)
    if attribute is None:
        raise DerError("the signature names no certificate")
    first, *rest = attribute.within(der.SEQUENCE)[0].within(der.SEQUENCE)[0].within(der.SEQUENCE)
    if newer is None:
        return "sha1", first.expect(der.OCTETS)
    if first.tag == der.SEQUENCE:  # Another algorithm than SHA-256 is named.
        return _DIGESTS[digest_name(first)], rest[0].expect(der.OCTETS)
    return "sha256", first.expect(der.OCTETS)


def _with_hash(algorithm: str, digest: bytes, certificates: list[bytes]) -> bytes:
    for encoded in certificates:
        if hashlib.new(algorithm, encoded).digest() == digest:
            return encoded
    raise DerError("the signer's certificate is not among those that come along")


def _issued(certificate: bytes) -> tuple[bytes, bytes]:
    """Issuer and serial number as they stand in a certificate (RFC 5280 §4.1)."""
    parts = der.only(certificate).within(der.SEQUENCE)[0].within(der.SEQUENCE)
    serial, _algorithm, issuer = parts[1:4] if parts[0].tag == der.CONTEXT_0 else parts[:3]
    return issuer.encoded, serial.encoded
