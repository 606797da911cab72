"""Evidence (证据材料): upload that goes on where it was cut off, download that is checked.

    item = evidence.upload(Path("现场.mp4"), file, media_type="video/mp4", title="现场视频")  # For the act.
    evidence.upload_bytes(b"...", file, media_type="text/csv", title="名录")
    evidence.download(item.sha256, Path("现场.mp4"))

Both read and write in parts, whatever the size. A download has its name only when it is whole and its digest
is right: till then it is beside, as ``<name>.part``, and goes on from there the next time.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import grpc

from registry.v1 import evidence_service_pb2 as pb
from registry.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from registry.v1.supervision_pb2 import EvidenceItem, FileReference
from registry_client.calls import Calls
from registry_client.errors import AnswerError, RegistryCallError

PART = 1 << 20
UPLOAD_TIMEOUT_S = 120.0
"""Seconds for a part: with the last one the registry may have to read the whole again."""
_UPLOAD_OFFSET = "UPLOAD_OFFSET"
Progress = Callable[[int, int], None]
"""Is told how many bytes are there, of how many."""


@dataclass(frozen=True, slots=True)
class Digest:
    """The SHA-256 of bytes and how many they are."""

    sha256: bytes
    size: int


class EvidenceDesk:
    """Uploads, lists and downloads evidence. One is had from ``Registry.supervision``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._calls = calls
        self._stub = EvidenceServiceStub(channel)

    def upload(
        self,
        path: Path,
        file: FileReference,
        *,
        media_type: str,
        title: str,
        progress: Progress | None = None,
    ) -> EvidenceItem:
        """Uploads a file, from where an earlier attempt was cut off; what an act says of it.

        Raises RegistryCallError, OSError."""
        with path.open("rb") as source:
            return self._upload(source, file, media_type, title, progress)

    def upload_bytes(
        self, content: bytes, file: FileReference, *, media_type: str, title: str
    ) -> EvidenceItem:
        """The same for what is at hand."""
        return self._upload(io.BytesIO(content), file, media_type, title, None)

    def get(self, sha256: bytes) -> pb.HeldEvidence:
        """What there is of a digest, as far as one may know. Raises RegistryCallError."""
        return self._calls.unary(self._stub.GetEvidence, pb.GetEvidenceRequest(sha256=sha256)).evidence

    def of_file(self, file: FileReference) -> pb.ListEvidenceResponse:
        """What belongs to a file. Raises RegistryCallError."""
        return self._calls.unary(self._stub.ListEvidence, pb.ListEvidenceRequest(file=file))

    def pieces(self, sha256: bytes, offset: int = 0) -> Iterator[bytes]:
        """The bytes from one on, however many calls that takes; not checked."""
        size = self.get(sha256).size
        while offset < size:
            before = offset
            request = pb.DownloadRequest(sha256=sha256, offset=offset)
            for answer in self._calls.stream(self._stub.Download, request):
                offset += len(answer.content)
                yield answer.content
            if offset == before:
                raise AnswerError("登记系统没有给出其余的内容")

    def content(self, sha256: bytes, *, longest: int = 64 << 20) -> bytes:
        """All bytes of something small. Raises AnswerError if they are more, or of another digest."""
        held = bytearray()
        for piece in self.pieces(sha256):
            held += piece
            if len(held) > longest:
                raise AnswerError(f"材料超过{longest}字节")
        if hashlib.sha256(held).digest() != sha256:
            raise AnswerError("下载的内容与摘要不符")
        return bytes(held)

    def download(self, sha256: bytes, path: Path, *, progress: Progress | None = None) -> None:
        """Downloads into a new file, or goes on with ``<path>.part``. Raises RegistryCallError, OSError, and
        AnswerError if the digest is another: then nothing is left."""
        if path.exists():
            raise FileExistsError(17, "文件已存在", str(path))
        beside, size = path.with_name(path.name + ".part"), self.get(sha256).size
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as target:
            digest = _digest_of(target)
            for piece in self.pieces(sha256, min(target.tell(), size)):
                target.write(piece)
                digest.update(piece)
                if progress:
                    progress(target.tell(), size)
            target.flush()
            os.fsync(target.fileno())
        if digest.digest() != sha256:
            beside.unlink()
            raise AnswerError("下载的内容与摘要不符, 已删除")
        os.link(beside, path)  # Fails where a file has come meanwhile.
        beside.unlink()

    def _upload(
        self, source: BinaryIO, file: FileReference, media_type: str, title: str, progress: Progress | None
    ) -> EvidenceItem:
        found = digest_of(source)
        begin = pb.BeginUploadRequest(
            sha256=found.sha256, size=found.size, media_type=media_type, file=file, title=title
        )
        at = self._calls.unary(self._stub.BeginUpload, begin, self._timeout)
        offset, complete = at.offset, at.complete
        while not complete:
            source.seek(offset)
            part = pb.UploadPartRequest(sha256=found.sha256, offset=offset, content=source.read(PART))
            offset, complete = self._sent(part)
            if progress:
                progress(offset, found.size)
        return EvidenceItem(sha256=found.sha256, size=found.size, media_type=media_type, title=title)

    def _sent(self, part: pb.UploadPartRequest) -> tuple[int, bool]:
        """Where to go on after a part; also if the registry has it already, for its answer was lost."""
        try:
            answer = self._calls.unary(self._stub.UploadPart, part, self._timeout)
        except RegistryCallError as error:
            if error.reason != _UPLOAD_OFFSET:
                raise
            return int(error.metadata["offset"]), False
        return answer.offset, answer.complete

    @property
    def _timeout(self) -> float:
        return max(self._calls.submit_timeout, UPLOAD_TIMEOUT_S)


def digest_of(source: BinaryIO) -> Digest:
    """The digest and the size of what can be read, from its beginning."""
    source.seek(0)
    digest = _digest_of(source)
    return Digest(digest.digest(), source.tell())


def _digest_of(source: BinaryIO) -> hashlib._Hash:
    digest = hashlib.sha256()
    while piece := source.read(PART):
        digest.update(piece)
    return digest
