"""The checkpoint that all evidence leads to, under the verifier's policy, and that it extends the log as it
was when the answer was given.

Signature lines can be stripped unseen, so what must be there is what the policy names: log keys, required
keys, the quorum of witnesses. Where the policy has ``suite`` lines for its size, one key of the log that
signed must be of such a suite; cosignatures are Ed25519 by their standard (C2SP tlog-cosignature) and are not
asked.

Example: the answer was given from 40 leaves, the checkpoint has 64: the proof shows that the first 40 of the
64 are those that the answer's root stands for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from registry.domain.periods import CHINA
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.proof import ProofError, verify_consistency
from registry.provenance.witness_policy import CheckedCheckpoint, Policy, PolicyError
from registry.v1 import receipt_pb2 as pb
from registry.verification.report import FailedError, Report


def check_head(answer: pb.Answer, receipt: pb.Receipt, policy: Policy, report: Report) -> Checkpoint:
    """The checkpoint of a receipt. Raises FailedError unless the policy accepts it and it extends the log
    that was answered from."""
    checked = _examined(receipt.checkpoint, policy)
    if checked.faults:
        raise FailedError("; ".join(checked.faults))
    checkpoint = checked.checkpoint
    if checkpoint.origin != answer.origin:
        raise FailedError("检查点属于另一日志")
    if not any(policy.accepts_suite(key.verifier.suite, checkpoint.size) for key in checked.log_keys):
        raise FailedError("检查点没有策略所要求的算法的日志签名")
    witnesses = ", ".join(f"{each.witness}({seconds_text(each.time_s)})" for each in checked.witnesses)
    report.passed("checkpoint", f"{checkpoint.origin} 大小{checkpoint.size}; 见证人: {witnesses or '无'}")
    if not policy.witnesses:
        report.claimed("witnesses", "策略没有见证人: 登记系统是否对别人出示同一日志, 只有它自己的签名")
    _check_consistency(answer, receipt, checkpoint)
    report.passed("consistency", f"答复时的根(序号{answer.position})是检查点的前{answer.position + 1}条")
    return checkpoint


def seconds_text(time_s: int) -> str:
    """An instant as a clock in China shows it."""
    return milliseconds_text(time_s * 1000)


def milliseconds_text(time_ms: int) -> str:
    """An instant of the years 1970 to 9999 as a clock in China shows it; another one as a number."""
    try:
        instant = datetime.fromtimestamp(0, CHINA) + timedelta(milliseconds=time_ms)
    except OverflowError:
        return f"{time_ms}ms"
    return f"{instant:%Y-%m-%d %H:%M:%S}"


def _examined(note: str, policy: Policy) -> CheckedCheckpoint:
    try:
        return policy.examine(note)
    except PolicyError as error:
        raise FailedError(str(error)) from None


def _check_consistency(answer: pb.Answer, receipt: pb.Receipt, checkpoint: Checkpoint) -> None:
    known = answer.position + 1
    try:
        verify_consistency(known, answer.root, checkpoint.size, checkpoint.root, receipt.consistency)
    except ProofError:
        raise FailedError(f"一致性证明不成立: 答复的根不是这一检查点前{known}条的") from None
