"""EvidenceService: 证据材料.

Downloads have seats of their own, so that whoever reads slowly keeps other readers of evidence waiting, and
never those who follow restrictions.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Semaphore

import grpc

from registry.commands.supervision.evidence import Evidence, Held
from registry.errors import RegistryError
from registry.servicer.gate import current_caller
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import evidence_service_pb2 as pb
from registry.v1 import evidence_service_pb2_grpc

PIECE = 256 * 1024
MAX_STREAM = 64 << 20
MAX_PART = 1 << 20
DOWNLOADS = 6
"""Downloads at a time, of the server's streams."""


class EvidenceServicer(evidence_service_pb2_grpc.EvidenceServiceServicer):
    """See evidence_service.proto."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._seats = Semaphore(DOWNLOADS)

    def BeginUpload(
        self, request: pb.BeginUploadRequest, context: grpc.ServicerContext
    ) -> pb.BeginUploadResponse:
        """See evidence_service.proto."""
        held = self._evidence.begin(current_caller.get(), request)
        return pb.BeginUploadResponse(offset=held.offset, complete=held.complete)

    def UploadPart(
        self, request: pb.UploadPartRequest, context: grpc.ServicerContext
    ) -> pb.UploadPartResponse:
        """See evidence_service.proto."""
        held: Held = self._evidence.append(current_caller.get(), request)
        return pb.UploadPartResponse(offset=held.offset, complete=held.complete)

    def GetEvidence(
        self, request: pb.GetEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.GetEvidenceResponse:
        """See evidence_service.proto."""
        return pb.GetEvidenceResponse(evidence=self._evidence.get(current_caller.get(), request.sha256))

    def ListEvidence(
        self, request: pb.ListEvidenceRequest, context: grpc.ServicerContext
    ) -> pb.ListEvidenceResponse:
        """See evidence_service.proto."""
        found, more = self._evidence.of_file(current_caller.get(), request.file)
        return pb.ListEvidenceResponse(evidence=found, more=more)

    def Download(
        self, request: pb.DownloadRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.DownloadResponse]:
        """See evidence_service.proto."""
        caller = current_caller.get()
        if not self._seats.acquire(blocking=False):
            message = "同时下载的人已达上限, 请稍后重试。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message)
        try:
            _, content = self._evidence.read(caller, request.sha256, request.offset, MAX_STREAM)
            for piece in pieces(content):
                yield pb.DownloadResponse(content=piece)
        finally:
            self._seats.release()

    def DownloadPart(
        self, request: pb.DownloadPartRequest, context: grpc.ServicerContext
    ) -> pb.DownloadPartResponse:
        """See evidence_service.proto."""
        caller = current_caller.get()
        size, content = self._evidence.read(caller, request.sha256, request.offset, MAX_PART)
        return pb.DownloadPartResponse(content=b"".join(content), size=size)


def pieces(content: Iterator[bytes]) -> Iterator[bytes]:
    """Chunks put together to messages of `PIECE` bytes."""
    held = bytearray()
    for chunk in content:
        held += chunk
        if len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)
