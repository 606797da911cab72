"""A receipt checked from the outside in: what a line rests on was checked in a line above it.

A step that fails ends the check, since what follows would rest on it; the report has every line up to there.
The verdict itself is worked out last, item by item, so that each item that fails is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.domain.identifiers import is_personal
from registry.editions import shipped_editions
from registry.provenance.witness_policy import Policy
from registry.sanctions.catalogue.drafts import parse_draft
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.sanctions.tender import Member, bids_of
from registry.sanctions.verdict import Decision
from registry.v1 import receipt_pb2 as pb
from registry.v1 import restriction_service_pb2
from registry.verification import terms
from registry.verification.chains import check_chains, subject_keys
from registry.verification.form import read_message, read_receipt
from registry.verification.head import check_head, milliseconds_text
from registry.verification.instants import check_instants
from registry.verification.items import Filed, read_filed
from registry.verification.keys import check_authority, check_receipt_keys
from registry.verification.law import Court
from registry.verification.record import check_record
from registry.verification.report import FailedError, Report, SkippedError
from registry.verification.signatures import check_signature
from registry.verification.statements import Evidence, read_evidence


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
    the catalogue's editions by hash, those that come with the program unless said."""
    report = Report()
    check = _Check(policy, report, accept_shortfalls, nonce, editions)
    name = "form"
    try:
        for name, step in check.steps:
            step(content)
    except FailedError as error:
        report.failed(name, str(error))
    except SkippedError as error:
        report.skipped(name, str(error))
    except Exception as error:
        report.failed(name, f"回执的内容不合规则, 不能核验({type(error).__name__})")
    return report


class _Check:
    """The steps of one check, each resting on those before it."""

    def __init__(
        self,
        policy: Policy,
        report: Report,
        accept_shortfalls: bool,
        nonce: bytes | None,
        editions: Mapping[str, Edition] | None,
    ) -> None:
        self._policy, self._report = policy, report
        self._accept_shortfalls, self._nonce, self._editions = accept_shortfalls, nonce, editions
        self.steps = [
            ("form", self._form),
            ("terms", self._terms),
            ("answer signature", self._signature),
            ("shortfall", self._shortfalls),
            ("question", self._question),
            ("proof", self._proof),
        ]

    def _form(self, content: bytes) -> None:
        self._receipt = read_receipt(content)
        self._answer = read_message(pb.Answer, self._receipt.answer, "答复")
        self._report.passed("form", f"版本{self._receipt.version}, 摘要相符, 没有不认识的字段")

    def _terms(self, _: bytes) -> None:
        terms.check_terms(self._answer, self._receipt, self._report, self._nonce)

    def _signature(self, _: bytes) -> None:
        check_signature(self._answer, self._receipt, self._policy, self._report)
        # Only what the registry signed is told as its answer.
        self._report.answer = self._answer

    def _shortfalls(self, _: bytes) -> None:
        terms.check_shortfalls(self._answer, self._report, accepted=self._accept_shortfalls)

    def _question(self, _: bytes) -> None:
        answer, report = self._answer, self._report
        self._filed: Filed = read_filed(answer)
        report.verdict = self._filed.verdict
        about = f", 案号 {answer.purpose_reference}" if answer.purpose_reference else ""
        report.claimed("caller", f"{answer.caller or '(未写明)'} 查询{about}, 是登记系统签名的说法")
        nonce = answer.nonce.hex() or "无"
        report.passed("nonce", f"随机数 {nonce}" + (", 与所问相同" if self._nonce is not None else ""))
        report.passed("request", f"原请求的 SHA-256 是 {answer.request_sha256.hex()}")
        report.claimed("answered", f"登记系统称答复于 {milliseconds_text(answer.answered_ms)}")

    def _proof(self, _: bytes) -> None:
        if self._answer.given != pb.EVIDENCE_LEVEL_PROOF:
            self._report.claimed("evidence", "答复只有签名: 内容是登记系统签名的说法, 没有附证明")
            return
        _Proof(self._receipt, self._answer, self._filed, self._policy, self._report, self._editions).check()


