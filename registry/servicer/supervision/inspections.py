"""InspectionService: 双随机、监管日志."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.domain.powers import INSPECTIONS
from registry.servicer.supervision.draws import DrawMethods
from registry.servicer.supervision.recording import recorded
from registry.servicer.supervision.visits import published_inspections
from registry.v1 import inspection_service_pb2 as pb
from registry.v1 import inspection_service_pb2_grpc


class InspectionServicer(DrawMethods, inspection_service_pb2_grpc.InspectionServiceServicer):
    """See inspection_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._ask, self._intake = ask, intake

    def RecordInspectionAct(
        self, request: pb.RecordInspectionActRequest, context: grpc.ServicerContext
    ) -> pb.RecordInspectionActResponse:
        """See inspection_service.proto."""
        return pb.RecordInspectionActResponse(result=recorded(self._intake, request.envelope, INSPECTIONS))

    def ListPublishedInspections(
        self, request: pb.ListPublishedInspectionsRequest, context: grpc.ServicerContext
    ) -> pb.ListPublishedInspectionsResponse:
        """See inspection_service.proto."""
        return published_inspections(self._ask, request)
