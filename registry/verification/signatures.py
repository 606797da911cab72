"""The registry's signature under the answer: by every receipt key that the policy counts at its position.

A receipt key that can be left out unseen is worth nothing, so each that counts must have signed, and one of
them at least with a suite that the policy accepts. Which keys count is said by ``receipt`` lines: a key that
was added at position p signs from size p + 1 on.

Example: policy lines ``receipt <Ed25519>`` and ``receipt <SM2>``, ``suite sm2-sm3``: both must be there, and
without the second the suite would not be satisfied.
"""

from __future__ import annotations

from registry.provenance.answer import AnswerSignatureError, verify_answer
from registry.provenance.witness_policy import Policy
from registry.v1 import receipt_pb2 as pb
from registry.verification.form import read_message
from registry.verification.report import FailedError, Report


def check_signature(answer: pb.Answer, receipt: pb.Receipt, policy: Policy, report: Report) -> None:
    """Raises FailedError unless the registry signed this answer, as the policy demands."""
    keys = policy.receipt_keys(answer.origin, answer.position + 1)
    if not keys:
        raise FailedError(f"策略没有 {answer.origin} 在序号{answer.position}的回执密钥 (receipt 行)")
    if not any(policy.accepts_suite(key.verifier.suite) for key in keys):
        raise FailedError("策略要求的签名算法中没有回执密钥的")
    if receipt.signature.header:
        read_message(pb.AnswersHeader, receipt.signature.header, "多份答复的签名抬头")
    try:
        verify_answer(receipt.answer, receipt.signature, [key.verifier for key in keys], origin=answer.origin)
    except AnswerSignatureError as error:
        raise FailedError(str(error)) from None
    shared = ", 与其他答复同一签名" if receipt.signature.header else ""
    names = ", ".join(key.key_id.hex() for key in keys)
    report.passed("answer signature", f"{answer.origin} 的回执密钥 {names} 签了这份答复{shared}")
