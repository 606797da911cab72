"""A private key in a PKCS#11 token: how it is found, which suite it is of, what it is asked to sign.

    suite    key type, parameters              mechanism, over
    Ed25519  CKK_EC_EDWARDS, 1.3.101.112       CKM_EDDSA, the message
    P-256    CKK_EC, prime256v1                CKM_ECDSA, SHA-256 of the message
    SM2      CKK_EC, sm2p256v1                 the vendor's, the digest e of `registry.provenance.sm2_digest`

PKCS#11 has no mechanism for SM2, so vendors number their own. A token may know the curve and offer nothing
but ECDSA on it (SoftHSM does), which is no SM2 signature: without the vendor's number such a key is refused.
The public key is read from the public key object beside the private one. A key that asks for its PIN each
time gets it each time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.provenance.keys import SignerError
from registry.provenance.sm2_digest import sm2_digest
from registry.provenance.suites import point_of, spki_of
from registry.signing.token_module import pkcs11
from registry.v1.envelope_pb2 import (
    SUITE_ECDSA_P256_SHA256,
    SUITE_ED25519,
    SUITE_SM2_SM3,
    Suite,
)

if TYPE_CHECKING:
    from pkcs11 import Key, Mechanism, Session

# CKA_EC_PARAMS: the curve's object identifier; some tokens give the name of Ed25519 (PKCS#11 v3.1 §6.3.5).
_SUITES: dict[bytes, Suite.ValueType] = {
    bytes.fromhex("06032b6570"): SUITE_ED25519,
    b"\x13\x0cedwards25519": SUITE_ED25519,
    bytes.fromhex("06082a8648ce3d030107"): SUITE_ECDSA_P256_SHA256,
    bytes.fromhex("06082a811ccf5501822d"): SUITE_SM2_SM3,
}
_OCTET_STRING = 0x04


@dataclass(frozen=True, slots=True)
class KeyName:
    """How a key is called in its token: by label, by id, or by both."""

    label: str | None
    id: bytes | None

    def __str__(self) -> str:
        return self.label or (self.id or b"").hex()


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A private key found in a session; gone with the session."""

    suite: Suite.ValueType
    public_key: bytes
    _private: Any = field(repr=False)
    _mechanism: Mechanism = field(repr=False)
    _pin: str | None = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """What the token signs for a message. Raises what python-pkcs11 raises."""
        data = _data(self.suite, self.public_key, message)
        signature: bytes = self._private.sign(data, mechanism=self._mechanism, pin=self._pin)
        return signature


def find_key(session: Session, name: KeyName, *, pin: str | None, sm2_mechanism: int | None) -> TokenKey:
    """The key of this name. SignerError if it is missing or of no suite; raises what python-pkcs11 raises."""
    package = pkcs11()
    private = _only(session, package.ObjectClass.PRIVATE_KEY, name)
    public = _only(session, package.ObjectClass.PUBLIC_KEY, name)
    suite = _suite(public)
    spki = _spki(suite, public[package.Attribute.EC_POINT])
    each_time = pin if _asks_each_time(private) else None
    return TokenKey(suite, spki, private, _mechanism(suite, session, sm2_mechanism), each_time)


def _only(session: Session, object_class: Any, name: KeyName) -> Any:
    # Not python-pkcs11's `get_key`: it leaves the search open behind it where it finds more than one.
    attribute = pkcs11().Attribute
    wanted = {attribute.CLASS: object_class, attribute.LABEL: name.label, attribute.ID: name.id}
    found = list(session.get_objects({key: value for key, value in wanted.items() if value is not None}))
    if not found:
        raise SignerError("令牌里没有这把密钥, 或它的公钥")
    if len(found) > 1:
        raise SignerError("令牌里有几把这样的密钥")
    return found[0]


def _suite(public: Key) -> Suite.ValueType:
    package = pkcs11()
    try:
        return _SUITES[public[package.Attribute.EC_PARAMS]]
    except (KeyError, package.AttributeTypeInvalid):
        raise SignerError("密钥既不是 Ed25519, 也不是 P-256 或 SM2") from None


def _spki(suite: Suite.ValueType, point: bytes) -> bytes:
    # CKA_EC_POINT is the point in a DER OCTET STRING; before v2.40 many tokens gave the bare point.
    if point[:2] == bytes([_OCTET_STRING, len(point) - 2]):
        point = point[2:]
    try:
        return spki_of(suite, point)
    except ValueError:
        raise SignerError("令牌给出的公钥不能识别") from None


def _mechanism(suite: Suite.ValueType, session: Session, sm2_mechanism: int | None) -> Mechanism:
    mechanisms = pkcs11().Mechanism
    if suite == SUITE_ED25519:
        mechanism: Mechanism = mechanisms.EDDSA
    elif suite == SUITE_ECDSA_P256_SHA256:
        mechanism = mechanisms.ECDSA
    elif sm2_mechanism is None:
        raise SignerError("SM2 密钥须写明厂商的机制编号 sm2-mechanism=")
    else:
        mechanism = _numbered(sm2_mechanism)
    if mechanism not in session.token.slot.get_mechanisms():
        raise SignerError(f"令牌没有签名机制 0x{int(mechanism):08x}")
    return mechanism


def _numbered(number: int) -> Mechanism:
    # python-pkcs11 takes members of its enumeration only, which holds no vendor's numbers.
    mechanisms = pkcs11().Mechanism
    mechanism: Mechanism = int.__new__(mechanisms, number)
    mechanism._name_, mechanism._value_ = f"VENDOR_{number:08X}", number
    return mechanism


def _asks_each_time(private: Key) -> bool:
    package = pkcs11()
    try:
        return bool(private[package.Attribute.ALWAYS_AUTHENTICATE])
    except package.AttributeTypeInvalid:
        return False


def _data(suite: Suite.ValueType, spki: bytes, message: bytes) -> bytes:
    if suite == SUITE_ED25519:
        return message
    if suite == SUITE_ECDSA_P256_SHA256:
        return hashlib.sha256(message).digest()
    return sm2_digest(point_of(suite, spki), message)
