"""Reading files of supervision (查阅监管卷宗).

* A department reads the files that it opened, was told of or acted in, with their statements; the registrar
  and the auditor all, the auditor without statements. Departments that oversee (督查机构, 监察机关) know of
  all, and have the statements of a file once they act in it. To anybody else there is no such file.
* Of a complaint only the department that handles it has the statements.
* What is due is worked out for a day from acts known by then; nothing depends on a job that ran.

Example: 市场监管 told 消防 of a blocked exit in the referral YS-3: both read it, to 税务 it is FILE_UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.bans import OVERSEEING
from registry.commands.log_statement import signed_statement
from registry.commands.paging import Page, first_or, page_size, token_of
from registry.commands.supervision.complaints_inbox import Inbox
from registry.commands.supervision.unfiled import unfiled
from registry.commands.supervision.untaken import untaken
from registry.commands.supervision.untold import untold_findings
from registry.domain.files import file_key, file_ref
from registry.errors import RegistryError
from registry.store.interface import FileFilter
from registry.supervision.admission.urgings import OVERSEEING_KINDS
from registry.supervision.duties import Clocks
from registry.supervision.obligations import obligations_of
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_file_pb2 as pb
from registry.v1.supervision_pb2 import (
    FILE_KIND_COMPLAINT,
    FILE_KIND_INSPECTION,
    FILE_KIND_MATTER,
    FileReference,
)

MAX_OBLIGATIONS = 1000
MAX_LINKED = 100
FROM_END = 2**62
"""A position after every other."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as it may be shown on a day."""

    file: pb.SupervisionFile
    statements: list[pb.FileStatement]
    obligations: list[pb.Obligation]
    linked: list[FileReference]


