"""Market bans (市场禁入): the steps of a case, each sealed by the official who takes it, and where it stands.

    bans = registry.bans
    bans.take(seal(statement, official))             # whichever step the statement is
    held = bans.case("SF-2026-12")                   # state, steps taken, what comes next and by when
    for item in bans.due(overdue_only=True):
        print(item.due_on, item.task)

``preview`` says what a ban would do before anybody signs; nothing is recorded. Every step is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import grpc

from registry.v1 import ban_service_pb2 as pb
from registry.v1.ban_service_pb2_grpc import BanServiceStub
from registry.v1.envelope_pb2 import Envelope
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.statement_pb2 import NOTED_STATUS_RESUMED, NOTED_STATUS_STAYED, BanProposal, Statement
from registry.v1.subject_pb2 import Subject
from registry_client.calls import Calls
from registry_client.outcomes import SubmitOutcome, outcomes_of
from registry_client.steps import Step, statement_in, step_named, take_step

PAGE = 1000
MANY = 1000
"""Drafts that one call takes."""


_STEPS: dict[str, Step] = {
    "ban_draft": ("Draft", pb.BanServiceDraftRequest),
    "ban_review": ("Review", pb.BanServiceReviewRequest),
    "ban_notice": ("ServeNotice", pb.ServeNoticeRequest),
    "ban_hearing_notice": ("ServeNotice", pb.ServeNoticeRequest),
    "ban_defence": ("RecordDefence", pb.RecordDefenceRequest),
    "ban_hearing": ("RecordHearing", pb.RecordHearingRequest),
    "ban_deliberation": ("Deliberate", pb.DeliberateRequest),
    "ban_decision": ("Decide", pb.DecideRequest),
    "ban_served": ("Serve", pb.ServeRequest),
    "lifting": ("Lift", pb.LiftRequest),
    "withdrawal": ("Revoke", pb.RevokeRequest),
    "correction": ("Correct", pb.CorrectRequest),
}
_NOTES: dict[int, Step] = {
    NOTED_STATUS_STAYED: ("Stay", pb.StayRequest),
    NOTED_STATUS_RESUMED: ("Resume", pb.ResumeRequest),
}


class Bans:
    """The ban cases of a registry. One is had from ``Registry``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = BanServiceStub(channel)
        self._calls = calls

    def take(self, envelope: Envelope) -> SubmitOutcome:
        """Takes the step that a sealed statement is. ValueError if it is none of a ban case."""
        return take_step(self._calls, self._stub, _step_of(statement_in(envelope)), envelope)

    def draft_many(self, envelopes: Sequence[Envelope]) -> list[SubmitOutcome]:
        """Drafts in any number, a thousand a call; each is recorded or refused by itself. Repeating is
        safe where a call was not answered."""
        found: list[SubmitOutcome] = []
        for first in range(0, len(envelopes), MANY):
            some = envelopes[first : first + MANY]
            request = pb.DraftManyRequest(envelopes=some)
            response = self._calls.unary(self._stub.DraftMany, request, self._calls.submit_timeout)
            found += outcomes_of(response.results, asked=len(some))
        return found

    def case(self, case_number: str, *, department: str = "", on: str = "") -> pb.GetCaseResponse:
        """A case on a day (today): state, steps, statements, what comes next and by when."""
        request = pb.GetCaseRequest(department=department, case_number=case_number, on=on)
        return self._calls.unary(self._stub.GetCase, request)

    def cases(
        self,
        *,
        department: str = "",
        states: Sequence[pb.BanState.ValueType] = (),
        on: str = "",
        page_size: int = PAGE,
    ) -> Iterator[pb.BanCase]:
        """The cases of a department (one's own), in the order of drafting."""
        token = ""
        while True:
            request = pb.ListCasesRequest(
                department=department, states=states, on=on, page_size=page_size, page_token=token
            )
            page = self._calls.unary(self._stub.ListCases, request)
            yield from page.cases
            token = page.next_page_token
            if not token:
                return

    def due(
        self, *, department: str = "", official_id: str = "", on: str = "", overdue_only: bool = False
    ) -> tuple[pb.DueItem, ...]:
        """Steps that are due or overdue, the most overdue first."""
        request = pb.ListDueRequest(
            department=department, official_id=official_id, on=on, overdue_only=overdue_only
        )
        return tuple(self._calls.unary(self._stub.ListDue, request).items)

    def preview(
        self,
        subject: Subject,
        proposal: BanProposal,
        *,
        first_day: str = "",
        reference: str = "",
        reason: str = "",
    ) -> pb.PreviewResponse:
        """What a ban would do if it were in force from a day (today) on; nothing is decided by it.

        Of a natural person the case number (``reference``) and the reason are required and go to the query
        log."""
        purpose = Purpose(reference=reference, reason=reason)
        request = pb.PreviewRequest(
            subject=subject, proposal=proposal, purpose=purpose, **{"from": first_day}
        )
        return self._calls.unary(self._stub.Preview, request)


def _step_of(statement: Statement) -> Step:
    body = statement.WhichOneof("body") or ""
    if body == "status_note" and statement.status_note.status in _NOTES:
        return _NOTES[statement.status_note.status]
    return step_named(body, _STEPS, "a ban case")
