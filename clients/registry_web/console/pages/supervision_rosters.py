"""Rosters and yearly plans in the console (名录库、年度计划): files checked by their cells, then signed.

    /supervision/rosters                 rosters of the department; a file checked by its cells
    /supervision/plans                   yearly plans with what was drawn of them; a file of items
    /supervision/held/{name}             what was read, before it is signed; …/file.csv as it is published
    /supervision/lists/{file}            templates of the files (``roster-objects.xlsx`` …)

The published file goes into the evidence store before the act that names it is signed: a file that nobody
names is seen by nobody, and one that is named can be had by everybody. Where the store takes none, the page
says so, and the file has to be published elsewhere.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.provenance.draw.rows import cells_of
from registry.v1 import inspection_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client.bulk.lines import FileFormatError
from registry_client.bulk.templates import template_text, template_workbook
from registry_client.supervision import roster_layouts
from registry_client.supervision.roster_files import Prepared, prepare, prepare_plan
from registry_web.console.desk import PageError
from registry_web.console.pages.draw_files import (
    SHOWN,
    HeldFile,
    HeldFiles,
    answers_of,
    rosters_of,
    stored,
    told,
    uploaded,
)
from registry_web.console.pages.draw_forms import (
    ROSTER_KINDS,
    plan_fields,
    plan_of,
    roster_fields,
    roster_of,
)
from registry_web.console.pages.form_page import require_handler
from registry_web.console.pages.forms import Answers
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.supervision import takes_acts

ROSTERS, PLANS, HELD, LISTS = (
    "/supervision/rosters", "/supervision/plans", "/supervision/held", "/supervision/lists",
)  # fmt: skip
_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RosterPages:
    """The pages of rosters and plans."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._held = HeldFiles()

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route(ROSTERS, self.rosters, both),
            route(PLANS, self.plans, both),
            route(f"{HELD}/{{name}}", self.held, both),
            route(f"{HELD}/{{name}}/file.csv", self.held_file),
            route(f"{LISTS}/{{file}}", self.template),
        ]

    def rosters(self, request: Request) -> Response:
        """The department's rosters; posted: a file is read."""
        if request.method == "POST":
            require_handler(self._frame, request)
        fields, found = roster_fields(), list[tuple[int, str, str]]()
        answers = answers_of(self._frame, request, fields)
        if request.method == "POST" and not answers.faults:
            try:
                name, content = uploaded(self._frame.form(request))
                prepared = prepare(answers["kind"], name, content)
                if not prepared.faults:
                    return self._keep_roster(request, name, answers, prepared)
                found = told(prepared.faults)
            except FileFormatError as error:
                answers.fault("file", "文件", str(error))
        rosters = rosters_of(self._frame, request)
        return self._frame.render(
            request,
            "rosters.html",
            status=400 if answers.faults or found else 200,
            fields=fields,
            answers=answers,
            found=found,
            rosters=[(ROSTER_KINDS[kind], each) for kind in ROSTER_KINDS for each in rosters[kind]],
            signs=takes_acts(self._frame.official(request)),
        )

    def plans(self, request: Request) -> Response:
        """Plans; posted: a file of items is read."""
        if request.method == "POST":
            require_handler(self._frame, request)
        fields, found = plan_fields(), list[tuple[int, str, str]]()
        answers = answers_of(self._frame, request, fields)
        if request.method == "POST" and not answers.faults:
            try:
                name, content = uploaded(self._frame.form(request))
                prepared = prepare_plan(name, content)
                if not prepared.faults:
                    act = plan_of(answers, prepared)
                    owner = self._frame.official(request).account
                    return self._kept(HeldFile(owner, name, "年度抽查计划", act, items=prepared.items))
                found = told(prepared.faults)
            except FileFormatError as error:
                answers.fault("file", "文件", str(error))
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        listed = service.ListPlansRequest(
            department=departments.code(asked(request, "department")),
            page_size=_PAGE,
            page_token=asked(request, "after"),
        )
        return self._frame.render(
            request,
            "plans.html",
            status=400 if answers.faults or found else 200,
            fields=fields,
            answers=answers,
            found=found,
            page=registry.supervision.draws.plans(listed),
            departments=departments,
            department=asked(request, "department"),
            signs=takes_acts(self._frame.official(request)),
        )

    def held(self, request: Request) -> Response:
        """What was read; posted: it becomes an act."""
        held = self._of(request)
        if request.method != "POST":
            name = request.path_params["name"]
            return self._frame.render(request, "draw_held.html", held=held, name=name, shown=SHOWN)
        warnings = []
        if held.content:
            number = held.act.roster.number
            file = pb.FileReference(
                kind=pb.FILE_KIND_ROSTER, department=self._frame.official(request).department, number=number
            )
            warnings = stored(self._frame, request, held.content, file, held.act.roster.file)
        back = ROSTERS if held.content else PLANS
        title = "登记名录库" if held.content else "登记年度抽查计划"
        shown = {"文件": held.name, "warnings": warnings} if warnings else {"文件": held.name}
        return self._frame.acts.propose(
            request, held.act, title=title, back=back, submit="supervision", shown=shown
        )

    def held_file(self, request: Request) -> Response:
        """The file as it is published."""
        held = self._of(request)
        name = f"attachment; filename*=UTF-8''{quote(held.kind)}.csv"
        headers = {"content-disposition": name}
        return Response(held.content, media_type="text/csv; charset=utf-8", headers=headers)

    def template(self, request: Request) -> Response:
        """An empty file to fill."""
        kind, _, ending = request.path_params["file"].rpartition(".")
        layout = roster_layouts.KINDS.get(kind)
        if layout is None or ending not in ("csv", "xlsx"):
            raise PageError(404, "没有这一模板。")
        content = (
            template_text(layout)
            if ending == "csv"
            else template_workbook(layout, roster_layouts.explanation_of)
        )
        name = f"attachment; filename*=UTF-8''{quote(f'{layout.name}模板.{ending}')}"
        kinds = {"csv": "text/csv; charset=utf-8", "xlsx": _XLSX}
        return Response(content, media_type=kinds[ending], headers={"content-disposition": name})

    def _keep_roster(self, request: Request, name: str, answers: Answers, prepared: Prepared) -> Response:
        rows = tuple(tuple(cells_of(line[:-1])) for line in prepared.lines[: SHOWN // 4 + 1])
        return self._kept(
            HeldFile(
                self._frame.official(request).account,
                name,
                ROSTER_KINDS[answers["kind"]],
                roster_of(answers, prepared),
                content=b"".join(prepared.lines),
                rows=rows,
                prepared=prepared,
            )
        )

    def _kept(self, file: HeldFile) -> Response:
        return RedirectResponse(f"{HELD}/{self._held.keep(file)}", 303)

    def _of(self, request: Request) -> HeldFile:
        return self._held.of(request.path_params["name"], self._frame.official(request).account)
