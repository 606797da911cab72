"""Public keys of the three suites, parsed once and then asked about many signatures.

    load_verifying_key(SUITE_ED25519, spki).verify(message, signature)      returns, or raises SignatureError

`registry.provenance.keys` says what is refused and why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from registry.provenance.sm2 import Sm2PublicKey
from registry.provenance.suites import SIGNATURE_BYTES, SignatureError, keyid_of, point_of, require_known
from registry.v1.envelope_pb2 import (
    SUITE_ECDSA_P256_SHA256,
    SUITE_ED25519,
    SUITE_SM2_SM3,
    Suite,
)

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())
_ED25519_PRIME = 2**255 - 19
_SMALL_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
# y of the points of order 1, 2, 4 and 8 (x of either sign).
_SMALL_ORDER_Y = frozenset({1, _ED25519_PRIME - 1, 0, _SMALL_ORDER_8, _ED25519_PRIME - _SMALL_ORDER_8})

_Check = Callable[[bytes, bytes], None]
"""(message, signature): returns, or raises SignatureError or InvalidSignature."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key, parsed once by `load_verifying_key`; safe to share between threads."""

    suite: Suite.ValueType
    keyid: str
    public_key: bytes = field(repr=False)
    _check: _Check = field(repr=False, compare=False)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Returns if the signature (64 bytes) is this key's over the message; SignatureError otherwise."""
        if len(signature) != SIGNATURE_BYTES:
            raise SignatureError(f"a signature has {SIGNATURE_BYTES} bytes, not {len(signature)}")
        try:
            self._check(message, signature)
        except InvalidSignature:
            raise SignatureError("the signature is not valid for these bytes and this key") from None


def load_verifying_key(suite: Suite.ValueType, spki_der: bytes) -> VerifyingKey:
    """The key in a SubjectPublicKeyInfo (DER) that was enrolled with `suite`.

    ValueError if the bytes are not a key of this suite in its canonical encoding, or a weak one;
    SuiteNotSupportedError for unknown suites, and for SM2 where the system's libcrypto is missing.
    """
    require_known(suite)
    check = _CHECKS[suite](point_of(suite, spki_der))
    return VerifyingKey(suite, keyid_of(spki_der), spki_der, check)


def _ed25519_check(point: bytes) -> _Check:
    y = int.from_bytes(point, "little") & (1 << 255) - 1  # the top bit is the sign of x
    if y >= _ED25519_PRIME or y in _SMALL_ORDER_Y:
        raise ValueError("a weak Ed25519 public key: of small order, or not reduced")
    key = Ed25519PublicKey.from_public_bytes(point)
    return lambda message, signature: key.verify(signature, message)


def _p256_check(point: bytes) -> _Check:
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise ValueError("not an ECDSA P-256 public key: its point is not on the curve") from None

    def check(message: bytes, signature: bytes) -> None:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if not (0 < r < _P256_ORDER and 0 < s < _P256_ORDER):
            raise SignatureError("r or s of the signature is outside [1, n-1]")
        key.verify(encode_dss_signature(r, s), message, _ECDSA_SHA256)

    return check


def _sm2_check(point: bytes) -> _Check:
    return Sm2PublicKey.from_point(point).verify


_CHECKS: dict[Suite.ValueType, Callable[[bytes], _Check]] = {
    SUITE_ED25519: _ed25519_check,
    SUITE_ECDSA_P256_SHA256: _p256_check,
    SUITE_SM2_SM3: _sm2_check,
}
