"""MonitoringService: 风险监测、行业自律."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.servicer.supervision.recording import recorded
from registry.v1 import monitoring_service_pb2 as pb
from registry.v1 import monitoring_service_pb2_grpc

ACTS = frozenset({"indicator", "alert_answer", "association_note", "receipt"})


class MonitoringServicer(monitoring_service_pb2_grpc.MonitoringServiceServicer):
    """See monitoring_service.proto."""

    def __init__(self, ask: Ask, intake: Intake) -> None:
        self._ask, self._intake = ask, intake

    def RecordMonitoringAct(
        self, request: pb.RecordMonitoringActRequest, context: grpc.ServicerContext
    ) -> pb.RecordMonitoringActResponse:
        """See monitoring_service.proto."""
        return pb.RecordMonitoringActResponse(result=recorded(self._intake, request.envelope, ACTS))
