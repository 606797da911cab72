"""Tenders screened and watched, verdicts explained, identities resolved.

    report = registry.screening.screen(tender)
    for bid in report.bids:
        print(bid.bid, bid.verdict.word, [report.parties[place].name for place in bid.decided_by])

    for update in registry.screening.watch(tender, until=day_of_the_contract):
        for change in update.changes:
            print(update.report.parties[change.party].name, change.before.word, change.after.word)

The registry keeps nothing about a tender (招标投标法 第二十二条、第五十二条). Whoever was cut off comes again
with the answer he has (``since``) and learns first what he missed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import grpc

from registry.v1 import restriction_service_pb2 as service
from registry.v1.consistency_pb2 import Consistency
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_UNSPECIFIED, EvidenceLevel
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import Identifier
from registry_client.calls import Calls
from registry_client.errors import RegistryCallError
from registry_client.explanation import Explanation
from registry_client.identity import Identity
from registry_client.question import Question
from registry_client.receipts import Wanted
from registry_client.results import Answered
from registry_client.screen_results import ScreenReport, ScreenUpdate
from registry_client.tender import Tender

SCREEN = "registry.v1.RestrictionService/Screen"
RETRY_S = 1.0
"""How long a watch waits before it comes again to a registry that is away."""
PATIENCE_S = 120.0
"""How long the registry may be away before a watch gives up."""
SCREEN_TIMEOUT_S = 30.0
"""Seconds for a tender, at least: what is asked about natural persons is made durable first."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Whom an identifier names, and under what that was answered."""

    identity: Identity
    answered: Answered


class Screening:
    """Tenders screened, verdicts explained, identities resolved. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = RestrictionServiceStub(channel)
        self._calls = calls

    def screen(
        self,
        tender: Tender,
        *,
        consistency: Consistency | None = None,
        receipt: EvidenceLevel.ValueType = EVIDENCE_LEVEL_UNSPECIFIED,
        each: bool = False,
    ) -> ScreenReport:
        """Everybody of a tender at once: each party, and each bid as a whole. Where a level of evidence is
        named, with one receipt for the whole, or one for ``each`` party."""
        wanted, request = Wanted.of(receipt, each=each), tender.request(consistency)
        if wanted.request is not None:
            request.receipt.CopyFrom(wanted.request)
        timeout = max(self._calls.timeout, SCREEN_TIMEOUT_S)
        response = self._calls.unary(self._stub.Screen, request, timeout)
        verdicts = [party.verdict for party in response.parties]
        filed = wanted.many(request, response, SCREEN, verdicts)
        return replace(ScreenReport.of(response, asked=len(tender.parties)), receipts=filed)

    def watch(
        self,
        tender: Tender,
        *,
        until: datetime | None = None,
        since: Answered | None = None,
        patience: float = PATIENCE_S,
    ) -> Iterator[ScreenUpdate]:
        """The report as of now, or what changed since an answer; then each report in which something changed.

        Ends at ``until``, or when the caller stops reading. If the registry is away, comes again with the
        last answer, for ``patience`` seconds at most; the report that it gives then may be the one had
        already. Raises RegistryCallError."""
        request = service.WatchScreenRequest(screen=tender.request())
        if until is not None:
            request.until.FromDatetime(until)
        if since is not None:
            request.since.CopyFrom(_as_message(since))
        away_since = None
        while True:
            try:
                for response in self._calls.stream(self._stub.WatchScreen, request, None):
                    away_since = None
                    request.since.CopyFrom(response.report.answered)
                    yield ScreenUpdate.of(response, asked=len(tender.parties))
                return
            except RegistryCallError as error:
                away_since = away_since or time.monotonic()
                lasting = time.monotonic() - away_since > patience
                if error.code is not grpc.StatusCode.UNAVAILABLE or lasting or not request.HasField("since"):
                    raise
                time.sleep(RETRY_S)

    def explain(self, subject: Identifier, question: Question) -> Explanation:
        """The verdict on a subject step by step: which clause held or failed."""
        check = service.CheckRequest(
            subject=subject,
            purpose=question.purpose(),
            matter=question.facts(),
            valid_time=question.instant(),
            consistency=question.consistency,
        )
        request = service.ExplainRequest(check=check)
        return Explanation.of(self._calls.unary(self._stub.Explain, request))

    def resolve(self, subject: Identifier, question: Question) -> Resolved:
        """Whom an identifier names. Of the question, domain, reference, reason and consistency count."""
        request = service.ResolveRequest(
            subject=subject, purpose=question.purpose(), consistency=question.consistency
        )
        response = self._calls.unary(self._stub.Resolve, request)
        return Resolved(Identity.of(response.identity), Answered.of(response.answered))


def _as_message(answered: Answered) -> service.Answered:
    message = service.Answered(
        origin=answered.origin,
        known_position=answered.known_position,
        edition=answered.edition,
        edition_label=answered.edition_label,
    )
    message.valid_time.FromDatetime(answered.valid_time)
    message.known_time.FromDatetime(answered.known_time)
    return message
