"""A registry in memory that keeps the protocol's promises and knows no law, served over loopback with mTLS.

Statements have positions and are recorded once; a penalty without a document number is refused; a verdict is
whatever the test set for a code. It can be told to be away for a number of calls, to be slow, or to fail.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import grpc

from registry.access.certificates import load_credential
from registry.errors import RegistryError, status_of
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.v1 import directory_service_pb2 as directory
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import log_service_pb2 as log
from registry.v1 import restriction_service_pb2 as restriction
from registry.v1 import verdict_pb2
from registry.v1.directory_service_pb2_grpc import (
    DirectoryServiceServicer,
    add_DirectoryServiceServicer_to_server,
)
from registry.v1.envelope_pb2 import Envelope
from registry.v1.intake_service_pb2_grpc import IntakeServiceServicer, add_IntakeServiceServicer_to_server
from registry.v1.log_service_pb2_grpc import LogServiceServicer, add_LogServiceServicer_to_server
from registry.v1.restriction_service_pb2_grpc import (
    RestrictionServiceServicer,
    add_RestrictionServiceServicer_to_server,
)
from registry.v1.statement_pb2 import Statement

RECEIVED_MS = 1_790_000_000_000


@dataclass(slots=True)
class SimulatedRegistry(IntakeServiceServicer, RestrictionServiceServicer, DirectoryServiceServicer):
    """What it holds, and how it misbehaves."""

    recorded: dict[str, tuple[int, Envelope]] = field(default_factory=dict)
    refused: list[intake.Refusal] = field(default_factory=list)
    verdicts: dict[str, restriction.CheckResponse] = field(default_factory=dict)
    departments: list[directory.DepartmentEntry] = field(default_factory=list)
    officials: list[directory.OfficialEntry] = field(default_factory=list)
    keys: list[directory.KeyEntry] = field(default_factory=list)
    batch_answer: restriction.BatchCheckResponse | None = None
    drop_results: int = 0
    away: int = 0
    delay_s: float = 0.0
    error: RegistryError | None = None
    calls: list[tuple[str, Any]] = field(default_factory=list)

    def Submit(self, request: intake.SubmitRequest, context: Any) -> intake.SubmitResponse:
        self._called("Submit", request, context)
        return intake.SubmitResponse(results=self._results(request.envelopes))

    def SubmitBatch(self, request: intake.SubmitBatchRequest, context: Any) -> intake.SubmitBatchResponse:
        self._called("SubmitBatch", request, context)
        envelopes = [
            Envelope(payload=payload, payload_type=PAYLOAD_TYPE, signatures=request.batch.header.signatures)
            for payload in request.batch.payloads
        ]
        return intake.SubmitBatchResponse(results=self._results(envelopes))

    def SubmitStream(self, request_iterator: Any, context: Any) -> Iterator[intake.SubmitStreamResponse]:
        for request in request_iterator:
            self._called("SubmitStream", request, context)
            yield intake.SubmitStreamResponse(results=self._results(request.envelopes))

    def GetStatement(self, request: intake.GetStatementRequest, context: Any) -> intake.GetStatementResponse:
        self._called("GetStatement", request, context)
        for statement_id, (position, envelope) in self.recorded.items():
            by_position = request.WhichOneof("by") == "position"
            if position == request.position if by_position else statement_id == request.statement_id:
                answer = intake.GetStatementResponse(envelope=envelope, position=position)
                answer.received_time.FromMilliseconds(RECEIVED_MS)
                return answer
        _abort(context, RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, "本部门没有这份陈述。", "by"))
        raise AssertionError

    def ListRefusals(self, request: intake.ListRefusalsRequest, context: Any) -> intake.ListRefusalsResponse:
        self._called("ListRefusals", request, context)
        later = [refusal for refusal in self.refused if refusal.number > request.after]
        return intake.ListRefusalsResponse(refusals=later[: request.page_size or 100])

    # What follows has tests with the real registry: here it is not served.

    def ListStatements(
        self, request: intake.ListStatementsRequest, context: Any
    ) -> intake.ListStatementsResponse:
        _unserved(context)

    def Screen(self, request: restriction.ScreenRequest, context: Any) -> restriction.ScreenResponse:
        _unserved(context)

    def CheckColumns(
        self, request: restriction.CheckColumnsRequest, context: Any
    ) -> restriction.CheckColumnsResponse:
        _unserved(context)

    def StreamCheck(
        self, request_iterator: Iterator[restriction.StreamCheckRequest], context: Any
    ) -> Iterator[restriction.StreamCheckResponse]:
        _unserved(context)

    def WatchScreen(
        self, request: restriction.WatchScreenRequest, context: Any
    ) -> Iterator[restriction.WatchScreenResponse]:
        _unserved(context)

    def Explain(self, request: restriction.ExplainRequest, context: Any) -> restriction.ExplainResponse:
        _unserved(context)

    def Resolve(self, request: restriction.ResolveRequest, context: Any) -> restriction.ResolveResponse:
        _unserved(context)

    def Check(self, request: restriction.CheckRequest, context: Any) -> restriction.CheckResponse:
        self._called("Check", request, context)
        answer = restriction.CheckResponse(
            subject=request.subject,
            verdict=verdict_pb2.VERDICT_INDETERMINATE,
            indeterminate_reason=verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN,
        )
        answer.MergeFrom(self.verdicts.get(request.subject.value, restriction.CheckResponse()))
        answer.answered.known_position = len(self.recorded)
        return answer

    def BatchCheck(
        self, request: restriction.BatchCheckRequest, context: Any
    ) -> restriction.BatchCheckResponse:
        self._called("BatchCheck", request, context)
        return self.batch_answer or restriction.BatchCheckResponse(
            verdicts=[verdict_pb2.VERDICT_CLEAR] * len(request.identifiers)
        )

    def RegisterDepartment(self, request: Any, context: Any) -> directory.RegisterDepartmentResponse:
        return directory.RegisterDepartmentResponse(result=self._act("RegisterDepartment", request, context))

    def RegisterOfficial(self, request: Any, context: Any) -> directory.RegisterOfficialResponse:
        return directory.RegisterOfficialResponse(result=self._act("RegisterOfficial", request, context))

    def RevokeOfficial(self, request: Any, context: Any) -> directory.RevokeOfficialResponse:
        return directory.RevokeOfficialResponse(result=self._act("RevokeOfficial", request, context))

    def EnrolKey(self, request: Any, context: Any) -> directory.EnrolKeyResponse:
        return directory.EnrolKeyResponse(result=self._act("EnrolKey", request, context))

    def RevokeKey(self, request: Any, context: Any) -> directory.RevokeKeyResponse:
        return directory.RevokeKeyResponse(result=self._act("RevokeKey", request, context))

    def ListDepartments(self, request: Any, context: Any) -> directory.ListDepartmentsResponse:
        self._called("ListDepartments", request, context)
        return directory.ListDepartmentsResponse(departments=self.departments)

    def ListOfficials(self, request: Any, context: Any) -> directory.ListOfficialsResponse:
        self._called("ListOfficials", request, context)
        return directory.ListOfficialsResponse(officials=self.officials)

    def ListKeys(self, request: Any, context: Any) -> directory.ListKeysResponse:
        self._called("ListKeys", request, context)
        return directory.ListKeysResponse(keys=self.keys)

    def checkpoint(self, request: Any, context: Any) -> log.GetCheckpointResponse:
        """What GetCheckpoint of the log's service answers."""
        self._called("GetCheckpoint", request, context)
        return log.GetCheckpointResponse(checkpoint="credit.example/test\n0\nroot\n\n— signed\n")

    def _called(self, method: str, request: Any, context: Any) -> None:
        self.calls.append((method, request))
        time.sleep(self.delay_s)
        if self.away:
            self.away -= 1
            context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        if self.error:
            _abort(context, self.error)

    def _act(self, method: str, request: Any, context: Any) -> intake.SubmitResult:
        self._called(method, request, context)
        return self._take(request.envelope)

    def _results(self, envelopes: Any) -> list[intake.SubmitResult]:
        results = [self._take(envelope) for envelope in envelopes]
        return results[: len(results) - self.drop_results]

    def _take(self, envelope: Envelope) -> intake.SubmitResult:
        statement = Statement.FromString(envelope.payload)
        known = self.recorded.get(statement.statement_id)
        result = intake.SubmitResult(statement_id=statement.statement_id)
        if fault := _fault(statement, envelope, known):
            result.refused.faults.append(fault)
            return result
        position = known[0] if known else len(self.recorded) + 1
        self.recorded[statement.statement_id] = (position, envelope)
        result.accepted.position = position
        result.accepted.already_recorded = known is not None
        result.accepted.received_time.FromMilliseconds(RECEIVED_MS)
        return result