class Files:
    """Reads files as of now. With an ``inbox``, what waits in it is due as well."""

    def __init__(self, ask: Ask, inbox: Inbox | None = None) -> None:
        self._ask, self._state, self._inbox = ask, ask.state, inbox

    def clocks(self, day: date | None = None) -> Clocks:
        """The clocks of the editions known now, as seen from a day."""
        return Clocks(day or self._ask.today(), lambda on: self._state.edition_at(self._state.size - 1, on))

    def get(self, caller: Caller, reference: FileReference, day: date | None) -> FileView:
        """A file. Raises RegistryError FILE_UNKNOWN."""
        file = self._state.store.files([file_key(reference)]).get(file_key(reference))
        concerned = file is not None and concerns(caller, file)
        if file is None or not (concerned or self.oversees(caller)):
            raise RegistryError.of(reasons.ERROR_REASON_FILE_UNKNOWN, "没有这一卷宗。", "file")
        statements = self.statements(file) if concerned and may_read(caller, file) else []
        duties = list(obligations_of(file, self.clocks(day)))
        return FileView(file, statements, duties, self._linked(caller, file))

    def oversees(self, caller: Caller) -> bool:
        """Whether a caller knows of everybody's files and duties."""
        if caller.role is not CallerRole.DEPARTMENT:
            return caller.role in OVERSEEING
        department = self._state.directory.department(caller.name)
        return department is not None and bool(department.kinds & OVERSEEING_KINDS)

    def statements(self, file: pb.SupervisionFile) -> list[pb.FileStatement]:
        """The acts of a file as they were signed. Whoever calls has settled who may have them."""
        found = []
        for act in file.acts:
            row = self._state.store.statement(act.position)
            if row is not None:
                signed = signed_statement(row, self._state.log)
                found.append(pb.FileStatement(position=act.position, statement=signed))
        return found

    def _linked(self, caller: Caller, file: pb.SupervisionFile) -> list[FileReference]:
        """Files that this one comes from or led to, which the caller may know of."""
        named = {file_ref(act.linked): act.linked for act in file.acts if act.linked.kind}
        known = self._state.store.files([file_key(each) for each in named.values()]) if named else {}
        wanted = FileFilter(source=file_ref(file.file))
        led_to = self._state.store.files_before(None, MAX_LINKED, wanted)
        return [each.file for each in (*known.values(), *led_to) if concerns(caller, each)]

    def page(self, caller: Caller, request: pb.ListFilesRequest) -> tuple[list[pb.SupervisionFile], str]:
        """Files, the one opened last first, and the token of the next page. Raises RegistryError."""
        wanted = self._wanted(caller, request)
        filters = ("files", caller.uri, *map(str, vars_of(wanted)))
        start = Page(self._state.size - 1, self._ask.today(), (FROM_END, 0))
        page = first_or(request.page_token, filters, start)
        before = min(page.after[0], page.position + 1)
        size = page_size(request.page_size)
        found = self._state.store.files_before(before, size + 1, wanted)
        if len(found) <= size:
            return found, ""
        last = found[size - 1].acts[0].position
        return found[:size], token_of(Page(page.position, page.day, (last, 0)), *filters)

    def _wanted(self, caller: Caller, request: pb.ListFilesRequest) -> FileFilter:
        overseeing = self.oversees(caller)
        named = {request.department, request.addressee} - {""}
        if named and not overseeing and caller.name not in named:
            raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, "没有可以查阅的卷宗。", "department")
        concerned = "" if overseeing or request.department or request.addressee else caller.name
        return FileFilter(
            kinds=(request.kind,) if request.kind else (),
            department=request.department,
            addressee=request.addressee,
            concerned=concerned,
            subject=request.subject,
            matter=request.matter,
        )

    def obligations(
        self, caller: Caller, request: pb.ListObligationsRequest, day: date | None
    ) -> tuple[list[pb.Obligation], bool]:
        """What is not done yet, the most overdue first; and whether there is more than is told."""
        department = request.department
        if not self.oversees(caller):
            if department not in ("", caller.name):
                raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, "没有可以查阅的事项。", "department")
            department = caller.name
        found = [
            each
            for each in self.open_obligations(self.clocks(day), kind=request.kind, department=department)
            if department in ("", each.department) and (each.days_late or not request.overdue_only)
        ]
        found.sort(key=lambda each: (-each.days_late, each.due_on, each.position))
        return found[:MAX_OBLIGATIONS], len(found) > MAX_OBLIGATIONS

    def open_obligations(
        self, clocks: Clocks, *, kind: int = 0, department: str = ""
    ) -> Iterator[pb.Obligation]:
        """Every duty that is not met as seen from a day, whoever's it is; if a department is named, those of
        files that it opened or was told of."""
        store = self._state.store
        files = store.all_files((kind,) if kind else (), department)
        duties: list[Iterator[pb.Obligation]] = [
            chain.from_iterable(obligations_of(file, clocks) for file in files)
        ]
        if kind in (0, FILE_KIND_INSPECTION):
            duties.append(untold_findings(store, clocks, department))
        if kind in (0, FILE_KIND_MATTER):
            duties.append(unfiled(store, clocks, department))
        if kind in (0, FILE_KIND_COMPLAINT) and self._inbox is not None:
            duties.append(untaken(store, self._inbox, clocks, department))
        return (each for each in chain.from_iterable(duties) if not each.met_on)


def concerns(caller: Caller, file: pb.SupervisionFile) -> bool:
    """Whether a caller may know of a file."""
    if caller.role in OVERSEEING:
        return True
    parties = {file.file.department, file.addressee, *(act.department for act in file.acts)}
    return caller.role is CallerRole.DEPARTMENT and caller.name in parties


def may_read(caller: Caller, file: pb.SupervisionFile) -> bool:
    """Whether a caller who may know of a file may have its statements, texts and all."""
    if file.file.kind == FILE_KIND_COMPLAINT:
        return caller.name == file.file.department
    return caller.role is not CallerRole.AUDITOR


def vars_of(wanted: FileFilter) -> tuple[object, ...]:
    """What a filter filters by, in order."""
    return (
        wanted.kinds, wanted.department, wanted.addressee, wanted.concerned, wanted.subject, wanted.matter,
        wanted.source,
    )  # fmt: skip
