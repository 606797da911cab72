"""Proof that whoever states a custodian's X25519 key holds it (身份保管人公钥的持有证明).

X25519 signs nothing. So the key is derived from an Ed25519 key, as RFC 7748 section 4.1 maps one curve to the
other and RFC 8032 section 5.1.5 makes the scalar: the same conversion that libsodium and age (ssh-ed25519)
use. The Ed25519 key signs once, here, whom the key is for; anybody can check that from the log alone, and
that one key used for both is safe is shown in E. Thormarker, "On using the same key pair for Ed25519 and an
X25519 based KEM" (IACR 2021/509).

    proof = Ed25519 public key (32) || signature (64)
    signed: "registry custodian v1" 0x00; origin, department, staff id, each after a length byte; X25519 key

Example: the point with y = 4/5 is the base point of Ed25519; it maps to u = 9, the base point of X25519.
"""

from __future__ import annotations

from hashlib import sha512

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

PROOF_BYTES = 96
_KEY_BYTES = 32
_P = 2**255 - 19
_PREFIX = b"registry custodian v1\x00"
_ANY = bytes(range(1, 33))


def montgomery(public_key: bytes) -> bytes:
    """The X25519 public key of an Ed25519 one: u = (1 + y) / (1 - y). ValueError for y = 1."""
    y = int.from_bytes(public_key, "little") & ((1 << 255) - 1)
    if (1 - y) % _P == 0:
        raise ValueError("the neutral point has no u")
    return ((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(_KEY_BYTES, "little")


def opening_key(key: Ed25519PrivateKey) -> X25519PrivateKey:
    """The private key with which a custodian opens."""
    return X25519PrivateKey.from_private_bytes(sha512(key.private_bytes_raw()).digest()[:_KEY_BYTES])


def prove(key: Ed25519PrivateKey, *, origin: str, department: str, official_id: str) -> tuple[bytes, bytes]:
    """The X25519 public key of a custodian, and the proof that he holds it."""
    signing = key.public_key().public_bytes_raw()
    public_key = montgomery(signing)
    return public_key, signing + key.sign(_signed(public_key, origin, department, official_id))


def is_proven(public_key: bytes, proof: bytes, *, origin: str, department: str, official_id: str) -> bool:
    """Whether a key is usable and its proof is one for this custodian."""
    if len(public_key) != _KEY_BYTES or len(proof) != PROOF_BYTES:
        return False
    signing, signature = proof[:_KEY_BYTES], proof[_KEY_BYTES:]
    try:
        if montgomery(signing) != public_key:
            return False
        # A key of low order would make sealing fail, for every complaint of the department.
        X25519PrivateKey.from_private_bytes(_ANY).exchange(X25519PublicKey.from_public_bytes(public_key))
        signed = _signed(public_key, origin, department, official_id)
        Ed25519PublicKey.from_public_bytes(signing).verify(signature, signed)
    except (ValueError, InvalidSignature):
        return False
    return True


def _signed(public_key: bytes, *whom: str) -> bytes:
    texts = [text.encode() for text in whom]
    return _PREFIX + b"".join(bytes([len(text)]) + text for text in texts) + public_key
