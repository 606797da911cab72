"""Uploading a file (上传文件): every row checked as the registry would, faults by cell, the gate, signature.

    /statements/upload                 a csv or xlsx; templates to fill
    /statements/upload/{name}          what was found: good rows, faults and warnings with their cells
    /statements/upload/{name}/marked   the file with its faults marked, and later with what became of each row
    /statements/template/{kind}        a template (``registry_client.bulk.templates``)

The good rows become one act (``Acts.propose_batch``); rows with faults are never sent. A file whose rows are
far from the last one of its kind stops at the gate until its confirmation is typed (``bulk.gate``); the last
file is kept beside the console's database, and counts as the last once the registry has taken rows of it.

A file that was read lies in memory and in a spool without a name, for whoever uploaded it, the last few only:
a console that is restarted has forgotten it, and the same file may be uploaded again; nothing is sent twice.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.v1.error_reason_pb2 import ErrorReason, Fault
from registry.v1.statement_pb2 import Statement
from registry_client.bulk.gate import Delivered, Stopped, Thresholds
from registry_client.bulk.journal import Journal, JournalError
from registry_client.bulk.marked import Mark, marked_workbook
from registry_client.bulk.places import place_of
from registry_client.bulk.preparing import Author, Prepared, PreparedRow, prepare
from registry_client.bulk.run import deliveries, stopped
from registry_client.bulk.sending import result_of
from registry_client.bulk.templates import KINDS, template_text, template_workbook
from registry_client.files import FileFormatError, RowFault, read_content
from registry_client.instants import today
from registry_client.outcomes import SubmitOutcome
from registry_client.submission import Disposition, RowResult
from registry_web.console.acting import MOST_ROWS
from registry_web.console.desk import Desk, PageError
from registry_web.console.official import Official
from registry_web.console.pages.framing import Frame

KEPT, OF_ONE = 16, 3
"""Files of all, and of one official: whoever uploads many drops his own before anybody else's."""
SHOWN = 200
"""Rows with faults that a page shows; the marked workbook has all."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(slots=True)
class Upload:
    """A file that was read. ``act`` is the act that its good rows became; "" before."""

    owner: int
    department: str
    secret: str
    """Which secret numbered its statements (``Numbering.fingerprint``)."""
    file: str
    prepared: Prepared
    act: str = ""
    settled: bool = False
    warnings: int = 0
    found: list[tuple[int, list[tuple[str, str, bool]]]] = field(default_factory=list)
    """The first rows with something to be said: line, and of each fault place, words, whether it is grave."""

    @property
    def kind(self) -> str:
        """The kind of file."""
        return self.prepared.table.headings.layout.name

    @property
    def delivered(self) -> Delivered:
        """What the gate compares."""
        return deliveries([self.prepared])[self.kind]

    def good(self) -> Iterator[PreparedRow]:
        """The rows that may be sent."""
        return (row for row in self.prepared.spool if row.payload)


class Uploads:
    """The last files that were uploaded."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Upload] = OrderedDict()
        self._lock = Lock()

    def keep(self, upload: Upload) -> str:
        """Keeps one; answers its name."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[name] = upload
            own = [each for each, kept in self._kept.items() if kept.owner == upload.owner]
            for each in (*own[:-OF_ONE], *tuple(self._kept)[:-KEPT]):
                if old := self._kept.pop(each, None):
                    old.prepared.spool.close()
        return name

    def __del__(self) -> None:
        for each in self._kept.values():
            each.prepared.spool.close()

    def of(self, name: str, owner: int) -> Upload:
        """One, for whoever uploaded it. Raises PageError."""
        with self._lock:
            found = self._kept.get(name)
        if found is None or found.owner != owner:
            raise PageError(404, "上传的文件已不在, 请重新上传; 已登记的不会重复。")
        return found

    def of_department(self, department: str) -> list[Upload]:
        """Those of a department."""
        with self._lock:
            return [each for each in self._kept.values() if each.department == department]


class UploadPages:
    """The pages on which files are uploaded."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._uploads = Uploads()

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [
            route("/statements/upload", self.upload, ("GET", "POST")),
            route("/statements/upload/{name}", self.uploaded, ("GET", "POST")),
            route("/statements/upload/{name}/marked", self.marked),
            route("/statements/template/{kind}", self.template),
        ]

    def upload(self, request: Request) -> Response:
        """Takes a file; checks every row."""
        faults: tuple[str, ...] = ()
        official = self._frame.official(request)
        if request.method == "POST":
            given = self._frame.form(request).get("file")
            if isinstance(given, UploadFile) and given.filename:
                try:
                    return self._read(official, given)
                except FileFormatError as error:
                    faults = (str(error),)
            else:
                faults = ("没有选择文件",)
        return self._frame.render(
            request,
            "upload.html",
            status=400 if faults else 200,
            tab="upload",
            faults=faults,
            kinds={kind: layout.name for kind, layout in KINDS.items()},
            most=MOST_ROWS,
            signs=official.signs,
        )

    def _read(self, official: Official, given: UploadFile) -> Response:
        """Raises FileFormatError."""
        name = Path(given.filename or "").name[:120]
        with given.file as file:
            table = read_content(name, file.read())
        author = Author(
            self._frame.desk.calling.origin, official.department, self._frame.acts.numbering(official)
        )
        prepared = prepare(table, author, today=today())
        secret = author.numbering.fingerprint
        upload = Upload(official.account, official.department, secret, name, prepared)
        for row in prepared.spool:
            upload.warnings += bool(row.warnings)
            if (row.faults or row.warnings) and len(upload.found) < SHOWN:
                upload.found.append((row.line, _said(upload, row.faults, row.warnings)))
        return RedirectResponse(f"/statements/upload/{self._uploads.keep(upload)}", 303)

    def uploaded(self, request: Request) -> Response:
        """What was found in a file; posted: its good rows become an act, if the gate lets them."""
        official, upload = self._frame.official(request), self._of(request)
        for each in self._uploads.of_department(official.department):
            self._settle(each)
        confirmed = ""
        if request.method == "POST":
            confirmed = str(self._frame.form(request).get("confirmation", "")).strip()[:80]
        gate, trouble = self._gate(upload, confirmed)
        if (
            request.method == "POST"
            and gate is None
            and not trouble
            and 0 < upload.prepared.good <= MOST_ROWS
        ):
            return self._propose(request, upload)
        outcomes = self._outcomes(upload)
        results = list(self._results(upload, outcomes)) if outcomes else []
        refused = [each for each in results if each.faults and each.position is None and each.statement_id]
        return self._frame.render(
            request,
            "uploaded.html",
            status=409 if request.method == "POST" else 200,
            upload=upload,
            name=request.path_params["name"],
            gate=gate,
            confirmed=confirmed,
            trouble=trouble,
            most=MOST_ROWS,
            shown=SHOWN,
            notices=upload.prepared.table.notices,
            done=bool(outcomes),
            recorded=sum(1 for each in results if each.disposition.recorded),
            refused=[(each.line, _said(upload, each.faults, ())) for each in refused[:SHOWN]],
            refused_count=len(refused),
            signs=official.signs,
        )

    def _propose(self, request: Request, upload: Upload) -> Response:
        statements = [Statement.FromString(row.payload) for row in upload.good()]
        response = self._frame.acts.propose_batch(
            request,
            statements,
            title="批量报送",
            back=f"/statements/upload/{request.path_params['name']}",
            shown={
                "文件": f"{upload.file}, {upload.kind}",
                "行数": f"{len(statements)}, 另有 {upload.prepared.faulty} 行有错误, 不提交",
                "effects": ["每一行分别收下或者退回; 已登记过的不重复。"],
            },
        )
        upload.act = response.headers["location"].rpartition("/")[2]
        return response

    def marked(self, request: Request) -> Response:
        """The file with its faults marked, and with what became of each row once that is known."""
        upload = self._of(request)
        outcomes = self._outcomes(upload)
        marks = (
            map(Mark.of_result, self._results(upload, outcomes))
            if outcomes
            else map(Mark.of_prepared, upload.prepared.spool)
        )
        content = marked_workbook(upload.prepared.table, marks)
        return download(content, f"{Path(upload.file).stem}-标注.xlsx", _XLSX)

    def template(self, request: Request) -> Response:
        """A template to fill, as a workbook or as csv."""
        kind, _, ending = request.path_params["kind"].partition(".")
        if kind not in KINDS or ending not in ("xlsx", "csv"):
            raise PageError(404, "没有这一模板。")
        layout = KINDS[kind]
        if ending == "csv":
            return download(template_text(layout), f"{layout.name}.csv", "text/csv; charset=utf-8")
        return download(template_workbook(layout), f"{layout.name}.xlsx", _XLSX)

    def _of(self, request: Request) -> Upload:
        return self._uploads.of(request.path_params["name"], self._frame.official(request).account)

    def _gate(self, upload: Upload, confirmed: str) -> tuple[Stopped | None, str]:
        """What stops a file, and why that cannot be told."""
        if upload.act:
            return None, ""
        try:
            with self._journal(upload) as journal:
                held = stopped({upload.kind: upload.delivered}, journal, Thresholds(), confirmed=[confirmed])
                return next((each for _, each in held), None), ""
        except JournalError as error:
            return None, str(error).partition("：")[2] or str(error)

    def _settle(self, upload: Upload) -> None:
        """Notes a file as the last of its kind once the registry has taken rows of it."""
        if upload.settled or not any(each.get("accepted") for _, each in self._outcomes(upload)):
            return
        try:
            with self._journal(upload) as journal:
                journal.went_through(upload.kind, upload.delivered)
            upload.settled = True
        except JournalError:
            return  # Somebody else has it; the next look at the page notes it.

    def _journal(self, upload: Upload) -> Journal:
        directory = kept_beside(self._frame.desk)
        directory.mkdir(mode=0o700, exist_ok=True)
        origin = self._frame.desk.calling.origin
        return Journal(directory, origin=origin, department=upload.department, secret=upload.secret)

    def _outcomes(self, upload: Upload) -> list[tuple[int, dict[str, Any]]]:
        """What became of the rows that were sent; empty while it is not known."""
        found = list(self._frame.acts.rows(upload.act)) if upload.act else []
        return found if any(each for _, each in found) else []

    def _results(self, upload: Upload, outcomes: Sequence[tuple[int, dict[str, Any]]]) -> Iterator[RowResult]:
        """Every row with what became of it."""
        answered = iter(each for _, each in outcomes)
        headings = upload.prepared.table.headings
        for row in upload.prepared.spool:
            told = next(answered, {}) if row.payload else {}
            yield result_of(row, _outcome(row, told), headings) if told else _kept_back(row)


