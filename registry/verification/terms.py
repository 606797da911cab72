"""What an answer says of itself: which log, which question, how much it proves and where it falls short.

An answer that was asked to prove and gives less is refused, unless whoever checks it says that he takes it;
each shortfall is named then. An answer that gives what was asked has none, and the evidence goes with the
level: all of it, or nothing.

Example: PROOF asked, SIGNED given, shortfall MAP_BEHIND: FAILED; with ``accept_shortfalls`` CLAIMED.
"""

from __future__ import annotations

from registry.provenance.answer import MAX_NONCE_BYTES
from registry.v1 import receipt_pb2 as pb
from registry.verification.report import FailedError, Report

CHECK = "registry.v1.RestrictionService/Check"
BATCH_CHECK = "registry.v1.RestrictionService/BatchCheck"
SCREEN = "registry.v1.RestrictionService/Screen"
GET_RECORD = "registry.v1.RecordService/GetRecord"
GET_CERTIFICATE = "registry.v1.RecordService/GetCertificate"
METHODS = {
    CHECK: "查询主体",
    BATCH_CHECK: "批量查询",
    SCREEN: "项目审查",
    GET_RECORD: "信用记录",
    GET_CERTIFICATE: "专项信用报告",
}
HASH_BYTES = 32

_REASONS = {
    pb.SHORTFALL_REASON_PERSON_WITHOUT_RECORD: "自然人没有记录, 映射中没有其键, 无从证明",
    pb.SHORTFALL_REASON_CODE_WITHOUT_RECORD: "旧代码没有关联到任何主体, 无从证明",
    pb.SHORTFALL_REASON_CODE_INVALID: "代码不合格, 没有可证明的内容",
    pb.SHORTFALL_REASON_MAP_BEHIND: "映射状态尚未覆盖答复所依据的序号",
    pb.SHORTFALL_REASON_NOT_COSIGNED: "尚无足够见证的检查点覆盖证据",
    pb.SHORTFALL_REASON_CHAIN_TOO_LONG: "主体的链太长, 没有全部出示",
    pb.SHORTFALL_REASON_CONTENT_ERASED: "答复所依据的陈述内容已依法删除",
    8: "陈述含有查询者无权知悉的内容, 没有出示",
}
_LEVELS = {pb.EVIDENCE_LEVEL_SIGNED: "SIGNED", pb.EVIDENCE_LEVEL_PROOF: "PROOF"}


def check_terms(answer: pb.Answer, receipt: pb.Receipt, report: Report) -> None:
    """Raises FailedError unless the answer is one that can be checked, with the evidence of its level."""
    if answer.method not in METHODS:
        raise FailedError("答复的方法不是本程序认识的")
    if len(answer.root) != HASH_BYTES or len(answer.request_sha256) != HASH_BYTES:
        raise FailedError(f"答复中的根和请求摘要应各为{HASH_BYTES}字节")
    if answer.asked not in _LEVELS or answer.given not in _LEVELS:
        raise FailedError("答复没有写明回执级别")
    _check_evidence(answer, receipt)
    report.passed("terms", f"{METHODS[answer.method]}; 回执级别 {_LEVELS[answer.given]}")


def check_nonce(answer: pb.Answer, report: Report, nonce: bytes | None) -> None:
    """Raises FailedError unless the answer bears the number that was sent with the question, if known."""
    if len(answer.nonce) > MAX_NONCE_BYTES:
        raise FailedError(f"答复的随机数超过{MAX_NONCE_BYTES}字节")
    if nonce is not None and nonce != answer.nonce:
        raise FailedError("答复的随机数不是所问的: 这是对另一次查询的答复")
    compared = "未与所问的比较" if nonce is None else "与所问的相同"
    report.passed("nonce", f"随机数 {answer.nonce.hex() or '(无)'}, {compared}")


def check_shortfalls(answer: pb.Answer, report: Report, *, accepted: bool) -> None:
    """Notes each shortfall: refused, or taken as the registry's word."""
    if answer.given >= answer.asked:
        if answer.shortfalls:
            raise FailedError("答复自称已给出所要求的证明, 又列有不足")
        return
    if not answer.shortfalls:
        raise FailedError("所要求的是证明, 答复只有签名, 又没有说明不足")
    note = report.claimed if accepted else report.failed
    for shortfall in answer.shortfalls:
        reason = _REASONS.get(shortfall.reason, f"本程序不认识的原因{shortfall.reason}")
        of = f"{shortfall.subject.value}: " if shortfall.subject.value else ""
        note("shortfall", f"{of}{reason}")


def _check_evidence(answer: pb.Answer, receipt: pb.Receipt) -> None:
    held = (receipt.checkpoint, receipt.consistency, receipt.leaves, receipt.chains)
    has_any = any(held) or receipt.HasField("map_position")
    if answer.given != pb.EVIDENCE_LEVEL_PROOF and has_any:
        raise FailedError("答复只有签名, 回执却附有证据: 不能混用")
    if answer.given == pb.EVIDENCE_LEVEL_PROOF:
        if not receipt.checkpoint or not receipt.leaves or not receipt.chains:
            raise FailedError("答复自称附有证明, 证据却不全")
        if not receipt.HasField("map_position"):
            raise FailedError("缺少映射状态的序号")
