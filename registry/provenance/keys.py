"""Signature suites, verifying keys and signers; `registry.provenance.keyfile` describes key files.

    suite  algorithm                      signature on the wire                    public key
    1      Ed25519 (RFC 8032)             64 bytes                                 RFC 8410
    2      ECDSA P-256, SHA-256           64 bytes r ‖ s, big-endian, each in      RFC 5480, uncompressed
           (FIPS 186-5)                   [1, n-1] (IEEE P1363); never DER
    3      SM2 with SM3 (GB/T 32918.2)    reserved: `SuiteNotSupportedError`

* A public key travels as SubjectPublicKeyInfo in DER, in its one canonical encoding, because keyid =
  lower-case hex SHA-256 of those bytes and a second spelling would be a second identity. A keyid is a hint
  for look-up, never trusted.
* The suite comes from the key's enrolment; a key that does not fit it is refused. Nothing is guessed from the
  bytes.
* Ed25519 keys of small order are refused: for them one signature fits many messages, so that their owner
  could deny any of them (RFC 8032 leaves it open; libsodium refuses them too). So are points that are not
  reduced mod p.
* s of ECDSA need not be low. (r, n-s) is valid too, so a signature's bytes must never serve as an identity.

Example, the first test key of RFC 8032 §7.1:

    SPKI   302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
    keyid  06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.provenance.keyfile import KeyFileError, read_private_key, write_private_key
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, Suite

__all__ = [
    "SIGNATURE_BYTES",
    "FileSigner",
    "KeyFileError",
    "SignatureError",
    "Signer",
    "SuiteNotSupportedError",
    "VerifyingKey",
    "ed25519_point",
    "keyid_of",
    "load_verifying_key",
]

SIGNATURE_BYTES = 64
"""Length of a signature on the wire, in every suite."""

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())
# What precedes the point in a SubjectPublicKeyInfo: RFC 8410 §4; RFC 5480 §2, uncompressed point (04).
_ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
_P256_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_ED25519_PRIME = 2**255 - 19
_SMALL_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
# y of the points of order 1, 2, 4 and 8 (x of either sign).
_SMALL_ORDER_Y = frozenset({1, _ED25519_PRIME - 1, 0, _SMALL_ORDER_8, _ED25519_PRIME - _SMALL_ORDER_8})
_PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class SignatureError(ValueError):
    """A signature is not this key's over these bytes, or not even of its form."""


class SuiteNotSupportedError(ValueError):
    """The suite is unknown, or reserved (SM2)."""


def keyid_of(spki_der: bytes) -> str:
    """Lower-case hex SHA-256 of a SubjectPublicKeyInfo (DER)."""
    return sha256(spki_der).hexdigest()


class Signer(Protocol):
    """Whatever signs with one key: a key file here, a hardware module elsewhere."""

    @property
    def suite(self) -> Suite.ValueType:
        """The suite the key was made for."""

    @property
    def keyid(self) -> str:
        """`keyid_of` the public key."""

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""

    def sign(self, message: bytes) -> bytes:
        """The signature over the message, 64 bytes as on the wire."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key, parsed once by `load_verifying_key`; safe to share between threads."""

    suite: Suite.ValueType
    keyid: str
    public_key: bytes = field(repr=False)
    _check: Callable[[bytes, bytes], None] = field(repr=False, compare=False)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Returns if the signature (64 bytes) is this key's over the message; SignatureError otherwise."""
        if len(signature) != SIGNATURE_BYTES:
            raise SignatureError(f"a signature has {SIGNATURE_BYTES} bytes, not {len(signature)}")
        try:
            self._check(signature, message)
        except InvalidSignature:
            raise SignatureError("the signature is not valid for these bytes and this key") from None


def load_verifying_key(suite: Suite.ValueType, spki_der: bytes) -> VerifyingKey:
    """The key in a SubjectPublicKeyInfo (DER) that was enrolled with `suite`.

    ValueError if the bytes are not a key of this suite in its canonical encoding, or a weak one;
    SuiteNotSupportedError for SM2 and unknown suites.
    """
    _require_supported(suite)
    check = _ed25519_check(spki_der) if suite == SUITE_ED25519 else _p256_check(spki_der)
    return VerifyingKey(suite, keyid_of(spki_der), spki_der, check)


