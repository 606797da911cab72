"""Evidence of supervision (证据材料): who may put it in, find it and have it.

* A department labels what it uploads with a file of its own. Whoever uploads sends all the bytes: nobody
  learns by a digest that others hold something. To whom nothing is visible, there is nothing.
* A file's evidence is for the department that opened it, for those that the file concerns, and for whom a
  referral that comes from this file was told to, if who told it was concerned. Of a complaint only the
  department that handles it has evidence.
* Rules, rosters, plans and draws are published by law (双随机、一公开): what an act in such a file names,
  everybody may have; before, or if no act names it, nobody else.
* The registrar and the auditor see what there is, never the bytes.

Example: 消防 uploads a video to its inspection JC-7, and refers JC-7 to 市场监管 as YS-3: 市场监管 may have
the video, 税务 learns of it as little as if there were none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from registry.access.identity import Caller, CallerRole
from registry.commands.state import RegistryState
from registry.commands.supervision.evidence_rights import Rights, states
from registry.domain.faults import Findings
from registry.errors import RegistryError
from registry.supervision import parts
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import evidence_service_pb2 as pb
from registry.v1 import supervision_pb2
from registry.v1.supervision_pb2 import EvidenceItem, FileReference

MAX_LISTED = 1000
SHA256_BYTES = 32


@dataclass(frozen=True, slots=True)
class Label:
    """A digest belongs to a file, as something with a title; its department is the file's."""

    sha256: bytes
    file: FileReference
    media_type: str
    title: str
    uploaded_on: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What there is of a digest: how many bytes of how many; and on what basis they were erased, and when."""

    size: int
    offset: int
    complete: bool
    erased_on: str = ""
    basis: str = ""


class EvidenceKeep(Protocol):
    """An evidence store, which decides nothing. Every method may raise RegistryError, StoreError."""

    @property
    def directory(self) -> Path:
        """Where the installation keeps what belongs to evidence, beside the evidence itself."""

    def begin(self, label: Label, size: int) -> Held:
        """Begins an upload, or goes on with the department's own; or labels what it has sent before."""

    def append(self, department: str, sha256: bytes, offset: int, content: bytes) -> Held:
        """Takes what comes next of a department's upload; the last of it has the digest checked."""

    def under_way(self, department: str, sha256: bytes) -> tuple[Held, list[Label]] | None:
        """A department's upload, and to what it will belong."""

    def held(self, sha256: bytes) -> Held | None:
        """What is whole, or was erased."""

    def labels(self, sha256: bytes) -> list[Label]:
        """To what a digest belongs, by departments that have sent its bytes."""

    def of_file(self, file: FileReference, limit: int, only: Collection[bytes] | None = None) -> list[Label]:
        """What belongs to a file, or of that these digests alone, the first labelled first."""

    def read(self, sha256: bytes, start: int, length: int, *, caller: str) -> Iterator[bytes]:
        """The bytes from one on; that a caller had them is written down, if one is named."""


