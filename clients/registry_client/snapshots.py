"""Snapshots fetched: the file that a ``Replica`` answers from, put in place whole or not at all, and deltas.

    registry.snapshots.fetch(DOMAIN_PROCUREMENT, Path("procurement.snapshot"))
    replica.load("procurement.snapshot")
    since = registry.snapshots.since(DOMAIN_PROCUREMENT, held_by(replica), into=Path("procurement.new"))
    replica.apply(since.delta)                 # if there is one; else there is a snapshot in the file

``Replica.follow`` does all of it, again and again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import grpc

from registry.v1 import snapshot_service_pb2 as pb
from registry.v1.snapshot_service_pb2_grpc import SnapshotServiceStub
from registry.v1.subject_pb2 import Domain
from registry_client.calls import STREAM_TIMEOUT_S, Calls
from registry_client.errors import AnswerError
from registry_client.held_snapshot import MAX_BYTES, MAX_DELTA_BYTES, Held, Since, replacing

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
        pieces = self._pieces(pb.GetSnapshotRequest(domain=domain, newer_than=newer_than))
        first = next(pieces, None)
        if first is None:
            return NONE_NEWER
        with replacing(path) as new:
            _write(new, first, pieces)
        return int(first.position)

    def since(self, domain: Domain.ValueType, held: Held | None, *, into: Path | None) -> Since:
        """What changed since a snapshot, or a snapshot in a file where that cannot be told, or none is held;
        not always the newest, for a delta over it is to be asked for next. ``into`` None: nothing but a delta
        is wanted. Raises RegistryCallError, AnswerError, OSError."""
        request = pb.GetSnapshotRequest(domain=domain, older_will_do=True)
        if held is not None:
            request.base, request.reached = held.envelope, held.reached
        pieces = self._pieces(request)
        first = next(pieces, None)
        if first is None:
            raise AnswerError("登记系统没有给出快照")
        if not first.delta:
            if into is not None:
                _write(into, first, pieces)
            return Since(whole_reason=first.whole_reason)
        if first.total_bytes > MAX_DELTA_BYTES:
            raise AnswerError(f"增量有{first.total_bytes}字节，超过{MAX_DELTA_BYTES}")
        return Since(delta=b"".join(_whole(first, pieces)))

    def _pieces(self, request: pb.GetSnapshotRequest) -> Iterator[pb.GetSnapshotResponse]:
        return self._calls.stream(self._stub.GetSnapshot, request, STREAM_TIMEOUT_S)


def _write(path: Path, first: pb.GetSnapshotResponse, pieces: Iterable[pb.GetSnapshotResponse]) -> None:
    if first.total_bytes > MAX_BYTES:
        raise AnswerError(f"快照有{first.total_bytes}字节，超过{MAX_BYTES}")
    with path.open("wb") as file:
        file.writelines(_whole(first, pieces))
        file.flush()
        os.fsync(file.fileno())


def _whole(first: pb.GetSnapshotResponse, pieces: Iterable[pb.GetSnapshotResponse]) -> Iterator[bytes]:
    """The pieces, as many bytes as the first one says. Raises AnswerError."""
    written = 0
    for each in chain([first], pieces):
        written += len(each.piece)
        if written > first.total_bytes:
            break
        yield each.piece
    if written != first.total_bytes:
        raise AnswerError(f"快照应有{first.total_bytes}字节，收到{written}字节")
