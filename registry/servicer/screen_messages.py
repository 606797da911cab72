"""Reports on tenders, identities and explanations as messages."""

from __future__ import annotations

from collections.abc import Callable

from registry.commands.ask import Found, Matter
from registry.commands.identity import Identity
from registry.commands.screen import Screened, Screening
from registry.domain.identifiers import mask
from registry.sanctions.explanation.steps import Step
from registry.sanctions.tender import Bid
from registry.sanctions.verdict import Decision
from registry.servicer.messages import VerdictMessages, list_message
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2

IdentifierOf = Callable[[str], subject_pb2.Identifier]


def asked_about(found: Found) -> subject_pb2.Identifier:
    """The identifier asked about, as it may be shown."""
    return subject_pb2.Identifier(type=found.type, value=mask(found.type, found.code))


def put_identity(
    message: verdict_pb2.Resolution, identity: Identity, found: Found, identifier_of: IdentifierOf
) -> None:
    """Fills in whom an identifier names."""
    message.status = identity.status
    if identity.current:
        message.current.CopyFrom(identifier_of(identity.current))
    elif identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED:
        message.current.CopyFrom(asked_about(found))
    message.names.extend(identity.names)
    message.disputed_names.extend(identity.disputed_names)
    for party in identity.related:
        message.related.add(
            identifier=identifier_of(party.ref), relation=party.relation, position=party.position
        )


class ScreenMessages:
    """Builds reports; ``detail`` has the words for what is INDETERMINATE."""

    def __init__(
        self,
        messages: VerdictMessages,
        identifier_of: IdentifierOf,
        detail: Callable[[Found, Decision, Matter], str],
    ) -> None:
        self._messages = messages
        self._identifier_of = identifier_of
        self._detail = detail

    def report(
        self, request: pb.ScreenRequest, screening: Screening, answered: pb.Answered
    ) -> pb.ScreenResponse:
        """The report on a tender."""
        matter = screening.matter
        response = pb.ScreenResponse(
            unknown_lists=screening.unknown_lists,
            lists=[_list_message(code, matter) for code in screening.lists],
            bids=map(_bid_message, screening.bids),
            answered=answered,
        )
        for party, screened in zip(request.parties, screening.parties, strict=True):
            self._put_party(response.parties.add(), party, screened, matter)
        return response

    def steps(self, steps: tuple[Step, ...], matter: Matter) -> list[pb.ExplainStep]:
        """The steps of an explanation."""
        holder = pb.CheckResponse()
        for step in steps:
            self._messages.add_hit(holder.hits, step.hit, matter.edition)
        return [
            pb.ExplainStep(hit=hit, counted=step.counted, clauses=_clauses(step))
            for step, hit in zip(steps, holder.hits, strict=True)
        ]

    def _put_party(
        self, message: pb.PartyReport, party: pb.Party, screened: Screened, matter: Matter
    ) -> None:
        message.party.CopyFrom(party)
        message.party.subject.CopyFrom(asked_about(screened.found))
        put_identity(message.identity, screened.identity, screened.found, self._identifier_of)
        message.name_differs = screened.name_differs
        decision = screened.decision
        message.verdict = decision.verdict
        if decision.indeterminate:
            message.indeterminate_reason = decision.indeterminate
            message.indeterminate_detail = self._detail(screened.found, decision, matter)
        for hit in decision.hits:
            self._messages.add_hit(message.hits, hit, matter.edition)


def _bid_message(bid: Bid) -> pb.BidReport:
    return pb.BidReport(bid=bid.name, verdict=bid.verdict, decided_by=bid.decided_by)


def _list_message(code: str, matter: Matter) -> verdict_pb2.CheckedList:
    """A list with the freshness of its source; on a day on which it was none, under its latest name."""
    message = list_message(code, matter.question.day, matter)
    if message is not None:
        return message
    return verdict_pb2.CheckedList(code=code, name=matter.edition.lists[code][-1].name_zh)


def _clauses(step: Step) -> list[pb.Clause]:
    return [
        pb.Clause(text=clause.text, outcome=clause.outcome, detail=clause.detail) for clause in step.clauses
    ]