def _outcome(row: PreparedRow, told: dict[str, Any]) -> SubmitOutcome:
    faults = tuple(
        Fault(
            reason=_reason(each.get("reason", "")),
            field=each.get("field", ""),
            message=each.get("message", ""),
        )
        for each in told.get("faults", ())
    )
    already = bool(told.get("already"))
    return SubmitOutcome(row.statement_id, told.get("position"), already_recorded=already, faults=faults)


def _kept_back(row: PreparedRow) -> RowResult:
    return RowResult(row.line, Disposition.UNREADABLE, "", None, row.faults, row.unsent, row.warnings)


def _reason(name: str) -> ErrorReason.ValueType:
    full = f"ERROR_REASON_{name}"
    return (
        ErrorReason.Value(full) if full in ErrorReason.DESCRIPTOR.values_by_name else ErrorReason.ValueType(0)
    )


def _said(
    upload: Upload, faults: Sequence[RowFault], warnings: Sequence[RowFault]
) -> list[tuple[str, str, bool]]:
    table = upload.prepared.table
    found = [(place_of(table, each), each.message, True) for each in faults]
    return found + [(place_of(table, each), each.message, False) for each in warnings]


def kept_beside(desk: Desk) -> Path:
    """A directory beside the console's database, for what is kept of files."""
    return desk.home / "submitted"


def download(content: bytes, name: str, media: str) -> Response:
    """A file to be saved under a name."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media, headers={"content-disposition": disposition})
