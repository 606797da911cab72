"""Keys of signed notes: how a signature line names one, and its text form (C2SP signed-note).

    vkey     <key name>+<key id, 8 lower-case hex digits>+<base64(signature type ‖ public key)>
    key id   SHA-256(key name ‖ 0A ‖ signature type ‖ public key)[:4]

    suite    signature type                              public key        signature
    Ed25519  01                                          32 bytes          64 bytes
    P-256    ff "registry.v1/ecdsa-p256-sha256" 0A       04 ‖ x ‖ y        64 bytes r ‖ s
    SM2      ff "registry.v1/sm2-sm3" 0A                 04 ‖ x ‖ y        64 bytes r ‖ s

* C2SP assigns no type to SM2, and its ECDSA (02) is in DER and takes its key id elsewhere. `ff` is what it
  keeps for types that it does not assign; an identifier and LF follow.
* A key name is not empty and has neither white space nor "+".
* A key's name is part of its key id: the same key under another name is another key.

Example, the key that signs the Go checksum database:

    sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from registry.provenance.base64_text import decode_base64, encode_base64
from registry.provenance.keys import VerifyingKey, load_verifying_key
from registry.provenance.suites import SuiteNotSupportedError, point_of, spki_of
from registry.v1.envelope_pb2 import (
    SUITE_ECDSA_P256_SHA256,
    SUITE_ED25519,
    SUITE_SM2_SM3,
    Suite,
)

KEY_ID_BYTES = 4

_SIGNATURE_TYPES = {
    SUITE_ED25519: b"\x01",
    SUITE_ECDSA_P256_SHA256: b"\xffregistry.v1/ecdsa-p256-sha256\n",
    SUITE_SM2_SM3: b"\xffregistry.v1/sm2-sm3\n",
}
_HEX_ID = re.compile(r"[0-9a-f]{8}")


class NoteError(ValueError):
    """A note or the name of a key is malformed, or a signature that must stand under a note does not."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key by which a note's signature line may be verified, with the name under which it signs."""

    name: str
    key_id: bytes
    verifier: VerifyingKey

    @classmethod
    def of(cls, name: str, verifier: VerifyingKey) -> "NoteKey":
        """The key under this name. NoteError if it is no key name."""
        return cls(name, key_id(name, verifier.suite, verifier.public_key), verifier)

    @property
    def vkey(self) -> str:
        """Its text form."""
        return vkey(self.name, self.verifier.suite, self.verifier.public_key)


@dataclass(frozen=True, slots=True)
class VkeyParts:
    """A vkey taken apart; `encoded` is signature type ‖ public key."""

    name: str
    key_id: bytes
    encoded: bytes


def key_id(name: str, suite: Suite.ValueType, spki_der: bytes) -> bytes:
    """The 4 bytes that name a key (SubjectPublicKeyInfo, DER) in a signature line."""
    require_key_name(name)
    return key_id_of(name, _encoded(suite, spki_der))


def key_id_of(name: str, encoded: bytes) -> bytes:
    """The 4 bytes that name a key of any signature type, from signature type ‖ public key."""
    return sha256(name.encode() + b"\n" + encoded).digest()[:KEY_ID_BYTES]


def vkey(name: str, suite: Suite.ValueType, spki_der: bytes) -> str:
    """The text form of a key (SubjectPublicKeyInfo, DER) under a name."""
    require_key_name(name)
    return format_vkey(name, _encoded(suite, spki_der))


def format_vkey(name: str, encoded: bytes) -> str:
    """The text form of a key of any signature type, from signature type ‖ public key."""
    return f"{name}+{key_id_of(name, encoded).hex()}+{encode_base64(encoded)}"


def parse_vkey(text: str) -> NoteKey:
    """The key that a vkey of one of the three suites names.

    NoteError if it is malformed, of another signature type, or its key id is not that of name and key.
    """
    parts = split_vkey(text)
    for suite, signature_type in _SIGNATURE_TYPES.items():
        if parts.encoded.startswith(signature_type):
            return NoteKey(parts.name, parts.key_id, _verifier(suite, parts, signature_type))
    raise NoteError(f"the key of {parts.name!r} is of a signature type that is not supported here")


def split_vkey(text: str) -> VkeyParts:
    """The parts of a vkey of any signature type; the public key itself is not looked at.

    NoteError if it is malformed, or its key id is not that of name and key.
    """
    name, _, rest = text.partition("+")
    hex_id, _, encoded_text = rest.partition("+")
    if not is_key_name(name) or not _HEX_ID.fullmatch(hex_id):
        raise NoteError("a vkey is: key name, '+', 8 lower-case hex digits, '+', base64")
    try:
        encoded = decode_base64(encoded_text)
    except ValueError as fault:
        raise NoteError(f"the key of {name!r} is {fault}") from None
    if key_id_of(name, encoded).hex() != hex_id:
        raise NoteError(f"the key id of {name!r} is not that of its name and key")
    return VkeyParts(name, bytes.fromhex(hex_id), encoded)


def is_key_name(name: str) -> bool:
    """Whether keys may have this name: Unicode without white space and '+'. Half of a surrogate pair, as
    bytes that are no UTF-8 are decoded to, is no Unicode: it could not be hashed."""
    spoilt = any(character.isspace() or "\ud800" <= character <= "\udfff" for character in name)
    return bool(name) and "+" not in name and not spoilt


def require_key_name(name: str) -> None:
    """NoteError unless keys may have this name."""
    if not is_key_name(name):
        raise NoteError(f"a key name is not empty and has neither white space nor '+': {name!r}")


def _encoded(suite: Suite.ValueType, spki_der: bytes) -> bytes:
    point = point_of(suite, spki_der)
    return _SIGNATURE_TYPES[suite] + point


def _verifier(suite: Suite.ValueType, parts: VkeyParts, signature_type: bytes) -> VerifyingKey:
    try:
        return load_verifying_key(suite, spki_of(suite, parts.encoded[len(signature_type) :]))
    except SuiteNotSupportedError:
        raise
    except ValueError as fault:
        raise NoteError(f"the key of {parts.name!r} is {fault}") from None
