"""Time stamp tokens made in Python, of any instant, for tests that set the clock or have no openssl.

What `openssl ts` makes is tested with `tests.support.tsa`; here the same structure is written by hand.

    authority = PlainAuthority()
    token = authority.token(checkpoint.text(), gen_time_ms)
    assert check_token(token, checkpoint.text(), authority.believed).gen_time_ms == gen_time_ms
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from registry.provenance import der
from registry.provenance.der import encode
from registry.provenance.timestamp import TimeAuthority

_SHA256 = encode(der.SEQUENCE, bytes.fromhex("0609608648016503040201"))
_ECDSA = encode(der.SEQUENCE, bytes.fromhex("06082a8648ce3d040302"))
_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910022f")
_POLICY = bytes.fromhex("06042a030401")
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC)


class PlainAuthority:
    """A self-issued root and a signer for time stamps, valid from 2020 to 2049."""

    def __init__(self) -> None:
        root, self._key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self.root = _certificate("root", root.public_key(), "root", root, authority=True)
        self.signer = _certificate("signer", self._key.public_key(), "root", root, authority=False)
        self.believed = TimeAuthority((self.root,))

    def token(self, text: str, gen_time_ms: int, *, accuracy_ms: int = 0, nonce: int | None = None) -> bytes:
        """A token over a text."""
        instant = datetime.fromtimestamp(gen_time_ms // 1000, tz=UTC).strftime("%Y%m%d%H%M%S")
        millis = f".{gen_time_ms % 1000:03}".rstrip("0").rstrip(".")
        digest = encode(der.OCTETS, sha256(text.encode()).digest())
        within = encode(0x80, accuracy_ms.to_bytes(2, "big").lstrip(b"\0")) if accuracy_ms else b""
        info = encode(
            der.SEQUENCE,
            der.encode_number(1),
            _POLICY,
            encode(der.SEQUENCE, _SHA256, digest),
            der.encode_number(gen_time_ms),
            encode(der.GENERALIZED_TIME, f"{instant}{millis}Z".encode()),
            encode(der.SEQUENCE, within) if within else b"",
            b"" if nonce is None else der.encode_number(nonce),
        )
        return self._signed(info)

    def _signed(self, info: bytes) -> bytes:
        certificate = self.signer.public_bytes(serialization.Encoding.DER)
        named = encode(der.SEQUENCE, encode(der.OCTETS, sha256(certificate).digest()))
        attributes = sorted(
            encode(der.SEQUENCE, kind, encode(der.SET, value))
            for kind, value in (
                (_CONTENT_TYPE, _TST_INFO),
                (_MESSAGE_DIGEST, encode(der.OCTETS, sha256(info).digest())),
                (_SIGNING_CERTIFICATE, encode(der.SEQUENCE, encode(der.SEQUENCE, named))),
            )
        )
        signature = self._key.sign(encode(der.SET, *attributes), ec.ECDSA(hashes.SHA256()))
        issued = encode(
            der.SEQUENCE, self.signer.issuer.public_bytes(), der.encode_number(self.signer.serial_number)
        )
        signer = encode(
            der.SEQUENCE,
            der.encode_number(1),
            issued,
            _SHA256,
            encode(der.CONTEXT_0, *attributes),
            _ECDSA,
            encode(der.OCTETS, signature),
        )
        content = encode(der.SEQUENCE, _TST_INFO, encode(der.CONTEXT_0, encode(der.OCTETS, info)))
        data = encode(
            der.SEQUENCE,
            der.encode_number(3),
            encode(der.SET, _SHA256),
            content,
            encode(der.CONTEXT_0, certificate),
            encode(der.SET, signer),
        )
        return encode(der.SEQUENCE, _SIGNED_DATA, encode(der.CONTEXT_0, data))


def _certificate(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        _name(issuer), _name(name), key, 7 + authority, _FROM, _UNTIL
    ).add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if not authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
