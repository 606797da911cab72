"""What everybody may know of inspections (检查结果公示; 行政许可法 第六十一条: 公众有权查阅).

* An inspection is listed once its department has published the result: whom, on which matter, on which day,
  with which results, whether what was ordered has been done, and where it is published.
* The inspectors, what they found in words and the evidence are not in it: they may hold secrets of trade and
  what a case still needs, and are opened to whom it concerns by the department.
* What a visit found is no credit information and is shown for three years from it, no longer than any entry
  (公示期). A result that was wrong is mended by an inspection that follows up: each names the other.
* Pages are as of the position of the first one; what is published meanwhile is in the next listing.

Example: JC-7 of 2026-11-20, published on 12-10, checked and found done on 12-21: listed with rectified_on
2026-12-21 from 12-10 on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from registry.commands.ask import Ask
from registry.commands.log_statement import signed_statement
from registry.commands.paging import Page, first_or, token_of
from registry.commands.supervision.files import FROM_END, Files
from registry.domain.files import ACT_NUMBERS, file_key, file_ref
from registry.domain.identifiers import normalise
from registry.store.interface import FileFilter
from registry.supervision.duties import Clocks, first_act, known_by
from registry.supervision.obligations.inspections import PUBLISH, obligations
from registry.v1 import supervision_pb2 as pb
from registry.v1.inspection_service_pb2 import ListPublishedInspectionsRequest, PublishedInspection
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile

DEFAULT_SIZE, MAX_SIZE = 50, 200
BATCH = 500
MOST_READ = 20_000
"""Files looked at for one page; a page may have fewer rows than asked for, and a token all the same."""
SHOWN = timedelta(days=3 * 365 + 1)
MOST_FOLLOWING = 20
_PUBLISHED, _CHECKED = ACT_NUMBERS["result_publication"], ACT_NUMBERS["rectification"]


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """Inspections of a page, the one recorded last first; ``token`` leads to the next, empty at the end."""

    inspections: list[PublishedInspection]
    token: str


OPEN_CAUSES = frozenset(
    {pb.INSPECTION_CAUSE_DRAW, pb.INSPECTION_CAUSE_CAMPAIGN, pb.INSPECTION_CAUSE_FOLLOW_UP}
)
"""Causes that are published. That somebody reported a firm is nobody's to know, and so are the causes from
which it could be worked out by what is left."""


class PublishedInspections:
    """Lists inspections whose results are published."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state, self._files = ask, ask.state, Files(ask)

    def page(self, request: ListPublishedInspectionsRequest) -> PublishedPage:
        """The next of them. Raises RegistryError for a token that is none."""
        filters = ("published inspections", request.department, request.matter, request.subject)
        start = Page(self._state.size - 1, self._ask.today(), (FROM_END, 0))
        page = first_or(request.page_token, filters, start)
        limit, found = min(request.page_size or DEFAULT_SIZE, MAX_SIZE), list[PublishedInspection]()
        clocks, names, last = self._files.clocks(page.day), dict[str, str](), page.after[0]
        for read, file in enumerate(self._inspections(request, min(last, page.position + 1))):
            if len(found) >= limit or read >= MOST_READ:
                return PublishedPage(found, token_of(replace(page, after=(last, 0)), *filters))
            last = file.acts[0].position
            if is_shown(file, page.day, page.position):
                found.append(self._told(file, clocks, names))
        return PublishedPage(found, "")

    def _inspections(
        self, request: ListPublishedInspectionsRequest, before: int
    ) -> Iterator[SupervisionFile]:
        wanted = FileFilter(
            kinds=(pb.FILE_KIND_INSPECTION,),
            department=request.department,
            subject=normalise(request.subject),
            matter=request.matter,
        )
        while files := self._state.store.files_before(before, BATCH, wanted):
            yield from files
            before = files[-1].acts[0].position

    def _told(self, file: SupervisionFile, clocks: Clocks, names: dict[str, str]) -> PublishedInspection:
        file = known_by(file, clocks.day)
        published = _publication(file)
        assert published is not None  # It is shown.
        visit = self._said(file.acts[0]).inspection
        checks = [act for act in file.acts if act.act == _CHECKED]
        late = (each.days_late for each in obligations(file, clocks) if each.deadline == PUBLISH)
        department = self._state.directory.department(file.file.department)
        return PublishedInspection(
            file=file.file,
            department_name=department.name if department is not None else "",
            subject=file.subject,
            subject_name=visit.subject.name,
            matter=file.matter,
            matter_name=self._matter_name(file.matter, file.file.department, names),
            cause=visit.cause if visit.cause in OPEN_CAUSES else pb.INSPECTION_CAUSE_UNSPECIFIED,
            on=file.acts[0].on,
            results=visit.results,
            rectify_by=next((act.until for act in reversed(checks) if act.until), file.acts[0].until),
            rectified_on=next((act.on for act in checks if act.result), ""),
            published_at=self._said(published).result_publication.place,
            published_on=published.on,
            published_days_late=next(late, 0),
            follows=visit.source if self._is_public(visit, clocks) else None,
            followed_by=[each.file for each in self._following(file, clocks)],
        )

    def _said(self, act: FileAct) -> pb.Supervision:
        row = self._state.store.statement(act.position)
        if row is None or row.erased_by is not None:
            return pb.Supervision()
        signed = signed_statement(row, self._state.log)
        return Statement.FromString(signed.envelope.payload).supervision

    def _is_public(self, visit: pb.Inspection, clocks: Clocks) -> bool:
        """Whether what an inspection follows is itself a published inspection."""
        if visit.cause != pb.INSPECTION_CAUSE_FOLLOW_UP:
            return False
        key = file_key(visit.source)
        before = self._state.store.files([key]).get(key)
        return before is not None and is_shown(before, clocks.day, self._state.size)

    def _following(self, file: SupervisionFile, clocks: Clocks) -> Iterator[SupervisionFile]:
        wanted = FileFilter(kinds=(pb.FILE_KIND_INSPECTION,), source=file_ref(file.file))
        for each in self._state.store.files_before(None, MOST_FOLLOWING, wanted):
            if is_shown(each, clocks.day, self._state.size):
                yield each

    def _matter_name(self, number: str, department: str, names: dict[str, str]) -> str:
        """The name of a matter, as the inspecting department or whoever keeps it in its catalogue has it."""
        key = f"{department}/{number}"
        if key not in names:
            codes = [department, *(each.code for each in self._state.directory.departments())]
            references = [(int(pb.FILE_KIND_MATTER), code, number) for code in codes]
            files = self._state.store.files(references)
            file = next((files[each] for each in references if each in files), None)
            names[key] = self._said(file.acts[-1]).matter.name if file is not None else ""
        return names[key]


def is_shown(file: SupervisionFile, day: date, position: int) -> bool:
    """Whether everybody is told of an inspection on a day, as known at a position."""
    published = _publication(file)
    if published is None or published.position > position or published.on > day.isoformat():
        return False
    return date.fromisoformat(file.acts[0].on) + SHOWN >= day


def _publication(file: SupervisionFile) -> FileAct | None:
    return first_act(file, _PUBLISHED)
