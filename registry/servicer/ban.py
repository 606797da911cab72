"""BanService: steps to the writer, cases back.

Each method takes the statement that its step is, and no other. What is stated about a decision afterwards
goes this way only for a decision of the caller that was made here.

Example: a lifting whose target is a penalty stated as an event is CASE_UNKNOWN for ``Lift``; it goes through
IntakeService.
"""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.ban_preview import BanPreviews
from registry.commands.bans import BanCases
from registry.commands.due import Due
from registry.commands.intake import Intake
from registry.errors import RegistryError
from registry.servicer.ban_messages import day_of, preview_message, stated
from registry.servicer.gate import current_caller
from registry.servicer.results import result, results
from registry.store.writer import ANSWER_S
from registry.v1 import ban_service_pb2 as pb
from registry.v1 import ban_service_pb2_grpc, envelope_pb2, intake_service_pb2
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.statement_pb2 import (
    NOTED_STATUS_RESUMED,
    NOTED_STATUS_STAYED,
    NotedStatus,
    StatementReference,
)

MAX_DRAFTS = 1000


class BanServicer(ban_service_pb2_grpc.BanServiceServicer):
    """See ban_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._state, self._intake = ask.state, intake
        self._cases, self._previews, self._due = BanCases(ask), BanPreviews(ask), Due(ask)

    def Draft(
        self, request: pb.BanServiceDraftRequest, context: grpc.ServicerContext
    ) -> pb.BanServiceDraftResponse:
        """See ban_service.proto."""
        return pb.BanServiceDraftResponse(result=self._act(request.envelope, "ban_draft"))

    def DraftMany(self, request: pb.DraftManyRequest, context: grpc.ServicerContext) -> pb.DraftManyResponse:
        """See ban_service.proto."""
        if len(request.envelopes) > MAX_DRAFTS:
            message = f"一次最多立案{MAX_DRAFTS}件, 这里有{len(request.envelopes)}件。"
            raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message, "envelopes")
        for number, envelope in enumerate(request.envelopes):  # All, before any of them is queued.
            _require_draft(envelope, f"envelopes[{number}].payload")
        promises = self._intake.submit(request.envelopes, current_caller.get())
        return pb.DraftManyResponse(results=results(promises))

    def Review(
        self, request: pb.BanServiceReviewRequest, context: grpc.ServicerContext
    ) -> pb.BanServiceReviewResponse:
        """See ban_service.proto."""
        return pb.BanServiceReviewResponse(result=self._act(request.envelope, "ban_review"))

    def ServeNotice(
        self, request: pb.ServeNoticeRequest, context: grpc.ServicerContext
    ) -> pb.ServeNoticeResponse:
        """See ban_service.proto."""
        kinds = ("ban_notice", "ban_hearing_notice")
        return pb.ServeNoticeResponse(result=self._act(request.envelope, *kinds))

    def RecordDefence(
        self, request: pb.RecordDefenceRequest, context: grpc.ServicerContext
    ) -> pb.RecordDefenceResponse:
        """See ban_service.proto."""
        return pb.RecordDefenceResponse(result=self._act(request.envelope, "ban_defence"))

    def RecordHearing(
        self, request: pb.RecordHearingRequest, context: grpc.ServicerContext
    ) -> pb.RecordHearingResponse:
        """See ban_service.proto."""
        return pb.RecordHearingResponse(result=self._act(request.envelope, "ban_hearing"))

    def Deliberate(
        self, request: pb.DeliberateRequest, context: grpc.ServicerContext
    ) -> pb.DeliberateResponse:
        """See ban_service.proto."""
        return pb.DeliberateResponse(result=self._act(request.envelope, "ban_deliberation"))

    def Decide(self, request: pb.DecideRequest, context: grpc.ServicerContext) -> pb.DecideResponse:
        """See ban_service.proto."""
        return pb.DecideResponse(result=self._act(request.envelope, "ban_decision"))

    def Serve(self, request: pb.ServeRequest, context: grpc.ServicerContext) -> pb.ServeResponse:
        """See ban_service.proto."""
        return pb.ServeResponse(result=self._act(request.envelope, "ban_served"))

    def Stay(self, request: pb.StayRequest, context: grpc.ServicerContext) -> pb.StayResponse:
        """See ban_service.proto."""
        return pb.StayResponse(result=self._note(request.envelope, NOTED_STATUS_STAYED))

    def Resume(self, request: pb.ResumeRequest, context: grpc.ServicerContext) -> pb.ResumeResponse:
        """See ban_service.proto."""
        return pb.ResumeResponse(result=self._note(request.envelope, NOTED_STATUS_RESUMED))

    def Lift(self, request: pb.LiftRequest, context: grpc.ServicerContext) -> pb.LiftResponse:
        """See ban_service.proto."""
        return pb.LiftResponse(result=self._after(request.envelope, "lifting"))

    def Revoke(self, request: pb.RevokeRequest, context: grpc.ServicerContext) -> pb.RevokeResponse:
        """See ban_service.proto."""
        return pb.RevokeResponse(result=self._after(request.envelope, "withdrawal"))

    def Correct(self, request: pb.CorrectRequest, context: grpc.ServicerContext) -> pb.CorrectResponse:
        """See ban_service.proto."""
        return pb.CorrectResponse(result=self._after(request.envelope, "correction"))

    def GetCase(self, request: pb.GetCaseRequest, context: grpc.ServicerContext) -> pb.GetCaseResponse:
        """See ban_service.proto."""
        caller = current_caller.get()
        view = self._cases.case(caller, request.department, request.case_number, day_of(request.on))
        return pb.GetCaseResponse(case=view.case, statements=view.statements, due=view.due, next=view.next)

    def ListCases(self, request: pb.ListCasesRequest, context: grpc.ServicerContext) -> pb.ListCasesResponse:
        """See ban_service.proto."""
        cases, token = self._cases.page(
            current_caller.get(), request.department, frozenset(request.states), day_of(request.on),
            request.page_size, request.page_token,
        )  # fmt: skip
        return pb.ListCasesResponse(cases=cases, next_page_token=token)

    def ListDue(self, request: pb.ListDueRequest, context: grpc.ServicerContext) -> pb.ListDueResponse:
        """See ban_service.proto."""
        items = self._due.listed(
            current_caller.get(), request.department, official_id=request.official_id,
            day=day_of(request.on), overdue_only=request.overdue_only,
        )  # fmt: skip
        return pb.ListDueResponse(items=items)

    def Preview(self, request: pb.PreviewRequest, context: grpc.ServicerContext) -> pb.PreviewResponse:
        """See ban_service.proto."""
        preview = self._previews.preview(current_caller.get(), request)
        return preview_message(preview, self._state.identifier_of)

    def _act(self, envelope: envelope_pb2.Envelope, *kinds: str) -> intake_service_pb2.SubmitResult:
        """A statement of one of these kinds; any other is refused as not being of the first."""
        body = stated(envelope).WhichOneof("body") or ""
        kind = body if body in kinds else kinds[0]
        return result(self._intake.submit_of_kind(envelope, kind, current_caller.get()).result(ANSWER_S))

    def _note(
        self, envelope: envelope_pb2.Envelope, status: NotedStatus.ValueType
    ) -> intake_service_pb2.SubmitResult:
        statement = stated(envelope)
        if statement.HasField("status_note") and statement.status_note.status != status:
            message = "信封里的标注不是这一步骤的。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "envelope.payload")
        return self._after(envelope, "status_note")

    def _after(self, envelope: envelope_pb2.Envelope, kind: str) -> intake_service_pb2.SubmitResult:
        """A statement about a decision that was made here. Raises RegistryError CASE_UNKNOWN."""
        statement = stated(envelope)
        if statement.WhichOneof("body") == kind:
            self._require_decision(getattr(statement, kind).target)
        return self._act(envelope, kind)

    def _require_decision(self, target: StatementReference) -> None:
        case = self._state.bans.of_decision(target.department, target.statement_id)
        if case is None or target.department != current_caller.get().name:
            message = "所指陈述不是本部门在本登记系统作出的禁入决定。"
            raise RegistryError.of(reasons.ERROR_REASON_CASE_UNKNOWN, message, "envelope.payload")


def _require_draft(envelope: envelope_pb2.Envelope, field: str) -> None:
    """Raises RegistryError for an envelope that holds another statement than a draft."""
    body = stated(envelope).WhichOneof("body") or "ban_draft"
    if body != "ban_draft":
        message = f"信封里是{body}, 应为ban_draft。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, field)
