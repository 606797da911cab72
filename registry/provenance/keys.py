"""Signature suites, verifying keys and signers; `registry.provenance.keyfile` describes key files.

    suite  algorithm                      signature on the wire                    public key
    1      Ed25519 (RFC 8032)             64 bytes                                 RFC 8410
    2      ECDSA P-256, SHA-256           64 bytes r ‖ s, big-endian, each in      RFC 5480, uncompressed
           (FIPS 186-5)                   [1, n-1] (IEEE P1363); never DER
    3      SM2 with SM3 (GB/T 32918.2)    64 bytes r ‖ s, as above; user id        RFC 5480's form with the
           `registry.provenance.sm2`      "1234567812345678", always               curve of GM/T 0010

* A public key travels as SubjectPublicKeyInfo in DER, in its one canonical encoding, because keyid =
  lower-case hex SHA-256 of those bytes and a second spelling would be a second identity. A keyid is a hint
  for look-up, never trusted.
* The suite comes from the key's enrolment; a key that does not fit it is refused. Nothing is guessed from the
  bytes.
* Ed25519 keys of small order are refused: for them one signature fits many messages, so that their owner
  could deny any of them (RFC 8032 leaves it open; libsodium refuses them too). So are points that are not
  reduced mod p.
* s of ECDSA and of SM2 need not be low. For ECDSA (r, n-s) is valid too, so a signature's bytes must never
  serve as an identity.
* SM2 needs the operating system's libcrypto; where it is missing, the suite is not supported and the error
  says so. The other two suites need nothing but the `cryptography` package.
* A private key is held by this process (`FileSigner`) or by hardware (`registry.signing`), behind one
  interface.

Example, the first test key of RFC 8032 §7.1:

    SPKI   302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
    keyid  06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9
"""

from typing import Protocol

from registry.provenance.file_signer import FileSigner
from registry.provenance.keyfile import KeyFileError
from registry.provenance.suites import (
    SIGNATURE_BYTES,
    SignatureError,
    SignerError,
    SuiteNotSupportedError,
    ed25519_point,
    keyid_of,
)
from registry.provenance.verifying_key import VerifyingKey, load_verifying_key
from registry.v1.envelope_pb2 import Suite

__all__ = [
    "SIGNATURE_BYTES",
    "FileSigner",
    "KeyFileError",
    "SignatureError",
    "Signer",
    "SignerError",
    "SuiteNotSupportedError",
    "VerifyingKey",
    "ed25519_point",
    "keyid_of",
    "load_verifying_key",
]


class Signer(Protocol):
    """Whatever signs with one key: a key file, a token, a device. Safe to share between threads."""

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
        """The signature over the message, 64 bytes as on the wire. SignerError if it cannot sign now."""
