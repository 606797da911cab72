"""Evidence of acts of supervision in JSON files: ``{"file": "现场.jpg"}`` stands for the file's digest, size
and media type; its name is its title where none is given. With an evidence desk it is uploaded as well."""

from __future__ import annotations

from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from registry.v1.supervision_pb2 import EvidenceItem, FileReference
from registry_client.cli.failures import Failure
from registry_client.supervision.evidence import EvidenceDesk


def with_evidence(
    content: Any, folder: Path, *, desk: EvidenceDesk | None = None, file: FileReference | None = None
) -> Any:
    """The content of an act with each piece of evidence that names a file described; uploaded for ``file``
    where there is a desk. Raises Failure, RegistryCallError."""
    if not isinstance(content, dict) or not isinstance(content.get("evidence"), list):
        return content
    described = [_described(each, folder, desk, file) for each in content["evidence"]]
    return {**content, "evidence": described}


def _described(each: Any, folder: Path, desk: EvidenceDesk | None, file: FileReference | None) -> Any:
    if not isinstance(each, dict) or not isinstance(each.get("file"), str):
        return each
    path, given = folder / each["file"], {name: each[name] for name in each if name != "file"}
    title = str(given.get("title") or path.name)
    media_type = str(given.get("media_type") or guess_type(path.name)[0] or "application/octet-stream")
    try:
        if desk is not None and file is not None:
            item = desk.upload(path, file, media_type=media_type, title=title)
        else:
            content = path.read_bytes()
            item = EvidenceItem(sha256=sha256(content).digest(), size=len(content))
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None
    item.media_type, item.title = media_type, title
    return {**MessageToDict(item, preserving_proto_field_name=True), **given}
