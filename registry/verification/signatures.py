"""The registry's signature under the answer: by every receipt key that counted when it was signed.

A receipt key that can be left out unseen is worth nothing, so each that counts must have signed, and one of
them at least with a suite that the policy accepts. Which keys count is said by ``receipt`` lines: a key that
was added at position p and retired at q signs at the sizes p < s ≤ q. The size is that of the log when the
answer was signed (``log_size``), which is beyond the position answered from: a key that retired cannot be
used for an answer about what came later, by whoever has it. For an answer about what came before he can,
and say that it is of before; nobody who has that receipt alone can tell. The more keys must sign, the less
one of them is worth to him.

Example: a key retired at 120, another added at 110. An answer of size 100 bears the first one's signature,
of 115 both, of 130 the second one's, though it was asked about position 40.

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
    size = signing_size(answer)
    keys = policy.receipt_keys(answer.origin, size)
    if not keys:
        raise FailedError(f"策略没有 {answer.origin} 在日志大小{size}时的回执密钥 (receipt 行)")
    if not any(policy.accepts_suite(key.verifier.suite, size) for key in keys):
        raise FailedError("策略要求的签名算法中没有回执密钥的")
    if receipt.signature.header:
        read_message(pb.AnswersHeader, receipt.signature.header, "多份答复的签名抬头")
    try:
        verify_answer(receipt.answer, receipt.signature, [key.verifier for key in keys], origin=answer.origin)
    except AnswerSignatureError as error:
        raise FailedError(str(error)) from None
    shared = ", 与其他答复同一签名" if receipt.signature.header else ""
    names = ", ".join(key.key_id.hex() for key in keys)
    later = f", 当时日志大小{size}" if answer.log_size else ""
    report.passed("answer signature", f"{answer.origin} 的回执密钥 {names} 签了这份答复{shared}{later}")


def signing_size(answer: pb.Answer) -> int:
    """Size of the log when an answer was signed. FailedError if that is before what it answers from."""
    known = answer.position + 1
    if 0 < answer.log_size < known:
        raise FailedError(f"答复自称签署时日志大小{answer.log_size}, 却依据序号{answer.position}")
    return answer.log_size or known
