"""Evidence of a form of supervision: files that are put into the evidence store as the form comes in.

Each file goes to the store at once, labelled with the file of supervision that the form is about; the form
holds its digest, size, media type and name, so that one which comes back with faults asks for nothing twice
(``evidence.held``). Where the registry has no evidence store the digest alone is taken, and the page says so.

Bounds: 20 files of 20 MiB each, 30 MiB in all of a form (``desk.BODY_BYTES``); what is larger is uploaded by
``registryctl inspection record --upload``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from mimetypes import guess_type

import grpc
from starlette.datastructures import FormData, UploadFile

from registry.v1.supervision_pb2 import EvidenceItem, FileReference
from registry_client import Registry
from registry_client.errors import RegistryCallError
from registry_web.console.pages.forms import file_title

NAME = "evidence"
MOST, LONGEST = 20, 20 * 1024 * 1024
_HELD = re.compile(r"([0-9a-f]{64}) ([0-9]{1,13}) ([a-z]+/[a-z0-9.+-]{1,100}) ([^\r\n]{1,200})")
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")


@dataclass(slots=True)
class EvidenceGiven:
    """What a form brought, and what was wrong with it."""

    items: list[EvidenceItem] = field(default_factory=list)
    fault: str = ""
    digest_only: bool = False

    @property
    def held(self) -> list[tuple[EvidenceItem, str]]:
        """Each piece with what the form keeps of it."""
        return [
            (each, f"{each.sha256.hex()} {each.size} {each.media_type} {each.title}") for each in self.items
        ]


def evidence_given(data: FormData, registry: Registry, file: FileReference) -> EvidenceGiven:
    """The pieces that a form holds already, and those chosen now, put into the store."""
    found = EvidenceGiven([item for item in map(_held, data.getlist(f"{NAME}.held")) if item is not None])
    known = {each.sha256 for each in found.items}
    for upload in data.getlist(NAME):
        if isinstance(upload, UploadFile) and upload.filename:
            _take(found, known, upload, registry, file)
    if len(found.items) > MOST:
        found.fault = f"证据材料超过{MOST}件"
        del found.items[MOST:]
    return found


def _take(
    found: EvidenceGiven, known: set[bytes], upload: UploadFile, registry: Registry, file: FileReference
) -> None:
    upload.file.seek(0)
    content = upload.file.read(LONGEST + 1)
    title = file_title(upload.filename or "")
    if not 0 < len(content) <= LONGEST:
        found.fault = "每件材料应为1字节至20MB; 更大的请用命令行工具上传"
        return
    digest = sha256(content).digest()
    if digest in known:
        return
    known.add(digest)
    guessed = guess_type(title)[0] or "application/octet-stream"
    media_type = guessed if _TYPE.fullmatch(guessed) else "application/octet-stream"
    item = EvidenceItem(sha256=digest, size=len(content), media_type=media_type, title=title)
    try:
        registry.supervision.evidence.upload_bytes(content, file, media_type=media_type, title=title)
    except RegistryCallError as error:
        if error.code is grpc.StatusCode.INVALID_ARGUMENT:  # The number of the file, most of all.
            told = error.violations[0].description if error.violations else error.message
            found.fault = f"{told} 改正后请重新选择文件"
            return
        if error.reason != "EVIDENCE_NOT_AVAILABLE":
            raise
        found.digest_only = True
    found.items.append(item)


def _held(text: object) -> EvidenceItem | None:
    matched = _HELD.fullmatch(text) if isinstance(text, str) else None
    if matched is None:
        return None
    digest, size, media_type, name = matched.groups()
    title = file_title(name)
    return EvidenceItem(sha256=bytes.fromhex(digest), size=int(size), media_type=media_type, title=title)