def ed25519_point(spki_der: bytes) -> bytes:
    """The 32-byte Ed25519 public key in its SubjectPublicKeyInfo (RFC 8410). ValueError for any other key."""
    return _after(_ED25519_SPKI, spki_der, 32, "Ed25519")


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A private key held in this process, from a key file or new. Never shows the key."""

    suite: Suite.ValueType
    keyid: str
    public_key: bytes = field(repr=False)
    _private: _PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, suite: Suite.ValueType) -> "FileSigner":
        """A new key of the suite, not yet saved. SuiteNotSupportedError for SM2 and unknown suites."""
        _require_supported(suite)
        if suite == SUITE_ED25519:
            return cls._of(suite, Ed25519PrivateKey.generate())
        return cls._of(suite, ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, path: str | Path, passphrase: bytes | None) -> "FileSigner":
        """The key in a PKCS#8 PEM file; `passphrase` None says that it is not encrypted.

        KeyFileError: missing, unreadable, not a key, wrong pass phrase, or a key of no supported suite.
        """
        private = read_private_key(path, passphrase)
        if isinstance(private, Ed25519PrivateKey):
            return cls._of(SUITE_ED25519, private)
        if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
            return cls._of(SUITE_ECDSA_P256_SHA256, private)
        raise KeyFileError(f"{path}: holds a key that is neither Ed25519 nor P-256")

    @classmethod
    def _of(cls, suite: Suite.ValueType, private: _PrivateKey) -> "FileSigner":
        spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return cls(suite, keyid_of(spki), spki, private)

    def sign(self, message: bytes) -> bytes:
        """The signature over the message, 64 bytes as on the wire."""
        if isinstance(self._private, Ed25519PrivateKey):
            return self._private.sign(message)
        r, s = decode_dss_signature(self._private.sign(message, _ECDSA_SHA256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def save(self, path: str | Path, passphrase: bytes | None) -> None:
        """Write the key to a new file that only its owner may read, encrypted unless `passphrase` is None.

        KeyFileError if the file exists already or cannot be written (then nothing is left behind), or the
        pass phrase is empty.
        """
        write_private_key(path, self._private, passphrase)


def _require_supported(suite: Suite.ValueType) -> None:
    if suite not in (SUITE_ED25519, SUITE_ECDSA_P256_SHA256):
        name = Suite.Name(suite) if suite in Suite.values() else f"number {suite}"
        raise SuiteNotSupportedError(f"the signature suite {name} is not supported")


def _after(prefix: bytes, spki_der: bytes, length: int, name: str) -> bytes:
    # A suite's SubjectPublicKeyInfo is constant but for the point. Comparing it, rather than parsing DER,
    # leaves a key one spelling and keeps strangers' bytes away from the parsers of a dozen other key types.
    if not spki_der.startswith(prefix) or len(spki_der) != len(prefix) + length:
        raise ValueError(f"not an {name} public key in its canonical DER encoding (SubjectPublicKeyInfo)")
    return spki_der[len(prefix) :]


def _ed25519_check(spki_der: bytes) -> Callable[[bytes, bytes], None]:
    point = ed25519_point(spki_der)
    y = int.from_bytes(point, "little") & (1 << 255) - 1  # the top bit is the sign of x
    if y >= _ED25519_PRIME or y in _SMALL_ORDER_Y:
        raise ValueError("a weak Ed25519 public key: of small order, or not reduced")
    return Ed25519PublicKey.from_public_bytes(point).verify


def _p256_check(spki_der: bytes) -> Callable[[bytes, bytes], None]:
    point = b"\x04" + _after(_P256_SPKI, spki_der, 64, "ECDSA P-256")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise ValueError("not an ECDSA P-256 public key: its point is not on the curve") from None

    def check(signature: bytes, message: bytes) -> None:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if not (0 < r < _P256_ORDER and 0 < s < _P256_ORDER):
            raise SignatureError("r or s of the signature is outside [1, n-1]")
        key.verify(encode_dss_signature(r, s), message, _ECDSA_SHA256)

    return check
