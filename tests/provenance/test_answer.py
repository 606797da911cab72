"""The registry's signature under answers."""

from __future__ import annotations

import pytest

from registry.provenance.answer import (
    AnswerSignatureError,
    receipt_digest,
    seal_receipt,
    sign_answer,
    sign_answers,
    verify_answer,
)
from registry.provenance.file_signer import FileSigner
from registry.provenance.keys import load_verifying_key
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519
from registry.v1.receipt_pb2 import AnswerSignature, Receipt

ORIGIN = "credit.example/test"
ONE, OTHER = FileSigner.generate(SUITE_ED25519), FileSigner.generate(SUITE_ECDSA_P256_SHA256)
KEYS = [load_verifying_key(each.suite, each.public_key) for each in (ONE, OTHER)]
ANSWERS = [f"answer {number}".encode() for number in range(130)]


def check(answer: bytes, signature: AnswerSignature, origin: str = ORIGIN) -> None:
    verify_answer(answer, signature, KEYS, origin=origin)


def test_every_receipt_key_signs_an_answer_alone() -> None:
    check(ANSWERS[0], sign_answer(ANSWERS[0], [ONE, OTHER]))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 130])
def test_of_many_answers_each_is_proven_alone_by_one_signature(count: int) -> None:
    signed = sign_answers(ANSWERS[:count], [ONE, OTHER], origin=ORIGIN)
    for answer, signature in zip(ANSWERS, signed, strict=False):
        check(answer, signature)
    assert len({each.signatures[0].sig for each in signed}) == 1


def test_another_answer_of_the_same_batch_is_refused() -> None:
    signed = sign_answers(ANSWERS[:3], [ONE, OTHER], origin=ORIGIN)
    with pytest.raises(AnswerSignatureError, match="批次"):
        check(ANSWERS[1], signed[0])


def test_a_key_that_has_not_signed_is_missed() -> None:
    with pytest.raises(AnswerSignatureError, match="缺少"):
        check(ANSWERS[0], sign_answer(ANSWERS[0], [ONE]))


def test_a_header_of_another_registry_is_refused() -> None:
    signed = sign_answers(ANSWERS[:2], [ONE, OTHER], origin="credit.example/other")
    with pytest.raises(AnswerSignatureError, match="另一登记系统"):
        check(ANSWERS[0], signed[0])


def test_a_header_does_not_pass_for_an_answer() -> None:
    signed = sign_answers(ANSWERS[:2], [ONE, OTHER], origin=ORIGIN)[0]
    with pytest.raises(AnswerSignatureError, match="不符"):
        check(signed.header, AnswerSignature(signatures=signed.signatures))


def test_no_byte_of_a_signature_can_be_changed() -> None:
    whole = sign_answers(ANSWERS[:5], [ONE, OTHER], origin=ORIGIN)[3]
    for at in range(len(whole.header)):
        changed = AnswerSignature.FromString(whole.SerializeToString())
        changed.header = whole.header[:at] + bytes([whole.header[at] ^ 1]) + whole.header[at + 1 :]
        with pytest.raises(AnswerSignatureError):
            check(ANSWERS[3], changed)


def test_without_a_required_key_nothing_is_verified() -> None:
    with pytest.raises(ValueError, match="receipt key"):
        verify_answer(ANSWERS[0], sign_answer(ANSWERS[0], [ONE]), [], origin=ORIGIN)


def test_the_digest_covers_what_means_nothing() -> None:
    receipt = seal_receipt(Receipt(version=1, answer=b"answer", checkpoint="note"))
    assert receipt_digest(receipt) == receipt.digest
    receipt.MergeFromString(b"\xf8\x07\x01")  # A field that this release does not know.
    assert receipt_digest(receipt) != receipt.digest
