"""RemedyService: objections and repair to the writer, what was filed back."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.due import Due
from registry.commands.intake import Intake
from registry.commands.remedies import RemedyFiles
from registry.servicer.ban_messages import day_of, stated
from registry.servicer.gate import current_caller
from registry.servicer.results import result
from registry.store.writer import ANSWER_S
from registry.v1 import envelope_pb2, intake_service_pb2, remedy_service_pb2_grpc
from registry.v1 import remedy_service_pb2 as pb


class RemedyServicer(remedy_service_pb2_grpc.RemedyServiceServicer):
    """See remedy_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._intake = intake
        self._files = RemedyFiles(ask, Due(ask))

    def FileObjection(
        self, request: pb.FileObjectionRequest, context: grpc.ServicerContext
    ) -> pb.FileObjectionResponse:
        """See remedy_service.proto."""
        return pb.FileObjectionResponse(result=self._act(request.envelope, "objection"))

    def DecideObjection(
        self, request: pb.DecideObjectionRequest, context: grpc.ServicerContext
    ) -> pb.DecideObjectionResponse:
        """See remedy_service.proto."""
        return pb.DecideObjectionResponse(result=self._act(request.envelope, "objection_result"))

    def ApplyForRepair(
        self, request: pb.ApplyForRepairRequest, context: grpc.ServicerContext
    ) -> pb.ApplyForRepairResponse:
        """See remedy_service.proto."""
        return pb.ApplyForRepairResponse(result=self._act(request.envelope, "repair_application"))

    def AcceptRepair(
        self, request: pb.AcceptRepairRequest, context: grpc.ServicerContext
    ) -> pb.AcceptRepairResponse:
        """See remedy_service.proto."""
        return pb.AcceptRepairResponse(result=self._act(request.envelope, "repair_acceptance"))

    def DecideRepair(
        self, request: pb.DecideRepairRequest, context: grpc.ServicerContext
    ) -> pb.DecideRepairResponse:
        """See remedy_service.proto."""
        refuses = stated(request.envelope).HasField("repair_refusal")
        kind = "repair_refusal" if refuses else "repair"
        return pb.DecideRepairResponse(result=self._act(request.envelope, kind))

    def AnnulRepair(
        self, request: pb.AnnulRepairRequest, context: grpc.ServicerContext
    ) -> pb.AnnulRepairResponse:
        """See remedy_service.proto."""
        return pb.AnnulRepairResponse(result=self._act(request.envelope, "repair_annulment"))

    def GetRemedy(self, request: pb.GetRemedyRequest, context: grpc.ServicerContext) -> pb.GetRemedyResponse:
        """See remedy_service.proto."""
        filed = request.filed
        view = self._files.get(current_caller.get(), filed.department, filed.statement_id, day_of(request.on))
        return pb.GetRemedyResponse(remedy=view.remedy, due=view.due, statements=view.statements)

    def ListRemedies(
        self, request: pb.ListRemediesRequest, context: grpc.ServicerContext
    ) -> pb.ListRemediesResponse:
        """See remedy_service.proto."""
        found, token = self._files.page(current_caller.get(), request)
        return pb.ListRemediesResponse(remedies=found, next_page_token=token)

    def _act(self, envelope: envelope_pb2.Envelope, kind: str) -> intake_service_pb2.SubmitResult:
        return result(self._intake.submit_of_kind(envelope, kind, current_caller.get()).result(ANSWER_S))
