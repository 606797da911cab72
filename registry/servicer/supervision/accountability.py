"""AccountabilityService: 责任追究."""

from __future__ import annotations

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.commands.supervision.accountability import Accountability
from registry.commands.supervision.accountability_trace import Traces
from registry.commands.supervision.complaints_inbox import Inbox
from registry.domain.powers import ACCOUNTABILITY
from registry.servicer.gate import current_caller
from registry.servicer.supervision.recording import recorded
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import accountability_service_pb2_grpc


class AccountabilityServicer(accountability_service_pb2_grpc.AccountabilityServiceServicer):
    """See accountability_service.proto."""

    def __init__(self, ask: Ask, intake: Intake, inbox: Inbox | None = None) -> None:
        self._intake = intake
        self._reports = Accountability(ask, inbox)
        self._traces = Traces(ask)

    def RecordAccident(
        self, request: pb.RecordAccidentRequest, context: grpc.ServicerContext
    ) -> pb.RecordAccidentResponse:
        """See accountability_service.proto."""
        return pb.RecordAccidentResponse(result=recorded(self._intake, request.envelope, ACCOUNTABILITY))

    def GetAccountabilityReport(
        self, request: pb.GetAccountabilityReportRequest, context: grpc.ServicerContext
    ) -> pb.GetAccountabilityReportResponse:
        """See accountability_service.proto."""
        return self._reports.report(current_caller.get(), request)

    def TraceAccident(
        self, request: pb.TraceAccidentRequest, context: grpc.ServicerContext
    ) -> pb.TraceAccidentResponse:
        """See accountability_service.proto."""
        return self._traces.trace(current_caller.get(), request)