class Evidence:
    """Uploads, finds and reads evidence for callers. ``keep`` is None where there is no evidence store."""

    def __init__(self, state: RegistryState, keep: EvidenceKeep | None) -> None:
        self._rights, self._kept = Rights(state), keep

    def begin(self, caller: Caller, request: pb.BeginUploadRequest) -> Held:
        """Begins or resumes an upload. Raises RegistryError."""
        keep, found = self._keep(), Findings()
        item = EvidenceItem(
            sha256=request.sha256, size=request.size, media_type=request.media_type, title=request.title
        )
        parts.evidence_item(found, "evidence", item)
        parts.kind_is(found, "file.kind", request.file.kind, supervision_pb2.FileKind, "卷宗种类")
        parts.number(found, "file.number", request.file.number, "卷宗编号")
        if request.file.department != caller.name:
            message = "材料只能归入本部门的卷宗。"
            found.add(reasons.ERROR_REASON_NOT_YOUR_STEP, "file.department", message)
        if found.faults:
            raise RegistryError(found.faults)
        return keep.begin(
            Label(request.sha256, request.file, request.media_type, request.title), request.size
        )

    def append(self, caller: Caller, request: pb.UploadPartRequest) -> Held:
        """Takes a part. Raises RegistryError UPLOAD_OFFSET, DIGEST_MISMATCH and others."""
        digest_of(request.sha256)
        return self._keep().append(caller.name, request.sha256, request.offset, request.content)

    def get(self, caller: Caller, sha256: bytes) -> pb.HeldEvidence:
        """What there is of a digest, for a caller. Raises RegistryError NOT_FOUND."""
        keep = self._keep()
        held = keep.held(digest_of(sha256))
        rights = [(each, self._rights.of(caller, each.file)) for each in keep.labels(sha256)]
        known = [(label, right) for label, right in rights if right.knows(sha256)]
        if held is not None and known:
            readable = any(right.has(sha256) for _, right in known)
            return told(held, [label for label, _ in known], readable=readable)
        # What others hold must not show in an upload of the same bytes.
        coming = keep.under_way(caller.name, sha256) if states(caller) else None
        if coming is None:
            raise _nothing()
        return told(*coming, readable=False)

    def of_file(self, caller: Caller, file: FileReference) -> tuple[list[pb.HeldEvidence], bool]:
        """What belongs to a file, as far as a caller may know, and whether there is more than is told."""
        keep, right = self._keep(), self._rights.of(caller, file)
        # Whoever may know a part is told all of that, however much else lies before it.
        only = None if right.know else right.published
        found = [
            (label, held)
            for label in keep.of_file(file, MAX_LISTED + 1, only)
            if right.knows(label.sha256) and (held := keep.held(label.sha256)) is not None
        ]
        listed = [told(held, [label], readable=right.has(label.sha256)) for label, held in found[:MAX_LISTED]]
        return listed, len(found) > MAX_LISTED

    def read(self, caller: Caller, sha256: bytes, start: int, length: int) -> tuple[int, Iterator[bytes]]:
        """The size of a piece, and its bytes from one on. Raises RegistryError NOT_FOUND, CONTENT_ERASED."""
        keep = self._keep()
        held = keep.held(digest_of(sha256))
        if held is None or not any(
            self._rights.of(caller, each.file).has(sha256) for each in keep.labels(sha256)
        ):
            raise _nothing()
        if held.erased_on:
            message = f"这份材料已依法删除({held.erased_on})。"
            raise RegistryError.of(reasons.ERROR_REASON_CONTENT_ERASED, message, "sha256")
        if start > held.size:
            message = f"起点超过材料大小{held.size}字节。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "offset")
        # What is everybody's by law, nobody asks who had it.
        reader = "" if caller.role is CallerRole.PUBLIC else caller.uri
        return held.size, keep.read(sha256, start, length, caller=reader)

    def _keep(self) -> EvidenceKeep:
        if self._kept is None:
            message = "本登记系统没有设置证据库(registry.toml 的 [evidence])。"
            raise RegistryError.of(reasons.ERROR_REASON_EVIDENCE_NOT_AVAILABLE, message)
        return self._kept


def told(held: Held, labels: list[Label], *, readable: bool) -> pb.HeldEvidence:
    """A piece of evidence with those of its labels that may be told."""
    first = labels[0]
    evidence = pb.HeldEvidence(
        sha256=first.sha256, size=held.size, complete=held.complete, offset=held.offset,
        readable=readable and held.complete,
        labels=[
            pb.EvidenceLabel(
                file=each.file, media_type=each.media_type, title=each.title, uploaded_on=each.uploaded_on
            )
            for each in labels
        ],
    )  # fmt: skip
    if held.erased_on:
        evidence.erasure.CopyFrom(pb.EvidenceErasure(erased_on=held.erased_on, basis=held.basis))
    return evidence


def digest_of(sha256: bytes) -> bytes:
    """A digest that is one. Raises RegistryError."""
    if len(sha256) != SHA256_BYTES:
        message = "应附32字节的SHA-256摘要。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "sha256")
    return sha256


def _nothing() -> RegistryError:
    return RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, "没有这份材料, 或者无权查阅。", "sha256")
