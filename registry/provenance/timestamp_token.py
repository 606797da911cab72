"""What is inside a time stamp token: CMS SignedData (RFC 5652) over TSTInfo (RFC 3161 §2.4.2), read strictly.

    ContentInfo { signedData, [0] SignedData {
        3, { digest algorithm }, { TSTInfo, [0] OCTET STRING holding
            TSTInfo { 1, policy, { SHA-256, digest }, serial, genTime, accuracy?, ordering?, nonce? … } },
        [0] certificates, { one SignerInfo } } }

Nothing here verifies the signature: see `registry.provenance.timestamp`.

Example: genTime 20261125123709.146Z is 1795610229146 ms; accuracy { 1, [0] 500 } is 1500 ms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from registry.provenance import der
from registry.provenance.der import DerError, Element
from registry.provenance.timestamp_signer import SHA256, TST_INFO, digest_name, signer_certificate

MAX_TOKEN_BYTES = 48 * 1024
"""It has to fit into a statement."""

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_GEN_TIME = re.compile(rb"([0-9]{14})(?:\.([0-9]*[1-9]))?Z")
_UNITS_US = {der.INTEGER: 1_000_000, 0x80: 1000, 0x81: 1}
"""Of an accuracy: seconds, [0] milliseconds, [1] microseconds."""


@dataclass(frozen=True, slots=True)
class TokenParts:
    """What is read of a token. ``token`` is the same with its certificates in the order of DER, which not
    every authority keeps to (OpenSSL writes them as they come)."""

    token: bytes
    signer: x509.Certificate
    digest: bytes
    gen_time_ms: int
    accuracy_ms: int
    serial: int
    nonce: int | None

    @classmethod
    def of(cls, token: bytes) -> TokenParts:
        """Reads a token. Raises DerError, and ValueError or LookupError where something is missing."""
        if len(token) > MAX_TOKEN_BYTES:
            raise DerError(f"longer than {MAX_TOKEN_BYTES} bytes")
        signed = der.only(_content(der.only(token), _SIGNED_DATA)).within(der.SEQUENCE)
        version, digests, content, certificates = signed[:4]
        if version.number() != 3:
            raise DerError("a token has version 3")
        held = sorted(each.encoded for each in der.elements(certificates.expect(der.CONTEXT_0)))
        (signer,) = signed[-1].within(der.SET)
        signed[3] = der.only(der.encode(der.CONTEXT_0, *held))
        info = der.only(der.only(_content(content, TST_INFO)).expect(der.OCTETS)).within(der.SEQUENCE)
        return cls(_token(signed), signer_certificate(signer, digests, held), *_stated(info))


def stamped_content(token: bytes) -> bytes:
    """The TSTInfo in a token, DER: all that the authority's signature is over, and nothing besides. Raises as
    `TokenParts.of`."""
    signed = der.only(_content(der.only(token), _SIGNED_DATA)).within(der.SEQUENCE)
    return der.only(_content(signed[2], TST_INFO)).expect(der.OCTETS)


def _content(element: Element, kind: bytes) -> bytes:
    """What a ContentInfo of this kind wraps."""
    name, wrapped = element.within(der.SEQUENCE)
    if name.expect(der.OID) != kind:
        raise DerError("the content type of a token is another")
    return wrapped.expect(der.CONTEXT_0)


def _token(signed: list[Element]) -> bytes:
    data = der.encode(der.SEQUENCE, *(each.encoded for each in signed))
    kind = der.encode(der.OID, _SIGNED_DATA)
    return der.encode(der.SEQUENCE, kind, der.encode(der.CONTEXT_0, data))


def _stated(info: list[Element]) -> tuple[bytes, int, int, int, int | None]:
    """Digest, genTime, accuracy, serial number, nonce."""
    version, _policy, imprint, serial, gen_time, *rest = info
    if version.number() != 1:
        raise DerError("TSTInfo has version 1")
    algorithm, digest = imprint.within(der.SEQUENCE)
    if digest_name(algorithm) != SHA256:
        raise DerError("the digest is not SHA-256")
    accuracy = _accuracy_ms(rest[0]) if rest and rest[0].tag == der.SEQUENCE else 0
    instant = _instant_ms(gen_time.expect(der.GENERALIZED_TIME))
    nonces = [each.number() for each in rest if each.tag == der.INTEGER]
    return digest.expect(der.OCTETS), instant, accuracy, serial.number(), nonces[0] if nonces else None


def _instant_ms(gen_time: bytes) -> int:
    found = _GEN_TIME.fullmatch(gen_time)
    if found is None:
        raise DerError("genTime is YYYYMMDDhhmmss[.f]Z")
    seconds = datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return int(seconds.timestamp()) * 1000 + int((found[2] or b"").ljust(3, b"0")[:3])


def _accuracy_ms(element: Element) -> int:
    """Rounded up."""
    micros = 0
    for part in element.within(der.SEQUENCE):
        if part.tag not in _UNITS_US or not 0 < len(part.content) <= 4:
            raise DerError("an accuracy is seconds, milliseconds and microseconds")
        micros += _UNITS_US[part.tag] * int.from_bytes(part.content, "big")
    return -(-micros // 1000)