def _fault(
    statement: Statement, envelope: Envelope, known: tuple[int, Envelope] | None
) -> reasons.Fault | None:
    if known and known[1].payload != envelope.payload:
        reason = reasons.ERROR_REASON_STATEMENT_ID_REUSED
        return reasons.Fault(reason=reason, field="statement_id", message="编号已用于另一份陈述。")
    if statement.event.category == "E-03-CF" and not statement.event.document.number:
        reason = reasons.ERROR_REASON_DOCUMENT_REQUIRED
        return reasons.Fault(reason=reason, field="event.document.number", message="缺少文书号。")
    return None


class _SimulatedLog(LogServiceServicer):
    """The log's service, which has a method of the same name as intake; all but one have tests with the real
    registry."""

    def __init__(self, registry: SimulatedRegistry) -> None:
        self._registry = registry

    def GetCheckpoint(self, request: Any, context: Any) -> log.GetCheckpointResponse:
        return self._registry.checkpoint(request, context)

    def GetInclusionProof(self, request: Any, context: Any) -> log.GetInclusionProofResponse:
        _unserved(context)

    def GetConsistencyProof(self, request: Any, context: Any) -> log.GetConsistencyProofResponse:
        _unserved(context)

    def GetLeaves(self, request: Any, context: Any) -> log.GetLeavesResponse:
        _unserved(context)

    def GetStatement(self, request: Any, context: Any) -> log.LogServiceGetStatementResponse:
        _unserved(context)

    def WatchCheckpoints(self, request: Any, context: Any) -> Iterator[log.WatchCheckpointsResponse]:
        _unserved(context)


def _unserved(context: Any) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, "")
    raise AssertionError


def _abort(context: Any, error: RegistryError) -> None:
    context.abort_with_status(status_of(error))


@contextmanager
def served(registry: SimulatedRegistry, certificates: Path, address: str = "localhost:0") -> Iterator[str]:
    """Serves it with the certificate ``server`` of a directory; answers ``host:port``."""
    credential = load_credential(certificates, "server")
    server = grpc.server(ThreadPoolExecutor(4))
    add_IntakeServiceServicer_to_server(registry, server)
    add_RestrictionServiceServicer_to_server(registry, server)
    add_DirectoryServiceServicer_to_server(registry, server)
    add_LogServiceServicer_to_server(_SimulatedLog(registry), server)
    pair = (credential.key, credential.certificate)
    port = server.add_secure_port(
        address, grpc.ssl_server_credentials([pair], credential.authority, require_client_auth=True)
    )
    server.start()
    try:
        yield f"localhost:{port}"
    finally:
        server.stop(None).wait()
