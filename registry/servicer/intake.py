"""IntakeService: envelopes to jobs of the writer, outcomes to results."""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.commands.jobs import Outcome
from registry.commands.refusals import kept
from registry.commands.statement_list import Own, own_statements
from registry.errors import RegistryError
from registry.servicer.gate import current_caller
from registry.servicer.pipeline import begun_in_order
from registry.servicer.results import results
from registry.store.writer import Promise
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import intake_service_pb2 as pb
from registry.v1 import intake_service_pb2_grpc

WINDOW = 4
"""How many requests of a stream are under way before the first is answered."""

_LARGEST = 2**63 - 1
"""Positions and numbers fit a signed 64-bit integer, in every store; what is larger does not exist."""


class IntakeServicer(intake_service_pb2_grpc.IntakeServiceServicer):
    """See intake_service.proto."""

    def __init__(self, intake: Intake, ask: Ask) -> None:
        self._intake = intake
        self._ask = ask

    def Submit(self, request: pb.SubmitRequest, context: grpc.ServicerContext) -> pb.SubmitResponse:
        """See intake_service.proto."""
        futures = self._intake.submit(request.envelopes, current_caller.get())
        return pb.SubmitResponse(results=results(futures, context.time_remaining()))

    def SubmitBatch(
        self, request: pb.SubmitBatchRequest, context: grpc.ServicerContext
    ) -> pb.SubmitBatchResponse:
        """See intake_service.proto."""
        promises = self._intake.submit_batch(request.batch, current_caller.get())
        return pb.SubmitBatchResponse(results=results(promises, context.time_remaining()))

    def SubmitStream(
        self, request_iterator: Iterator[pb.SubmitStreamRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.SubmitStreamResponse]:
        """See intake_service.proto."""
        caller = current_caller.get()

        def begin(request: pb.SubmitStreamRequest) -> list[Promise[Outcome | None]]:
            return self._intake.submit(request.envelopes, caller)

        for futures in begun_in_order(request_iterator, begin, window=WINDOW):
            yield pb.SubmitStreamResponse(results=results(futures))

    def GetStatement(
        self, request: pb.GetStatementRequest, context: grpc.ServicerContext
    ) -> pb.GetStatementResponse:
        """See intake_service.proto."""
        if request.WhichOneof("by") is None:
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_REQUIRED, "缺少陈述编号或序号。", "by")
        position = min(request.position, _LARGEST) if request.HasField("position") else None
        kept = self._intake.statement(
            current_caller.get(), statement_id=request.statement_id, position=position
        )
        response = pb.GetStatementResponse(envelope=kept.statement.envelope, position=kept.position)
        if kept.statement.HasField("batch"):
            response.batch.CopyFrom(kept.statement.batch)
        response.received_time.FromMilliseconds(kept.received_ms)
        return response

    def ListStatements(
        self, request: pb.ListStatementsRequest, context: grpc.ServicerContext
    ) -> pb.ListStatementsResponse:
        """See intake_service.proto."""
        department = current_caller.get().name
        page = own_statements(self._ask, department, request.page_token, request.page_size)
        return pb.ListStatementsResponse(statements=map(_summary, page.found), next_page_token=page.token)

    def ListRefusals(
        self, request: pb.ListRefusalsRequest, context: grpc.ServicerContext
    ) -> pb.ListRefusalsResponse:
        """See intake_service.proto."""
        response = pb.ListRefusalsResponse()
        after = min(request.after, _LARGEST)
        rows = self._intake.refusals(current_caller.get(), after=after, page_size=request.page_size)
        for row in rows:
            refusal = response.refusals.add(
                number=row.number,
                statement_id=row.statement_id,
                payload_sha256=row.payload_sha256,
                faults=kept(row.faults).faults,
            )
            refusal.received_time.FromMilliseconds(row.received_ms)
        return response


def _summary(own: Own) -> pb.StatementSummary:
    recorded = own.recorded
    message = pb.StatementSummary(
        position=recorded.position,
        statement_id=recorded.statement_id,
        category=recorded.category,
        subject=own.subject,
        name=own.name,
        ended_position=own.ended_position,
    )
    message.received_time.FromMilliseconds(own.received_ms)
    return message
