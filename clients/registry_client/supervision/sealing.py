"""Sealing what was reported, and opening it by two custodians (密封与开启举报内容).

    blob = seal(text, binding, keys)                 by whoever takes the complaint in
    message = hand_over(blob, own_key, other_key)    the first custodian, for the second
    text = open_sealed(blob, own_key, message)       the second custodian

Only standard parts: HPKE (RFC 9180) for the shares, AES-256-GCM for the text; the format is that of
``registry.provenance.sealed_form``. A share travels encrypted to the one who opens, so that nobody between
the two learns it. Before they open, the two record that they do (identity_opening); ``registryctl custodian
open`` refuses without that act, and what mathematics cannot prevent is said in docs/decisions/0041.

Example: of three custodians the first and the third open a report; the second alone, or with a share of
another blob, gets SealingError.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from registry.provenance.sealed_form import (
    KEY_BYTES,
    NONCE_BYTES,
    Binding,
    SealedBlob,
    SealedFormError,
    padded,
    read_sealed,
    share_info,
    unpadded,
)
from registry_client.errors import SealingError

__all__ = ["SealingError", "binding_of", "hand_over", "keys_of", "open_sealed", "seal", "sender_of"]

HAND_OVER = b"CSHAR\x01"
_DIGEST_BYTES = 32
_HAND_OVER_INFO = b"registry hand-over v1\x00"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal(text: bytes, binding: Binding, keys: Iterable[bytes]) -> bytes:
    """The text sealed to custodians. Raises SealingError if they are too few, too many or unusable."""
    ordered = tuple(sorted(set(keys)))
    try:
        header, block = binding.header(ordered), padded(text)
        content_key = AESGCM.generate_key(256)
        bundles = _split(content_key, len(ordered))
        shares = tuple(
            _SUITE.encrypt(bundle, X25519PublicKey.from_public_bytes(key), share_info(header, index))
            for index, (key, bundle) in enumerate(zip(ordered, bundles, strict=True))
        )
    except ValueError as error:
        message = "不能密封: 须有二至七名身份保管人的有效公钥, 内容不超过16MiB。"
        raise SealingError(message) from error
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = AESGCM(content_key).encrypt(nonce, block, header + b"".join(shares))
    return SealedBlob(binding, ordered, header, shares, nonce, ciphertext).encode()


def hand_over(blob: bytes, own: X25519PrivateKey, other: bytes) -> bytes:
    """The message that lets the other custodian open a blob together with his own share. SealingError if
    one of the two is none of its custodians."""
    sealed = _read(blob)
    mine, theirs = _index(sealed, _public(own)), _index(sealed, other)
    share = _share(sealed, own, mine, theirs)
    info = _hand_over_info(blob, mine, theirs)
    message = _SUITE.encrypt(share, X25519PublicKey.from_public_bytes(other), info)
    return HAND_OVER + sha256(blob).digest() + bytes([mine, theirs]) + message


def open_sealed(blob: bytes, own: X25519PrivateKey, message: bytes) -> bytes:
    """What is in a blob, by the message of another custodian. Raises SealingError."""
    sealed, start = _read(blob), len(HAND_OVER)
    digest, pair = message[start : start + _DIGEST_BYTES], message[start + _DIGEST_BYTES :][:2]
    if not message.startswith(HAND_OVER) or len(pair) != 2:
        raise SealingError("不是保管人的移交文件。")
    if digest != sha256(blob).digest():
        raise SealingError("移交文件属于另一份密封件。")
    theirs, mine = pair
    if mine != _index(sealed, _public(own)) or theirs == mine or theirs >= len(sealed.keys):
        raise SealingError("移交文件不是给这名保管人的。")
    try:
        info = _hand_over_info(blob, theirs, mine)
        share = _SUITE.decrypt(message[start + _DIGEST_BYTES + 2 :], own, info)
    except (InvalidTag, ValueError) as error:
        raise SealingError("移交文件被改动, 或者不是给这名保管人的。") from error
    if len(share) != KEY_BYTES:
        raise SealingError("移交文件被改动, 或者不是给这名保管人的。")
    return _opened(sealed, _xor(share, _share(sealed, own, mine, theirs)))


def sender_of(blob: bytes, message: bytes) -> bytes:
    """The public key of the custodian who says to have made a message for a blob. Raises SealingError."""
    keys, at = keys_of(blob), len(HAND_OVER) + _DIGEST_BYTES
    if not message.startswith(HAND_OVER) or len(message) <= at or message[at] >= len(keys):
        raise SealingError("不是保管人的移交文件。")
    return keys[message[at]]


def binding_of(blob: bytes) -> Binding:
    """What a blob says it belongs to. Raises SealingError."""
    return _read(blob).binding


def keys_of(blob: bytes) -> tuple[bytes, ...]:
    """The custodians' keys to which a blob was sealed. Raises SealingError."""
    return _read(blob).keys


def _opened(sealed: SealedBlob, content_key: bytes) -> bytes:
    try:
        block = AESGCM(content_key).decrypt(sealed.nonce, sealed.ciphertext, sealed.associated)
        return unpadded(block)
    except (InvalidTag, SealedFormError, ValueError) as error:
        raise SealingError("不能开启: 密封件被改动, 或者份额不符。") from error


def _split(content_key: bytes, count: int) -> list[bytes]:
    """For each custodian his shares in the order of the others; for each pair a random one and its XOR."""
    shares: dict[tuple[int, int], bytes] = {}
    for first in range(count):
        for second in range(first + 1, count):
            shares[first, second] = os.urandom(KEY_BYTES)
            shares[second, first] = _xor(content_key, shares[first, second])
    return [b"".join(shares[one, other] for other in range(count) if other != one) for one in range(count)]


def _share(sealed: SealedBlob, own: X25519PrivateKey, mine: int, theirs: int) -> bytes:
    if mine == theirs:
        raise SealingError("须由两名不同的保管人共同开启。")
    try:
        bundle = _SUITE.decrypt(sealed.shares[mine], own, share_info(sealed.header, mine))
    except (InvalidTag, ValueError) as error:
        raise SealingError("密封件被改动, 或者不是密封给这名保管人的。") from error
    if len(bundle) != KEY_BYTES * (len(sealed.keys) - 1):
        raise SealingError("密封件被改动, 或者不是密封给这名保管人的。")
    place = theirs - (theirs > mine)
    return bundle[place * KEY_BYTES : (place + 1) * KEY_BYTES]


def _index(sealed: SealedBlob, key: bytes) -> int:
    if key not in sealed.keys:
        raise SealingError("这份密封件不是密封给这名保管人的。")
    return sealed.keys.index(key)


def _read(blob: bytes) -> SealedBlob:
    try:
        return read_sealed(blob)
    except SealedFormError as error:
        raise SealingError(str(error)) from error


def _public(own: X25519PrivateKey) -> bytes:
    return own.public_key().public_bytes_raw()


def _hand_over_info(blob: bytes, mine: int, theirs: int) -> bytes:
    return _HAND_OVER_INFO + sha256(blob).digest() + bytes([mine, theirs])


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
