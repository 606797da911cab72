"""The report on a tender as a program uses it: per party, per bid, the lists that were checked, and what
changed.

A bid's verdict is that of its worst member, with the places of those who decide it. A natural person who acts
for the bid and of whom the registry holds nothing stands in the report as INDETERMINATE and does not decide
the bid: a legal representative's record is not the company's. Whoever needs to know about such a person looks
at the party's line.

``verdict`` of the report is the worst of all bids, and of all parties that are in no bid.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.domain.identifiers import mask
from registry.v1 import restriction_service_pb2 as service
from registry.v1.subject_pb2 import Identifier, SubjectRole
from registry.v1.verdict_pb2 import CheckedList, IndeterminateReason
from registry_client.errors import AnswerError
from registry_client.identity import Identity
from registry_client.receipts import Receipt
from registry_client.results import Answered, Hit, Verdict, verdict_of


@dataclass(frozen=True, slots=True)
class PartyResult:
    """One party: whom its code names, whether the bid has another name for it, the verdict with reasons."""

    subject: Identifier
    role: SubjectRole.ValueType
    bid: str
    name: str
    identity: Identity
    name_differs: bool
    verdict: Verdict
    indeterminate_reason: IndeterminateReason.ValueType
    indeterminate_detail: str
    hits: tuple[Hit, ...]

    @classmethod
    def of(cls, report: service.PartyReport) -> PartyResult:
        """As it travels."""
        party = report.party
        value = mask(party.subject.type, party.subject.value)
        return cls(
            subject=Identifier(type=party.subject.type, value=value),
            role=party.role,
            bid=party.bid,
            name=party.name,
            identity=Identity.of(report.identity),
            name_differs=report.name_differs,
            verdict=verdict_of(report.verdict),
            indeterminate_reason=report.indeterminate_reason,
            indeterminate_detail=report.indeterminate_detail,
            hits=tuple(map(Hit.of, report.hits)),
        )


@dataclass(frozen=True, slots=True)
class BidResult:
    """The verdict on a bid; ``decided_by`` are places among the report's parties."""

    bid: str
    verdict: Verdict
    decided_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScreenReport:
    """The report on a tender. ``unknown_lists`` are names that no list bears or bore; ``receipts`` are those
    asked for: one for the whole, or one for each party."""

    parties: tuple[PartyResult, ...]
    bids: tuple[BidResult, ...]
    lists: tuple[CheckedList, ...]
    unknown_lists: tuple[str, ...]
    answered: Answered
    receipts: tuple[Receipt, ...] = ()

    @classmethod
    def of(cls, response: service.ScreenResponse, *, asked: int) -> ScreenReport:
        """The answer about ``asked`` parties. AnswerError if it does not fit them."""
        if len(response.parties) != asked:
            raise AnswerError(f"the registry reports on {len(response.parties)} parties, {asked} were asked")
        bids = tuple(BidResult(b.bid, verdict_of(b.verdict), tuple(b.decided_by)) for b in response.bids)
        if any(place >= asked for bid in bids for place in bid.decided_by):
            raise AnswerError("a bid of the report is decided by a party that is not in it")
        return cls(
            parties=tuple(map(PartyResult.of, response.parties)),
            bids=bids,
            lists=tuple(response.lists),
            unknown_lists=tuple(response.unknown_lists),
            answered=Answered.of(response.answered),
        )

    @property
    def verdict(self) -> Verdict:
        """The worst of all bids, and of all parties that are in no bid."""
        alone = [party.verdict for party in self.parties if not party.bid]
        return max([*alone, *(bid.verdict for bid in self.bids)])


@dataclass(frozen=True, slots=True)
class PartyChange:
    """What changed for one party, by its place in the report: restrictions that came, and those that went."""

    party: int
    before: Verdict
    after: Verdict
    came: tuple[Hit, ...]
    went: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class ScreenUpdate:
    """A report with what changed since the one before; the first report of a watch has no changes."""

    report: ScreenReport
    changes: tuple[PartyChange, ...]

    @classmethod
    def of(cls, response: service.WatchScreenResponse, *, asked: int) -> ScreenUpdate:
        """As it travels. AnswerError if it does not fit the parties asked about."""
        report = ScreenReport.of(response.report, asked=asked)
        if any(change.party >= asked for change in response.changes):
            raise AnswerError("a change is of a party that is not in the report")
        return cls(report, tuple(map(_change, response.changes)))


def _change(change: service.PartyChange) -> PartyChange:
    return PartyChange(
        party=change.party,
        before=verdict_of(change.before),
        after=verdict_of(change.after),
        came=tuple(map(Hit.of, change.came)),
        went=tuple(map(Hit.of, change.went)),
    )
