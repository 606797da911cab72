"""The evidence of a PROOF receipt, each step resting on those before it, and the verdict worked out from it.

    checkpoint → statements → chains → keys → mandates → edition → time → verdict, item by item

Items are judged one by one, so that each that fails is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from registry.domain.identifiers import is_personal
from registry.editions import shipped_editions
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.witness_policy import Policy
from registry.sanctions.catalogue.drafts import parse_draft
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.sanctions.tender import Member, bids_of
from registry.sanctions.verdict import Decision
from registry.v1 import receipt_pb2 as pb
from registry.v1 import restriction_service_pb2
from registry.verification import terms
from registry.verification.adoption import check_edition
from registry.verification.chains import Chain, check_chains, subject_keys
from registry.verification.head import check_head
from registry.verification.instants import check_instants
from registry.verification.items import Filed, Item
from registry.verification.keys import Authority, check_authority, check_receipt_keys
from registry.verification.law import Court
from registry.verification.mandates import check_mandates
from registry.verification.record import Archive
from registry.verification.report import FailedError, Report, SkippedError
from registry.verification.signatures import signing_size
from registry.verification.statements import Evidence, read_evidence


class Proof:
    """What a receipt shows beside the answer."""

    _checkpoint: Checkpoint
    _evidence: Evidence
    _chained: dict[str, Chain]
    _authority: Authority

    def __init__(
        self, receipt: pb.Receipt, answer: pb.Answer, filed: Filed, policy: Policy, report: Report
    ) -> None:
        self._receipt, self._answer, self._filed = receipt, answer, filed
        self._policy, self._report = policy, report

    def check(self, editions: Mapping[str, Edition]) -> None:
        """Notes a line for each step, up to the first that fails."""
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("checkpoint", self._head),
            ("statements", self._statements),
            ("chains", self._chains),
            ("keys", self._keys),
            ("mandate", self._mandates),
            ("edition", self._edition),
            ("time", self._instants),
            ("verdict", partial(self._answered, editions)),
        )
        for name, step in steps:
            if not self._report.attempt(name, step):
                return

    def _head(self) -> None:
        self._checkpoint = check_head(self._answer, self._receipt, self._policy, self._report)

    def _statements(self) -> None:
        refs = subject_keys(self._receipt)
        self._evidence = read_evidence(self._receipt, self._checkpoint, refs, self._report)

    def _chains(self) -> None:
        self._chained = check_chains(self._receipt, self._evidence, self._answer.position, self._report)

    def _keys(self) -> None:
        self._authority = check_authority(self._evidence, self._chained, self._policy, self._report)
        size = signing_size(self._answer)
        keys = self._policy.receipt_keys(self._answer.origin, size)
        keyids = [key.verifier.keyid for key in keys]
        check_receipt_keys(self._authority, keyids, size, self._report)

    def _mandates(self) -> None:
        check_mandates(self._evidence, self._chained, self._report)

    def _edition(self) -> None:
        edition, authority = self._answer.edition, self._authority
        check_edition(edition, self._evidence, self._chained, authority, self._report)

    def _instants(self) -> None:
        check_instants(self._answer, self._evidence, self._policy, self._report)

    def _answered(self, editions: Mapping[str, Edition]) -> None:
        filed = self._filed
        if self._answer.method in (terms.GET_RECORD, terms.GET_CERTIFICATE):
            position = self._answer.position
            archive = Archive(self._evidence, self._authority, self._chained, position)
            archive.check(filed, self._report)
            return
        court = self._court({**shipped_editions(), **_drafted(self._evidence), **editions})
        decisions = list[Decision]()
        for item in filed.items:
            self._report.attempt("verdict", partial(self._judge, court, item, decisions))
        if len(decisions) == len(filed.items):
            self._bids(decisions)
            self._report.claimed("beside", "名称、现用代码、所查措施和未命中名单的说明, 是登记系统签名的说法")

    def _court(self, editions: Mapping[str, Edition]) -> Court:
        edition = editions.get(self._answer.edition)
        if edition is None:
            raise SkippedError(f"手头没有目录版本 {self._answer.edition[:12]}…, 不能重新判定")
        return Court(self._evidence, self._authority, self._chained, editions, edition, self._answer.position)

    def _judge(self, court: Court, item: Item, decisions: list[Decision]) -> None:
        decisions.append(court.judge(item, self._report))

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
    """The editions whose draft the receipt shows."""
    found = {}
    for shown in evidence.statements.values():
        if shown.body == "edition_draft":
            try:
                edition = parse_draft(shown.statement.edition_draft)
            except CatalogueError:
                continue
            found[edition.hash] = edition
    return found
