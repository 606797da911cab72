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

from registry.v1.supervision_pb2 import PlanItem, Supervision
from registry_client.bulk.lines import FileFormatError, RowFault
from registry_client.supervision.roster_files import Prepared
from registry_web.console.desk import PageError

KEPT, OF_ONE = 12, 3
SHOWN = 200
"""Faults, and rows, that a page shows."""


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
