"""The registry's signature under an answer (查询回执), alone or as one of many, made and checked.

    alone      signature over PAE("application/vnd.registry.v1.answer+protobuf", answer)
    of many    signature over PAE("application/vnd.registry.v1.answers+protobuf", header); the header names
               the RFC 6962 root over the answers (leaf hash = SHA-256(00 ‖ answer)), a path leads there

Answer and header are the bytes as they travel, never serialised again. Every receipt key that is active
signs; which of them must have signed, the verifier's policy says. A receipt ends in a digest over all of it,
so that not even a byte that means nothing (a hint, a field of a later release) can be changed unnoticed.

Example, three answers a, b, c: root = node(node(a, b), c); b is index 1 with the path (a, c), and the one
signature over the header {origin, count 3, root} is in the receipts of all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from google.protobuf.message import DecodeError

from registry.provenance.envelope import pae
from registry.provenance.keys import SignatureError, Signer, VerifyingKey
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import HashTree, ProofError, inclusion_proof, root_at, verify_inclusion
from registry.v1.envelope_pb2 import Signature
from registry.v1.receipt_pb2 import AnswersHeader, AnswerSignature, Receipt

ANSWER_TYPE = "application/vnd.registry.v1.answer+protobuf"
ANSWERS_TYPE = "application/vnd.registry.v1.answers+protobuf"
VERSION = 1
"""Of a receipt."""
MAX_NONCE_BYTES = 32


class AnswerSignatureError(ValueError):
    """The registry did not sign this answer, as far as the signature shows; one line says why."""


def sign_answer(answer: bytes, signers: Sequence[Signer]) -> AnswerSignature:
    """The signature under a serialised Answer, by each of the receipt keys."""
    return AnswerSignature(signatures=_signatures(pae(ANSWER_TYPE, answer), signers))


def sign_answers(
    answers: Sequence[bytes], signers: Sequence[Signer], *, origin: str
) -> list[AnswerSignature]:
    """The signatures under many serialised Answers at the price of one; one alone is signed alone."""
    if len(answers) == 1:
        return [sign_answer(answers[0], signers)]
    tree, count = HashTree(map(leaf_hash, answers)), len(answers)
    root = root_at(tree, count)
    header = AnswersHeader(origin=origin, count=count, root=root).SerializeToString(deterministic=True)
    signatures = _signatures(pae(ANSWERS_TYPE, header), signers)
    return [
        AnswerSignature(header=header, index=at, path=inclusion_proof(tree, at, count), signatures=signatures)
        for at in range(count)
    ]


def signed_message(answer: bytes, signature: AnswerSignature, *, origin: str) -> bytes:
    """The bytes that the signatures must be over. Raises AnswerSignatureError unless the answer is one of
    those that the header names, in the log ``origin``."""
    if not signature.header:
        if signature.index or signature.path:
            raise AnswerSignatureError("单独签名的答复不应有批次中的位置")
        return pae(ANSWER_TYPE, answer)
    try:
        header = AnswersHeader.FromString(signature.header)
        verify_inclusion(leaf_hash(answer), signature.index, header.count, signature.path, header.root)
    except DecodeError:
        raise AnswerSignatureError("多份答复的签名抬头不能解析") from None
    except ProofError as error:
        raise AnswerSignatureError(f"答复不在签名抬头所指的批次中: {error}") from None
    if header.origin != origin:
        raise AnswerSignatureError("签名抬头属于另一登记系统")
    return pae(ANSWERS_TYPE, signature.header)


def verify_answer(
    answer: bytes, signature: AnswerSignature, required: Sequence[VerifyingKey], *, origin: str
) -> None:
    """Raises AnswerSignatureError unless each of the required receipt keys signed this answer.

    Signatures of other keys are passed over. ValueError without a key: nobody would have signed."""
    if not required:
        raise ValueError("at least one receipt key must be required")
    message = signed_message(answer, signature, origin=origin)
    given = {each.keyid: each.sig for each in signature.signatures}
    for key in required:
        if key.keyid not in given:
            raise AnswerSignatureError(f"缺少回执密钥 {key.keyid[:12]}… 的签名")
        try:
            key.verify(message, given[key.keyid])
        except SignatureError:
            raise AnswerSignatureError(f"回执密钥 {key.keyid[:12]}… 的签名与答复不符") from None


def receipt_digest(receipt: Receipt) -> bytes:
    """SHA-256 of the receipt serialised deterministically without its digest."""
    rest = Receipt()
    rest.CopyFrom(receipt)
    rest.ClearField("digest")
    return sha256(rest.SerializeToString(deterministic=True)).digest()


def seal_receipt(receipt: Receipt) -> Receipt:
    """The same receipt, its digest filled in: nothing may be changed after that."""
    receipt.ClearField("digest")
    receipt.digest = sha256(receipt.SerializeToString(deterministic=True)).digest()
    return receipt


def _signatures(message: bytes, signers: Sequence[Signer]) -> list[Signature]:
    return [Signature(sig=signer.sign(message), keyid=signer.keyid) for signer in signers]
