"""LogService: the signed state of the log."""

from __future__ import annotations

import grpc

from registry.commands.state import RegistryState
from registry.v1 import log_service_pb2 as pb
from registry.v1 import log_service_pb2_grpc


class LogServicer(log_service_pb2_grpc.LogServiceServicer):
    """See log_service.proto."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state

    def GetCheckpoint(
        self, request: pb.GetCheckpointRequest, context: grpc.ServicerContext
    ) -> pb.GetCheckpointResponse:
        """See log_service.proto."""
        head = self._state.head
        return pb.GetCheckpointResponse(checkpoint=head.note if head else "")
