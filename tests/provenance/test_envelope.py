"""DSSE: the published encoding and signature, and envelopes of our own."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import registry.provenance.keys
from registry.provenance.envelope import PAYLOAD_TYPE, SignatureError, pae, sign_envelope
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519, Envelope

HELLO = pae("http://example.com/HelloWorld", b"hello world")


def test_encoding_is_the_published_one(outside_vectors: Callable[[str], Any]) -> None:
    for vector in outside_vectors("dsse/vectors.json")["pae"]:
        assert pae(vector["type"], vector["body"].encode()) == vector["pae"].encode()


def test_published_signature_verifies_and_not_over_other_bytes(
    outside_vectors: Callable[[str], Any],
) -> None:
    vector = outside_vectors("dsse/vectors.json")["ecdsa_p256"]
    numbers = ec.EllipticCurvePublicNumbers(int(vector["x"]), int(vector["y"]), ec.SECP256R1())
    spki = numbers.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = load_verifying_key(SUITE_ECDSA_P256_SHA256, spki)
    signature = base64.b64decode(vector["sig_b64_raw_rs"])
    key.verify(HELLO, signature)
    with pytest.raises(SignatureError):
        key.verify(b"hello world", signature)


def test_example_in_the_module_is_what_the_code_writes() -> None:
    assert HELLO == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_lengths_count_bytes_and_payload_is_taken_as_it_is() -> None:
    assert pae("类", b"\x00 \xff\n") == b"DSSEv1 3 \xe7\xb1\xbb 4 \x00 \xff\n"
    assert pae("", b"") == b"DSSEv1 0  0 "


def test_envelope_carries_the_payload_verbatim_and_a_signature_of_each_signer_in_order() -> None:
    signers = [FileSigner.generate(SUITE_ED25519), FileSigner.generate(SUITE_ECDSA_P256_SHA256)]
    payload = b"\x0a\x00 not even protobuf \xff"
    received = Envelope.FromString(sign_envelope(payload, *signers).SerializeToString())
    assert (received.payload, received.payload_type) == (payload, PAYLOAD_TYPE)
    assert [each.keyid for each in received.signatures] == [each.keyid for each in signers]
    for signer, signature in zip(signers, received.signatures, strict=True):
        key = load_verifying_key(signer.suite, signer.public_key)
        key.verify(pae(received.payload_type, received.payload), signature.sig)
        with pytest.raises(SignatureError):
            key.verify(pae("application/other", received.payload), signature.sig)
        with pytest.raises(SignatureError):
            key.verify(received.payload, signature.sig)


def test_envelope_without_a_signer_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one signer"):
        sign_envelope(b"payload")


def test_signature_error_has_one_identity_in_both_modules() -> None:
    assert SignatureError is registry.provenance.keys.SignatureError
