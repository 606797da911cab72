"""Double random in the console (双随机): rosters, plans, draws, from a file to a result that can be repeated.

    /supervision/rosters                 rosters of the department; a file checked by its cells
    /supervision/plans                   yearly plans with what was drawn of them; a file of items
    /supervision/held/{name}             what was read, before it is signed; …/file.csv as it is published
    /supervision/lists/{file}            templates of the files (``roster-objects.xlsx`` …)
    /supervision/draws                   draws, those without a result too
    /supervision/draws/new               the order
    /supervision/draws/at/{department}/{number}         one; posted: drawn, and its result proposed
    /supervision/draws/at/{department}/{number}/package.zip     everything to repeat it (核验包)

Files go into the evidence store before the act that names them is signed: a file that nobody names is seen by
nobody, and one that is named can be had by everybody. Where the store takes none, the page says so, and the
file has to be published elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from registry.provenance.draw import DrawError
from registry.provenance.draw.rows import cells_of
from registry.v1 import inspection_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import ListFilesRequest
from registry_client import Registry
from registry_client.bulk.lines import FileFormatError
from registry_client.bulk.templates import template_text, template_workbook
from registry_client.errors import AnswerError, RegistryCallError
from registry_client.supervision import roster_layouts
from registry_client.supervision.draw_package import PackageError, zipped
from registry_client.supervision.draws import ShownDraw
from registry_client.supervision.published_files import stored_files
from registry_client.supervision.roster_files import (
    Prepared,
    prepare,
    prepare_plan,
    prepare_recusals,
)
from registry_web.console.desk import PageError
from registry_web.console.pages.draw_files import SHOWN, HeldFile, HeldFiles, told, uploaded
from registry_web.console.pages.draw_forms import (
    ROSTER_KINDS,
    order_fields,
    order_of,
    plan_fields,
    plan_of,
    roster_fields,
    roster_of,
)
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.supervision import takes_acts

ROSTERS, PLANS, DRAWS, HELD, LISTS = (
    "/supervision/rosters", "/supervision/plans", "/supervision/draws", "/supervision/held",
    "/supervision/lists",
)  # fmt: skip
_PAGE = 50
_ROSTERS_SHOWN = 100
_IN_MEMORY = 8 << 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_STORED = "证据库没有收存公布的文件, 请另行公布: "


class DrawPages:
    """The pages of rosters, plans and draws."""

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
            route(DRAWS, self.draws),
            route(f"{DRAWS}/new", self.order, both),
            route(f"{DRAWS}/at/{{department}}/{{number}}", self.one, both),
            route(f"{DRAWS}/at/{{department}}/{{number}}/package.zip", self.package),
        ]

    # --- rosters and plans

    def rosters(self, request: Request) -> Response:
        """The department's rosters; posted: a file is read."""
        fields, found = roster_fields(), list[tuple[int, str, str]]()
        answers = self._answers(request, fields)
        if request.method == "POST" and not answers.faults:
            try:
                name, content = uploaded(self._frame.form(request))
                prepared = prepare(answers["kind"], name, content)
                if not prepared.faults:
                    return self._keep_roster(request, name, answers, prepared)
                found = told(prepared.faults)
            except FileFormatError as error:
                answers.fault("file", "文件", str(error))
        rosters = self._rosters(request)
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
        fields, found = plan_fields(), list[tuple[int, str, str]]()
        answers = self._answers(request, fields)
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
            return self._frame.render(request, "draw_held.html", held=held, name=request.path_params["name"])
        warnings = []
        if held.content:
            number = held.act.roster.number
            file = pb.FileReference(
                kind=pb.FILE_KIND_ROSTER, department=self._frame.official(request).department, number=number
            )
            warnings = self._store(request, held.content, file, held.act.roster.file)
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

    # --- draws

    def draws(self, request: Request) -> Response:
        """Draws, the one ordered last first."""
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        listed = service.ListDrawsRequest(
            department=departments.code(asked(request, "department")),
            page_size=_PAGE,
            page_token=asked(request, "after"),
        )
        return self._frame.render(
            request,
            "draws.html",
            page=registry.supervision.draws.draws(listed),
            departments=departments,
            department=asked(request, "department"),
            signs=takes_acts(self._frame.official(request)),
            at=lambda file: address_of(departments, file),
        )

    def order(self, request: Request) -> Response:
        """The form of an order."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        plans = registry.supervision.draws.plans(
            service.ListPlansRequest(department=official.department, page_size=_PAGE)
        )
        fields = order_fields(list(plans.plans), self._rosters(request))
        answers = self._answers(request, fields)
        recusals = self._recusals(request, answers)
        if request.method == "POST" and not answers.faults:
            body = order_of(answers, official.department, recusals)
            if not answers.faults:
                return self._propose_order(request, body, recusals)
        return self._frame.render(
            request,
            "draw_new.html",
            status=400 if answers.faults else 200,
            fields=fields,
            answers=answers,
            back=DRAWS,
        )

    def _recusals(self, request: Request, answers: Answers) -> Prepared | None:
        """The list of recusals that was chosen; its first fault is noted."""
        if request.method != "POST":
            return None
        try:
            name, content = uploaded(self._frame.form(request), "recusals")
        except FileFormatError:
            return None  # None was chosen, and none is needed.
        try:
            prepared = prepare_recusals(name, content)
        except FileFormatError as error:
            answers.fault("recusals", "回避名单", str(error))
            return None
        for fault in prepared.faults[:1]:
            answers.fault("recusals", "回避名单", f"第{fault.line}行{fault.column}: {fault.message}")
        return prepared

    def _propose_order(self, request: Request, body: pb.Supervision, recusals: Prepared | None) -> Response:
        warnings: list[str] = []
        if recusals is not None and recusals.rows:
            official = self._frame.official(request)
            file = pb.FileReference(
                kind=pb.FILE_KIND_DRAW, department=official.department, number=body.draw_order.number
            )
            content = b"".join(recusals.lines)
            warnings = self._store(request, content, file, body.draw_order.recusals)
        effects = ["此后名录、数量、权重、回避都不可改变; 随机数取自日志中此后的首个系统叶。"]
        return self._frame.acts.propose(
            request, body, title="下抽取令", back=DRAWS, submit="supervision",
            shown={"effects": effects, "warnings": warnings} if warnings else {"effects": effects},
        )  # fmt: skip

    def one(self, request: Request) -> Response:
        """One draw; posted: it is drawn, and the result proposed."""
        found, departments = self._draw(request)
        if request.method == "POST":
            return self._run(request, found)
        return self._frame.render(
            request,
            "draw.html",
            found=found,
            draw=found.draw,
            plan=_said(found.plan).plan,
            objects=_said(found.objects).roster,
            inspectors=_said(found.inspectors).roster,
            departments=departments,
            own=found.draw.file.department == self._frame.official(request).department,
            signs=takes_acts(self._frame.official(request)),
            address=request.url.path,
        )

    def _run(self, request: Request, found: service.GetDrawResponse) -> Response:
        registry, file = self._frame.registry(request), found.draw.file
        if file.department != self._frame.official(request).department:
            raise PageError(409, "这一抽取由另一部门办理。")
        with TemporaryDirectory(prefix="registry-draw-") as folder:
            try:
                drawn = self._shown(registry, file).drawn(
                    stored_files(registry.supervision.evidence, Path(folder))
                )
            except (DrawError, AnswerError) as fault:
                raise PageError(409, f"现在不能抽取: {fault}") from None
        warnings = self._store(request, b"".join(drawn.lines), file, drawn.result.result)
        effects = [drawn.failure or f"抽取{drawn.drawn}户; 任何人都可以重新抽取, 得到同一结果。"]
        return self._frame.acts.propose(
            request,
            pb.Supervision(draw_result=drawn.result),
            title="登记抽取结果",
            back=request.url.path,
            submit="supervision",
            shown={"effects": effects, "warnings": warnings} if warnings else {"effects": effects},
        )

    def package(self, request: Request) -> Response:
        """Everything to repeat a draw, as a zip."""
        registry, (found, _) = self._frame.registry(request), self._draw(request)
        target: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - sent after this returns.
        with TemporaryDirectory(prefix="registry-draw-") as folder:
            try:
                files = stored_files(registry.supervision.evidence, Path(folder))
                zipped(self._shown(registry, found.draw.file).package(files), target)
            except (DrawError, AnswerError, PackageError) as fault:
                raise PageError(409, f"还没有核验包: {fault}") from None
        target.seek(0)
        headers = {"content-disposition": 'attachment; filename="draw-package.zip"'}
        return StreamingResponse(_blocks(target), media_type="application/zip", headers=headers)

    def _shown(self, registry: Registry, file: pb.FileReference) -> ShownDraw:
        return registry.supervision.draws.shown(file.department, file.number, log=registry.log)

    def _draw(self, request: Request) -> tuple[service.GetDrawResponse, Departments]:
        registry = self._frame.registry(request)
        departments = Departments.of(registry)
        department = departments.code(request.path_params["department"])
        return registry.supervision.draws.get(department, request.path_params["number"]), departments

    # --- shared

    def _rosters(self, request: Request) -> dict[str, list[pb.Roster]]:
        """The department's rosters by kind, the newest first."""
        registry, official = self._frame.registry(request), self._frame.official(request)
        found: dict[str, list[pb.Roster]] = {kind: [] for kind in ROSTER_KINDS}
        listed = ListFilesRequest(
            kind=pb.FILE_KIND_ROSTER, department=official.department, page_size=_ROSTERS_SHOWN
        )
        for file in registry.supervision.files(listed).files:
            kind = "objects" if file.variant == pb.ROSTER_KIND_OBJECTS else "inspectors"
            view = registry.supervision.file(pb.FILE_KIND_ROSTER, file.file.department, file.file.number)
            found[kind] += [_said(each).roster for each in view.statements[:1]]
        return found

    def _answers(self, request: Request, fields: list[Field]) -> Answers:
        if request.method == "POST":
            return Answers.read(fields, dict(self._frame.form(request)))
        return Answers.initial(fields)

    def _store(
        self, request: Request, content: bytes, file: pb.FileReference, item: pb.EvidenceItem
    ) -> list[str]:
        """Puts a published file into the evidence store; what the signer should know if that fails."""
        store = self._frame.registry(request).supervision.evidence
        try:
            store.upload_bytes(content, file, media_type=item.media_type, title=item.title)
        except RegistryCallError as error:
            return [f"{_NOT_STORED}{error}"]
        return []


def address_of(departments: Departments, file: pb.FileReference) -> str:
    """Where a draw is shown."""
    return f"{DRAWS}/at/{departments.number(file.department)}/{quote(file.number, safe='')}"


def _said(statement: object) -> pb.Supervision:
    payload: bytes = statement.statement.envelope.payload  # type: ignore[attr-defined]
    return Statement.FromString(payload).supervision


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    with source:
        while block := source.read(1 << 16):
            yield block
