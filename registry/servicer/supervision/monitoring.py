"""MonitoringService: 风险监测、行业自律."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.commands.supervision.monitoring import Monitoring
from registry.commands.supervision.risk_counts import RiskCounts
from registry.domain.powers import MONITORING
from registry.servicer.ban_messages import day_of
from registry.servicer.gate import current_caller
from registry.servicer.supervision.recording import recorded
from registry.v1 import monitoring_service_pb2 as pb
from registry.v1 import monitoring_service_pb2_grpc


class MonitoringServicer(monitoring_service_pb2_grpc.MonitoringServiceServicer):
    """See monitoring_service.proto."""

    def __init__(self, ask: Ask, intake: Intake, counts: RiskCounts) -> None:
        self._intake = intake
        self._monitoring = Monitoring(ask, counts)

    def RecordMonitoringAct(
        self, request: pb.RecordMonitoringActRequest, context: grpc.ServicerContext
    ) -> pb.RecordMonitoringActResponse:
        """See monitoring_service.proto."""
        return pb.RecordMonitoringActResponse(result=recorded(self._intake, request.envelope, MONITORING))

    def ListIndicators(
        self, request: pb.ListIndicatorsRequest, context: grpc.ServicerContext
    ) -> pb.ListIndicatorsResponse:
        """See monitoring_service.proto."""
        found = self._monitoring.indicators(current_caller.get(), day_of(request.on))
        return pb.ListIndicatorsResponse(indicators=found)

    def ListAlerts(
        self, request: pb.ListAlertsRequest, context: grpc.ServicerContext
    ) -> pb.ListAlertsResponse:
        """See monitoring_service.proto."""
        found, token = self._monitoring.alerts(current_caller.get(), request)
        return pb.ListAlertsResponse(alerts=found, next_page_token=token)

    def GetRiskFigures(
        self, request: pb.GetRiskFiguresRequest, context: grpc.ServicerContext
    ) -> pb.GetRiskFiguresResponse:
        """See monitoring_service.proto."""
        return self._monitoring.figures(request)
