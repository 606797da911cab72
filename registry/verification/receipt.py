"""A receipt checked from the outside in: what a line rests on was checked in a line above it.

    form → terms → the registry's signature → shortfalls → question and response → evidence (``proof``)

A step that fails ends the check, since what follows would rest on it; the report has every line up to there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.provenance.witness_policy import Policy
from registry.sanctions.catalogue.edition import Edition
from registry.v1 import receipt_pb2 as pb
from registry.verification import terms
from registry.verification.form import read_message, read_receipt
from registry.verification.head import milliseconds_text
from registry.verification.items import Filed, read_filed
from registry.verification.proof import Proof
from registry.verification.report import Report
from registry.verification.signatures import check_signature


def check_receipt(
    content: bytes,
    policy: Policy,
    *,
    accept_shortfalls: bool = False,
    nonce: bytes | None = None,
    editions: Mapping[str, Edition] | None = None,
) -> Report:
    """What a check of the receipt in a file finds under a verifier's policy.

    ``nonce`` is the one that was sent with the question, if the answer must be to that one; ``editions`` are
    editions of the catalogue by hash, beside those that come with the program."""
    report = Report()
    check = _Check(content, policy, report, editions or {})
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("form", check.form),
        ("terms", lambda: check.terms(nonce)),
        ("answer signature", check.signature),
        ("shortfall", lambda: check.shortfalls(accepted=accept_shortfalls)),
        ("question", check.question),
        ("evidence", check.evidence),
    )
    for name, step in steps:
        if not report.attempt(name, step):
            break
    return report


class _Check:
    """The steps of one check; each rests on those before it."""

    def __init__(
        self, content: bytes, policy: Policy, report: Report, editions: Mapping[str, Edition]
    ) -> None:
        self._content, self._policy, self._report, self._editions = content, policy, report, editions
        self._receipt, self._answer = pb.Receipt(), pb.Answer()
        self._filed: Filed | None = None

    def form(self) -> None:
        self._receipt = read_receipt(self._content)
        self._answer = read_message(pb.Answer, self._receipt.answer, "答复")
        self._report.passed("form", f"版本{self._receipt.version}, 摘要相符, 没有不认识的字段")

    def terms(self, nonce: bytes | None) -> None:
        terms.check_terms(self._answer, self._receipt, self._report)
        terms.check_nonce(self._answer, self._report, nonce)

    def signature(self) -> None:
        check_signature(self._answer, self._receipt, self._policy, self._report)
        self._report.answer = self._answer  # Only what the registry signed is told as its answer.

    def shortfalls(self, *, accepted: bool) -> None:
        terms.check_shortfalls(self._answer, self._report, accepted=accepted)

    def question(self) -> None:
        answer, report = self._answer, self._report
        self._filed = read_filed(answer)
        report.verdict = self._filed.verdict
        report.passed("question", f"问题与答复相符; 依据序号{answer.position}, 目录 {answer.edition[:12]}…")
        report.passed("request hash", f"原请求的 SHA-256 是 {answer.request_sha256.hex()}")
        about = f", 案号 {answer.purpose_reference}" if answer.purpose_reference else ""
        report.claimed("caller", f"登记系统称由 {answer.caller} 查询{about}")
        report.claimed("answered", f"登记系统称答复于 {milliseconds_text(answer.answered_ms)}")

    def evidence(self) -> None:
        if self._answer.given != pb.EVIDENCE_LEVEL_PROOF:
            self._report.claimed("evidence", "答复只有签名: 内容是登记系统签名的说法, 没有附证明")
            return
        assert self._filed is not None
        proof = Proof(self._receipt, self._answer, self._filed, self._policy, self._report)
        proof.check(self._editions)
