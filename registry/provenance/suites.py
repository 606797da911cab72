"""What the signature suites have in common: one encoding of public keys, keyids, the errors of signing.

A suite's SubjectPublicKeyInfo (DER) is constant but for the point:

    suite  before the point                                               the point
    1      302a300506032b6570032100                                       32 bytes (RFC 8410 §4)
    2      3059301306072a8648ce3d020106082a8648ce3d030107034200           04 ‖ x ‖ y, 65 bytes (RFC 5480 §2)
    3      3059301306072a8648ce3d020106082a811ccf5501822d034200           04 ‖ x ‖ y, 65 bytes (GM/T 0010 §7)

Comparing what precedes the point, rather than parsing DER, leaves a key one spelling and keeps strangers'
bytes away from the parsers of a dozen other key types. `registry.provenance.keys` says what the suites are.
"""

from hashlib import sha256

from registry.v1.envelope_pb2 import (
    SUITE_ECDSA_P256_SHA256,
    SUITE_ED25519,
    SUITE_SM2_SM3,
    Suite,
)

SIGNATURE_BYTES = 64
"""Length of a signature on the wire, in every suite."""

_NAMES = {SUITE_ED25519: "Ed25519", SUITE_ECDSA_P256_SHA256: "ECDSA P-256", SUITE_SM2_SM3: "SM2"}
_PREFIXES = {
    SUITE_ED25519: bytes.fromhex("302a300506032b6570032100"),
    SUITE_ECDSA_P256_SHA256: bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
    SUITE_SM2_SM3: bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200"),
}
_POINT_BYTES = {SUITE_ED25519: 32, SUITE_ECDSA_P256_SHA256: 65, SUITE_SM2_SM3: 65}
_UNCOMPRESSED = b"\x04"


class SignatureError(ValueError):
    """A signature is not this key's over these bytes, or not even of its form."""


class SuiteNotSupportedError(ValueError):
    """The suite is unknown, or this machine lacks what it needs; the message is one line that says which."""


class SignerError(Exception):
    """A signer cannot be opened or cannot sign now; the message is one line. Another attempt may succeed."""


def keyid_of(spki_der: bytes) -> str:
    """Lower-case hex SHA-256 of a SubjectPublicKeyInfo (DER)."""
    return sha256(spki_der).hexdigest()


def require_known(suite: Suite.ValueType) -> None:
    """SuiteNotSupportedError unless the suite is one of the three."""
    if suite not in _PREFIXES:
        name = Suite.Name(suite) if suite in Suite.values() else f"number {suite}"
        raise SuiteNotSupportedError(f"the signature suite {name} is not supported")


def point_of(suite: Suite.ValueType, spki_der: bytes) -> bytes:
    """The point in a SubjectPublicKeyInfo (DER) of this suite: 32 bytes of Ed25519, else 04 ‖ x ‖ y.

    ValueError for any other key and any other spelling; whether the point is on the curve is not looked at.
    """
    require_known(suite)
    prefix, length = _PREFIXES[suite], _POINT_BYTES[suite]
    point = spki_der[len(prefix) :]
    uncompressed = suite == SUITE_ED25519 or point.startswith(_UNCOMPRESSED)
    if not spki_der.startswith(prefix) or len(point) != length or not uncompressed:
        raise ValueError(
            f"not an {_NAMES[suite]} public key in its canonical DER encoding (SubjectPublicKeyInfo)"
        )
    return point


def spki_of(suite: Suite.ValueType, point: bytes) -> bytes:
    """The inverse of `point_of`. ValueError for a point of another form."""
    require_known(suite)
    spki_der = _PREFIXES[suite] + point
    point_of(suite, spki_der)
    return spki_der


def ed25519_point(spki_der: bytes) -> bytes:
    """The 32-byte Ed25519 public key in its SubjectPublicKeyInfo (RFC 8410). ValueError for any other key."""
    return point_of(SUITE_ED25519, spki_der)
