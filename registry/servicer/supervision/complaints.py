"""ComplaintService: 投诉举报."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.servicer.supervision.recording import recorded
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import complaint_service_pb2_grpc

ACTS = frozenset(
    {
        "complaint",
        "complaint_acceptance",
        "complaint_mediation",
        "complaint_verification",
        "complaint_answer",
        "identity_opening",
        "custodian_key",
    }
)


class ComplaintServicer(complaint_service_pb2_grpc.ComplaintServiceServicer):
    """See complaint_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._ask, self._intake = ask, intake

    def RecordComplaintAct(
        self, request: pb.RecordComplaintActRequest, context: grpc.ServicerContext
    ) -> pb.RecordComplaintActResponse:
        """See complaint_service.proto."""
        return pb.RecordComplaintActResponse(result=recorded(self._intake, request.envelope, ACTS))
