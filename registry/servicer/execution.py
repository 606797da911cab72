"""ExecutionService: requests to commands and back."""

from __future__ import annotations

from datetime import date

import grpc

from registry.commands.ask import Ask
from registry.commands.executions import Executions
from registry.commands.measure_use import MeasureUses
from registry.domain.faults import Findings
from registry.errors import RegistryError
from registry.servicer.gate import current_caller
from registry.servicer.reports import check_report
from registry.store.interface import ExecutionRow
from registry.v1 import execution_service_pb2 as pb
from registry.v1 import execution_service_pb2_grpc


class ExecutionServicer(execution_service_pb2_grpc.ExecutionServiceServicer):
    """See execution_service.proto."""

    def __init__(self, ask: Ask, executions: Executions) -> None:
        self._executions = executions
        self._uses = MeasureUses(ask)

    def ReportExecution(
        self, request: pb.ReportExecutionRequest, context: grpc.ServicerContext
    ) -> pb.ReportExecutionResponse:
        """See execution_service.proto."""
        check_report(request)
        reported = self._executions.report(request, current_caller.get())
        response = pb.ReportExecutionResponse(already_recorded=reported.again)
        response.recorded_time.FromMilliseconds(reported.row.recorded_ms)
        return response

    def ListOwnExecutions(
        self, request: pb.ListOwnExecutionsRequest, context: grpc.ServicerContext
    ) -> pb.ListOwnExecutionsResponse:
        """See execution_service.proto."""
        rows = self._executions.own(current_caller.get(), after=request.after, page_size=request.page_size)
        return pb.ListOwnExecutionsResponse(executions=map(self._execution, rows))

    def ListMeasureUse(
        self, request: pb.ListMeasureUseRequest, context: grpc.ServicerContext
    ) -> pb.ListMeasureUseResponse:
        """See execution_service.proto."""
        first, last = _days(request)
        response = pb.ListMeasureUseResponse()
        for use in self._uses.between(first, last):
            message = response.uses.add(measure_code=use.code, measure_name=use.name, in_force=use.in_force)
            for used in use.by:
                by = message.by.add(caller=used.caller, action=_action(used.action), count=used.count)
                by.last_time.FromMilliseconds(used.last_ms)
        return response

    def _execution(self, row: ExecutionRow) -> pb.Execution:
        message = pb.Execution(
            number=row.number,
            report_id=row.report_id,
            subject=self._executions.subject_of(row),
            domain=row.domain,  # type: ignore[arg-type]
            reference=row.reference,
            known_position=row.known_position,
            verdict=row.verdict,  # type: ignore[arg-type]
            action=_action(row.action),
            measure_codes=row.measure_codes,
            reason=row.reason,
        )
        message.recorded_time.FromMilliseconds(row.recorded_ms)
        return message


def _action(value: int) -> pb.ExecutionAction.ValueType:
    return pb.ExecutionAction.ValueType(value)


def _days(request: pb.ListMeasureUseRequest) -> tuple[date | None, date | None]:
    found = Findings()
    first = found.optional_day("from", getattr(request, "from"), "起始日期")
    last = found.optional_day("until", request.until, "截止日期")
    if found.faults:
        raise RegistryError(found.faults)
    return first, last
