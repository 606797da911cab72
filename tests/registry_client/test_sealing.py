"""Sealing to custodians: any two open, no one alone, and nothing that was changed or moved opens at all."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from itertools import permutations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from registry.provenance.custodian_proof import is_proven, montgomery, opening_key, prove
from registry.provenance.sealed_form import (
    CONTENT,
    REPORTER,
    Binding,
    SealedFormError,
    padded,
    read_sealed,
    unpadded,
)
from registry_client.supervision.sealing import SealingError, hand_over, keys_of, open_sealed, seal

TEXT = "后厨有老鼠; 我叫赵示例".encode()
BINDING = Binding("credit.example/test", "91130900DEM0000108", "W0123456789ABCDEFGHJK", CONTENT)


def custodians(count: int) -> list[X25519PrivateKey]:
    return [X25519PrivateKey.generate() for _ in range(count)]


def public(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


@pytest.mark.parametrize("count", range(2, 8))
def test_any_two_of_two_to_seven_custodians_open(count: int) -> None:
    keys = custodians(count)
    blob = seal(TEXT, BINDING, map(public, keys))
    for one, other in permutations(keys, 2):
        assert open_sealed(blob, other, hand_over(blob, one, public(other))) == TEXT


@pytest.mark.parametrize("count", [0, 1, 8])
def test_one_custodian_or_eight_are_not_sealed_to(count: int) -> None:
    with pytest.raises(SealingError):
        seal(TEXT, BINDING, map(public, custodians(count)))
    with pytest.raises(SealingError):
        seal(TEXT, BINDING, [public(custodians(1)[0])] * 2)


def test_a_key_of_low_order_is_not_sealed_to() -> None:
    with pytest.raises(SealingError):
        seal(TEXT, BINDING, [public(custodians(1)[0]), bytes(32)])


def test_no_one_opens_alone_with_his_own_share() -> None:
    one, other, third = custodians(3)
    blob = seal(TEXT, BINDING, map(public, (one, other, third)))
    with pytest.raises(SealingError):
        hand_over(blob, one, public(one))
    message = hand_over(blob, one, public(other))
    with pytest.raises(SealingError):
        open_sealed(blob, one, message)
    with pytest.raises(SealingError):
        open_sealed(blob, third, message)
    with pytest.raises(SealingError):
        hand_over(blob, custodians(1)[0], public(one))


def test_shares_of_two_blobs_open_neither() -> None:
    one, other = custodians(2)
    first, second = (seal(TEXT, BINDING, [public(one), public(other)]) for _ in range(2))
    with pytest.raises(SealingError, match="另一份"):
        open_sealed(first, other, hand_over(second, one, public(other)))
    start = len(b"CSHAR\x01")
    forged = (
        hand_over(first, one, public(other))[: start + 34]
        + hand_over(second, one, public(other))[start + 34 :]
    )
    with pytest.raises(SealingError):
        open_sealed(first, other, forged)


@pytest.mark.parametrize(
    ("index", "share"), [(200, bytes(32)), (2, bytes(32)), (None, bytes(31)), (None, b"")]
)
def test_a_message_that_anybody_made_up_opens_nothing(index: int | None, share: bytes) -> None:
    one, other = custodians(2)
    blob = seal(TEXT, BINDING, [public(one), public(other)])
    place = keys_of(blob).index(public(other))
    pair = bytes([1 - place if index is None else index, place])
    info = b"registry hand-over v1\x00" + sha256(blob).digest() + pair
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    made_up = suite.encrypt(share, other.public_key(), info)
    with pytest.raises(SealingError):
        open_sealed(blob, other, b"CSHAR\x01" + sha256(blob).digest() + pair + made_up)


def test_every_altered_byte_of_blob_and_message_is_noticed() -> None:
    one, other = custodians(2)
    blob = seal(TEXT, BINDING, [public(one), public(other)])
    message = hand_over(blob, one, public(other))
    for at in [*range(300), *range(300, len(blob), 97), len(blob) - 1]:
        altered = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(SealingError):
            open_sealed(altered, other, hand_over(altered, one, public(other)))
    for at in range(len(message)):
        with pytest.raises(SealingError):
            open_sealed(blob, other, message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :])
    for cut in (0, 5, 38, 60):
        with pytest.raises(SealingError):
            open_sealed(blob, other, message[:cut])


@pytest.mark.parametrize(
    "moved",
    [
        replace(BINDING, number="W9123456789ABCDEFGHJK"),
        replace(BINDING, part=REPORTER),
        replace(BINDING, department="91130900DEM0000207"),
        replace(BINDING, origin="credit.example/tesu"),
    ],
)
def test_a_blob_that_is_put_under_another_complaint_does_not_open(moved: Binding) -> None:
    one, other = custodians(2)
    blob = seal(TEXT, BINDING, [public(one), public(other)])
    sealed = read_sealed(blob)
    forged = moved.header(sealed.keys) + blob[len(sealed.header) :]
    assert read_sealed(forged).binding == moved
    with pytest.raises(SealingError):
        open_sealed(forged, other, hand_over(forged, one, public(other)))


def test_a_blob_shows_its_custodians_and_hides_how_much_was_written() -> None:
    keys = [public(each) for each in custodians(3)]
    blobs = [seal(text, BINDING, keys) for text in (b"", TEXT, os.urandom(4092))]
    assert len({len(blob) for blob in blobs}) == 1
    assert keys_of(blobs[0]) == tuple(sorted(keys))
    assert not any(TEXT in blob for blob in blobs)
    assert len(seal(os.urandom(4093), BINDING, keys)) == len(blobs[0]) + 4096


def test_a_blob_has_one_form() -> None:
    blob = seal(TEXT, BINDING, map(public, custodians(2)))
    assert read_sealed(blob).encode() == blob
    for other in (
        blob + b"\x00",
        blob[:-1],
        b"",
        b"CSEAL\x02" + blob[6:],
        blob[:100],
        blob[:7] + b"\xff" * 600,
    ):
        with pytest.raises(SealedFormError):
            read_sealed(other)


def test_padding_that_hides_something_is_refused() -> None:
    assert unpadded(padded(TEXT)) == TEXT
    with pytest.raises(SealedFormError):
        unpadded(padded(TEXT)[:-1] + b"\x01")
    with pytest.raises(SealedFormError):
        unpadded(padded(TEXT) + bytes(4096))


def test_the_base_point_of_one_curve_is_that_of_the_other() -> None:
    y = 4 * pow(5, -1, 2**255 - 19) % (2**255 - 19)
    assert montgomery(y.to_bytes(32, "little")) == (9).to_bytes(32, "little")


def test_a_proof_is_for_one_custodian_of_one_department() -> None:
    key = Ed25519PrivateKey.generate()
    whom = {"origin": BINDING.origin, "department": BINDING.department, "official_id": "C-1"}
    public_key, proof = prove(key, **whom)
    assert public_key == public(opening_key(key))
    assert is_proven(public_key, proof, **whom)
    assert not is_proven(public_key, proof, **{**whom, "official_id": "C-2"})
    assert not is_proven(public(custodians(1)[0]), proof, **whom)
    assert not is_proven(public_key, proof[:-1], **whom)
    assert not is_proven(bytes(32), proof, **whom)


def test_the_neutral_point_and_points_of_low_order_prove_nothing() -> None:
    for y in (1, 2**255 - 20, 0):  # 1: the neutral point; -1: order two; 0: order four.
        signing = y.to_bytes(32, "little")
        public_key = montgomery(signing) if y != 1 else bytes(32)
        assert not is_proven(public_key, signing + bytes(64), origin="o", department="d", official_id="x")
