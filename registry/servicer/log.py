"""LogService: the log, its proofs and its statements on the wire."""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from registry.commands.log import LogReading
from registry.commands.state import RegistryState
from registry.errors import RegistryError
from registry.servicer.gate import current_caller
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import log_service_pb2 as pb
from registry.v1 import log_service_pb2_grpc
from registry.watches import TooManyWatchesError, Watch

LOOK_S = 0.25
"""How long a watcher of checkpoints sleeps: under load many statements share one message to him."""


class LogServicer(log_service_pb2_grpc.LogServiceServicer):
    """See log_service.proto. ``log`` reads the state's log, with cosignatures where they are required."""

    def __init__(self, state: RegistryState, log: LogReading | None = None) -> None:
        self._watches = state.index.watches
        self._log = log or LogReading(state)

    def GetCheckpoint(
        self, request: pb.GetCheckpointRequest, context: grpc.ServicerContext
    ) -> pb.GetCheckpointResponse:
        """See log_service.proto."""
        return pb.GetCheckpointResponse(checkpoint=self._log.latest().note)

    def GetInclusionProof(
        self, request: pb.GetInclusionProofRequest, context: grpc.ServicerContext
    ) -> pb.GetInclusionProofResponse:
        """See log_service.proto."""
        size = request.size if request.HasField("size") else None
        proven = self._log.inclusion(request.position, size)
        return pb.GetInclusionProofResponse(
            position=request.position,
            size=proven.size,
            leaf=proven.leaf,
            proof=proven.proof,
            root=proven.root,
            checkpoint=proven.note,
        )

    def GetConsistencyProof(
        self, request: pb.GetConsistencyProofRequest, context: grpc.ServicerContext
    ) -> pb.GetConsistencyProofResponse:
        """See log_service.proto."""
        second = request.second if request.HasField("second") else None
        proven = self._log.consistency(request.first, second)
        return pb.GetConsistencyProofResponse(
            first=request.first, second=proven.second, proof=proven.proof, checkpoint=proven.note
        )

    def GetLeaves(self, request: pb.GetLeavesRequest, context: grpc.ServicerContext) -> pb.GetLeavesResponse:
        """See log_service.proto."""
        return pb.GetLeavesResponse(
            first=request.first, leaves=self._log.leaves(request.first, request.count)
        )

    def GetStatement(
        self, request: pb.LogServiceGetStatementRequest, context: grpc.ServicerContext
    ) -> pb.LogServiceGetStatementResponse:
        """See log_service.proto."""
        logged = self._log.statement(request.position, current_caller.get())
        response = pb.LogServiceGetStatementResponse(
            statement=logged.statement, position=request.position, leaf=logged.leaf
        )
        response.received_time.FromMilliseconds(logged.received_ms)
        return response

    def WatchCheckpoints(
        self, request: pb.WatchCheckpointsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.WatchCheckpointsResponse]:
        """See log_service.proto."""
        try:
            with self._watches.open() as watch:
                if context.add_callback(watch.end):
                    yield from self._checkpoints(watch)
        except TooManyWatchesError as error:
            message = "同时打开的关注已达上限, 请稍后重试。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message) from error

    def _checkpoints(self, watch: Watch) -> Iterator[pb.WatchCheckpointsResponse]:
        told = None
        while not watch.ended:
            note = self._log.checkpoint()
            if note is not None and note != told:
                told = note
                yield pb.WatchCheckpointsResponse(checkpoint=note)
            watch.pause(LOOK_S)
