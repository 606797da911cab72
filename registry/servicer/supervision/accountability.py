"""AccountabilityService: 责任追究."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.servicer.supervision.recording import recorded
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import accountability_service_pb2_grpc

ACTS = frozenset({"accident"})


class AccountabilityServicer(accountability_service_pb2_grpc.AccountabilityServiceServicer):
    """See accountability_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._ask, self._intake = ask, intake

    def RecordAccident(
        self, request: pb.RecordAccidentRequest, context: grpc.ServicerContext
    ) -> pb.RecordAccidentResponse:
        """See accountability_service.proto."""
        return pb.RecordAccidentResponse(result=recorded(self._intake, request.envelope, ACTS))
