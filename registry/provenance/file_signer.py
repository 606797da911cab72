"""Signing with a private key that this process holds, from a key file (`registry.provenance.keyfile`) or new.

signer = FileSigner.load("keys/log.key", passphrase)
signer.sign(message)                                    64 bytes, as the key's suite has them on the wire
"""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.provenance.keyfile import KeyFileError, read_private_key, write_private_key
from registry.provenance.sm2 import Sm2PrivateKey
from registry.provenance.suites import keyid_of, require_known, spki_of
from registry.v1.envelope_pb2 import (
    SUITE_ECDSA_P256_SHA256,
    SUITE_ED25519,
    SUITE_SM2_SM3,
    Suite,
)

_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())
_PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | Sm2PrivateKey


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A private key held in this process, from a key file or new. Never shows the key."""

    suite: Suite.ValueType
    keyid: str
    public_key: bytes = field(repr=False)
    _private: _PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, suite: Suite.ValueType) -> "FileSigner":
        """A new key of the suite, not yet saved.

        SuiteNotSupportedError for unknown suites, and for SM2 where the system's libcrypto is missing.
        """
        require_known(suite)
        if suite == SUITE_ED25519:
            return cls._of(suite, Ed25519PrivateKey.generate())
        if suite == SUITE_SM2_SM3:
            return cls._of(suite, Sm2PrivateKey.generate())
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
        if isinstance(private, Sm2PrivateKey):
            return cls._of(SUITE_SM2_SM3, private)
        raise KeyFileError(f"{path}: holds a key that is neither Ed25519, P-256 nor SM2")

    @classmethod
    def _of(cls, suite: Suite.ValueType, private: _PrivateKey) -> "FileSigner":
        spki = _public_key(private)
        return cls(suite, keyid_of(spki), spki, private)

    def sign(self, message: bytes) -> bytes:
        """The signature over the message, 64 bytes as on the wire."""
        if isinstance(self._private, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(self._private.sign(message, _ECDSA_SHA256))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return self._private.sign(message)

    def save(self, path: str | Path, passphrase: bytes | None) -> None:
        """Write the key to a new file that only its owner may read, encrypted unless `passphrase` is None.

        KeyFileError if the file exists already or cannot be written (then nothing is left behind), or the
        pass phrase is empty.
        """
        write_private_key(path, self._private, passphrase)


def _public_key(private: _PrivateKey) -> bytes:
    if isinstance(private, Sm2PrivateKey):
        return spki_of(SUITE_SM2_SM3, private.point)
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
