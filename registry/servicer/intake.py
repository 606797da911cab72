"""IntakeService: envelopes to jobs of the writer, outcomes to results."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future

import grpc

from registry.commands.intake import Intake
from registry.commands.sequencer import Outcome
from registry.errors import RegistryError
from registry.servicer.gate import current_caller
from registry.servicer.results import results
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import intake_service_pb2 as pb
from registry.v1 import intake_service_pb2_grpc

WINDOW = 4
"""How many requests of a stream are under way before the first is answered."""


class IntakeServicer(intake_service_pb2_grpc.IntakeServiceServicer):
    """See intake_service.proto."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def Submit(self, request: pb.SubmitRequest, context: grpc.ServicerContext) -> pb.SubmitResponse:
        """See intake_service.proto."""
        futures = self._intake.submit(request.envelopes, current_caller.get())
        return pb.SubmitResponse(results=results(futures))

    def SubmitStream(
        self, request_iterator: Iterator[pb.SubmitStreamRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.SubmitStreamResponse]:
        """See intake_service.proto."""
        caller = current_caller.get()
        under_way: deque[list[Future[Outcome | None]]] = deque()
        for request in request_iterator:
            under_way.append(self._intake.submit(request.envelopes, caller))
            if len(under_way) == WINDOW:
                yield pb.SubmitStreamResponse(results=results(under_way.popleft()))
        for futures in under_way:
            yield pb.SubmitStreamResponse(results=results(futures))

    def GetStatement(
        self, request: pb.GetStatementRequest, context: grpc.ServicerContext
    ) -> pb.GetStatementResponse:
        """See intake_service.proto."""
        if request.WhichOneof("by") is None:
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_REQUIRED, "缺少陈述编号或序号。", "by")
        position = request.position if request.HasField("position") else None
        kept = self._intake.statement(
            current_caller.get(), statement_id=request.statement_id, position=position
        )
        response = pb.GetStatementResponse(envelope=kept.envelope, position=kept.position)
        response.received_time.FromMilliseconds(kept.received_ms)
        return response

    def ListRefusals(
        self, request: pb.ListRefusalsRequest, context: grpc.ServicerContext
    ) -> pb.ListRefusalsResponse:
        """See intake_service.proto."""
        response = pb.ListRefusalsResponse()
        rows = self._intake.refusals(current_caller.get(), after=request.after, page_size=request.page_size)
        for row in rows:
            refusal = response.refusals.add(
                number=row.number,
                statement_id=row.statement_id,
                payload_sha256=row.payload_sha256,
                faults=pb.Refused.FromString(row.faults).faults,
            )
            refusal.received_time.FromMilliseconds(row.received_ms)
        return response
