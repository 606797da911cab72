"""SnapshotService: a file in pieces."""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from registry.commands.snapshot_keeping import Snapshots
from registry.servicer.gate import current_caller
from registry.v1 import snapshot_service_pb2 as pb
from registry.v1 import snapshot_service_pb2_grpc

PIECE_BYTES = 1 << 20


class SnapshotServicer(snapshot_service_pb2_grpc.SnapshotServiceServicer):
    """See snapshot_service.proto."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    def GetSnapshot(
        self, request: pb.GetSnapshotRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.GetSnapshotResponse]:
        """See snapshot_service.proto."""
        given = self._snapshots.given(current_caller.get(), request)
        if given is None:
            return
        total = len(given.content)
        for first in range(0, total, PIECE_BYTES):
            response = pb.GetSnapshotResponse(piece=given.content[first : first + PIECE_BYTES])
            if not first:
                response.total_bytes, response.position = total, given.position
                response.delta, response.whole_reason = given.delta, given.reason
            yield response