class _Proof:
    """The evidence of a receipt, and the verdict from it."""

    def __init__(
        self,
        receipt: pb.Receipt,
        answer: pb.Answer,
        filed: Filed,
        policy: Policy,
        report: Report,
        editions: Mapping[str, Edition] | None,
    ) -> None:
        self._receipt, self._answer, self._filed = receipt, answer, filed
        self._policy, self._report, self._editions = policy, report, editions

    def check(self) -> None:
        """Raises FailedError for what the rest rests on; items that fail are lines."""
        for name, step in (
            ("checkpoint", self._head),
            ("statements", self._statements),
            ("chains", self._chains),
            ("keys", self._keys),
            ("time", self._instants),
            ("verdict", self._verdicts),
        ):
            if not self._passes(name, step):
                return

    def _passes(self, name: str, step: Callable[[], None]) -> bool:
        try:
            step()
        except FailedError as error:
            self._report.failed(name, str(error))
            return False
        except SkippedError as error:
            self._report.skipped(name, str(error))
            return False
        return True

    def _head(self) -> None:
        self._checkpoint = check_head(self._answer, self._receipt, self._policy, self._report)

    def _statements(self) -> None:
        refs = subject_keys(self._receipt)
        self._evidence = read_evidence(self._receipt, self._checkpoint, refs, self._report)

    def _chains(self) -> None:
        self._chained = check_chains(self._receipt, self._evidence, self._answer.position, self._report)

    def _keys(self) -> None:
        self._authority = check_authority(self._evidence, self._chained, self._policy, self._report)
        keys = self._policy.receipt_keys(self._answer.origin, self._answer.position + 1)
        keyids = [key.verifier.keyid for key in keys]
        check_receipt_keys(self._authority, keyids, self._answer.position, self._report)

    def _instants(self) -> None:
        check_instants(self._answer, self._evidence, self._policy, self._report)

    def _verdicts(self) -> None:
        if self._answer.method == terms.GET_RECORD:
            check_record(
                self._filed.question, self._filed.response, self._evidence, self._chained, self._report
            )
            return
        editions = self._at_hand()
        edition = editions.get(self._answer.edition)
        if edition is None:
            raise SkippedError(f"手头没有目录版本 {self._answer.edition[:12]}…, 不能重新判定")
        court = Court(
            self._evidence, self._authority, self._chained, editions, edition, self._answer.position
        )
        decisions = list[Decision]()
        for item in self._filed.items:
            self._passes("verdict", lambda: decisions.append(court.judge(item, self._report)))  # noqa: B023
        if len(decisions) == len(self._filed.items):
            self._bids(decisions)

    def _at_hand(self) -> Mapping[str, Edition]:
        """The editions that come with the program, and those whose draft the receipt shows."""
        known = shipped_editions() if self._editions is None else self._editions
        return {**known, **_drafted(self._evidence)}

    def _bids(self, decisions: list[Decision]) -> None:
        question, response = self._filed.question, self._filed.response
        if not isinstance(question, restriction_service_pb2.ScreenRequest):
            return
        assert isinstance(response, restriction_service_pb2.ScreenResponse)
        members = [
            Member(party.bid, party.role, is_personal(party.subject.type), decision)
            for party, decision in zip(question.parties, decisions, strict=True)
        ]
        wanted = [(bid.name, bid.verdict, list(bid.decided_by)) for bid in bids_of(members)]
        if wanted != [(bid.bid, bid.verdict, list(bid.decided_by)) for bid in response.bids]:
            raise FailedError("各投标的结论与其参加者的结论不符")
        if wanted:
            self._report.passed("bids", f"{len(wanted)}个投标的结论由其参加者的结论得出")


def _drafted(evidence: Evidence) -> dict[str, Edition]:
    found = {}
    for shown in evidence.statements.values():
        if shown.body == "edition_draft":
            try:
                edition = parse_draft(shown.statement.edition_draft)
            except CatalogueError:
                continue
            found[edition.hash] = edition
    return found
