"""Files of rosters and plans between upload and act: read, checked cell by cell, held for whoever uploaded.

The last few lie in memory; a console that is restarted has forgotten them, and the same file may be uploaded
again. What is proposed in the end holds digests and roots; the published file goes into the evidence store
before, so that whoever repeats the draw finds it there.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileStatement, ListFilesRequest
from registry.v1.supervision_pb2 import (
    FILE_KIND_ROSTER,
    ROSTER_KIND_OBJECTS,
    EvidenceItem,
    FileReference,
    PlanItem,
    Roster,
    Supervision,
)
from registry_client.bulk.lines import FileFormatError, RowFault
from registry_client.errors import RegistryCallError
from registry_client.supervision.roster_files import Prepared
from registry_web.console.desk import PageError
from registry_web.console.pages.draw_forms import ROSTER_KINDS
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Frame

KEPT, OF_ONE = 12, 3
SHOWN = 200
"""Faults, and rows, that a page shows."""
_ROSTERS_SHOWN = 100
_NOT_STORED = "证据库没有收存公布的文件, 请另行公布: "


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file without fault: what it is called, its kind, what it becomes, and the act to be proposed."""

    owner: int
    name: str
    kind: str
    act: Supervision
    content: bytes = b""
    rows: tuple[tuple[str, ...], ...] = ()
    items: tuple[PlanItem, ...] = ()
    prepared: Prepared | None = None


@dataclass(slots=True)
class HeldFiles:
    """The last files that were uploaded."""

    _kept: OrderedDict[str, HeldFile] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, file: HeldFile) -> str:
        """Keeps one; answers its name."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[name] = file
            own = [each for each, kept in self._kept.items() if kept.owner == file.owner]
            for each in {*own[:-OF_ONE], *tuple(self._kept)[:-KEPT]}:
                self._kept.pop(each, None)
        return name

    def of(self, name: str, owner: int) -> HeldFile:
        """One, for whoever uploaded it. Raises PageError."""
        with self._lock:
            found = self._kept.get(name)
        if found is None or found.owner != owner:
            raise PageError(404, "上传的文件已不在, 请重新上传。")
        return found


def uploaded(form: FormData, name: str = "file") -> tuple[str, bytes]:
    """The name and the bytes of an uploaded file. Raises FileFormatError where none was chosen."""
    given = form.get(name)
    if not isinstance(given, UploadFile) or not given.filename:
        raise FileFormatError("没有选择文件")
    with given.file as file:
        return Path(given.filename).name[:120], file.read()


def told(faults: tuple[RowFault, ...]) -> list[tuple[int, str, str]]:
    """Faults as a page shows them: line, column, what is wrong."""
    return [(each.line, each.column, each.message) for each in faults[:SHOWN]]


def answers_of(frame: Frame, request: Request, fields: list[Field]) -> Answers:
    """What a form holds; an uploaded file is left for ``uploaded``."""
    if request.method == "POST":
        return Answers.read(fields, dict(frame.form(request)))
    return Answers.initial(fields)


def stored(
    frame: Frame, request: Request, content: bytes, file: FileReference, item: EvidenceItem
) -> list[str]:
    """Puts a published file into the evidence store; what the signer should know if that fails."""
    store = frame.registry(request).supervision.evidence
    try:
        store.upload_bytes(content, file, media_type=item.media_type, title=item.title)
    except RegistryCallError as error:
        return [f"{_NOT_STORED}{error}"]
    return []


def rosters_of(frame: Frame, request: Request) -> dict[str, list[Roster]]:
    """The department's rosters by kind, the newest first."""
    registry, official = frame.registry(request), frame.official(request)
    found: dict[str, list[Roster]] = {kind: [] for kind in ROSTER_KINDS}
    listed = ListFilesRequest(kind=FILE_KIND_ROSTER, department=official.department, page_size=_ROSTERS_SHOWN)
    for file in registry.supervision.files(listed).files:
        kind = "objects" if file.variant == ROSTER_KIND_OBJECTS else "inspectors"
        view = registry.supervision.file(FILE_KIND_ROSTER, file.file.department, file.file.number)
        found[kind] += [said(each).roster for each in view.statements[:1]]
    return found


def said(statement: FileStatement) -> Supervision:
    """What a statement of a file says."""
    return Statement.FromString(statement.statement.envelope.payload).supervision
