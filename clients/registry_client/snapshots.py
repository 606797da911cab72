"""Snapshots fetched: the file that a ``Replica`` answers from, put in place whole or not at all.

registry.snapshots.fetch(DOMAIN_PROCUREMENT, Path("procurement.snapshot"))
replica.load("procurement.snapshot")
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import grpc

from registry.v1 import snapshot_service_pb2 as pb
from registry.v1.snapshot_service_pb2_grpc import SnapshotServiceStub
from registry.v1.subject_pb2 import Domain
from registry_client.calls import STREAM_TIMEOUT_S, Calls
from registry_client.errors import AnswerError

NONE_NEWER = -1


class Snapshots:
    """The calls of SnapshotService; ``Registry.snapshots``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._stub = SnapshotServiceStub(channel)
        self._calls = calls

    def fetch(self, domain: Domain.ValueType, path: Path, *, newer_than: int = 0) -> int:
        """Fetches the newest snapshot of a domain into a file that takes the place of what is there; the
        position that it speaks of. ``NONE_NEWER``, and nothing is touched, if there is none newer. Raises
        RegistryCallError, AnswerError, OSError."""
        request = pb.GetSnapshotRequest(domain=domain, newer_than=newer_than)
        pieces = self._calls.stream(self._stub.GetSnapshot, request, STREAM_TIMEOUT_S)
        first = next(pieces, None)
        if first is None:
            return NONE_NEWER
        handle, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                written = file.write(first.piece) + sum(file.write(each.piece) for each in pieces)
                if written != first.total_bytes:
                    raise AnswerError(f"快照应有{first.total_bytes}字节，只收到{written}字节")
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return int(first.position)
