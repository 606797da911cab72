"""Draws in the console (双随机抽取): an order, the draw itself, and everything by which it is repeated.

    /supervision/draws                   draws, those without a result too
    /supervision/draws/new               the order
    /supervision/draws/at/{department}/{number}         one; posted: drawn, and its result proposed
    /supervision/draws/at/{department}/{number}/package.zip     everything to repeat it (核验包)

Rosters and plans are in ``supervision_rosters``. A draw is made here out of the published files in the
evidence store; where there is none, ``registryctl draw run`` makes it out of a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from registry.provenance.draw import DrawError
from registry.v1 import inspection_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client import Registry
from registry_client.bulk.lines import FileFormatError
from registry_client.errors import AnswerError
from registry_client.supervision.draw_package import PackageError, zipped
from registry_client.supervision.draws import ShownDraw
from registry_client.supervision.published_files import stored_files
from registry_client.supervision.roster_files import Prepared, prepare_recusals
from registry_web.console.desk import PageError
from registry_web.console.pages.draw_files import answers_of, rosters_of, said, stored, uploaded
from registry_web.console.pages.draw_forms import order_fields, order_of
from registry_web.console.pages.form_page import require_handler
from registry_web.console.pages.forms import Answers
from registry_web.console.pages.framing import Departments, Frame, asked
from registry_web.console.pages.supervision import takes_acts

DRAWS = "/supervision/draws"
_PAGE = 50
_IN_MEMORY = 8 << 20


class DrawPages:
    """The pages of draws."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route, both = self._frame.route, ("GET", "POST")
        return [
            route(DRAWS, self.draws),
            route(f"{DRAWS}/new", self.order, both),
            route(f"{DRAWS}/at/{{department}}/{{number}}", self.one, both),
            route(f"{DRAWS}/at/{{department}}/{{number}}/package.zip", self.package),
        ]

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
        require_handler(self._frame, request)
        registry, official = self._frame.registry(request), self._frame.official(request)
        plans = registry.supervision.draws.plans(
            service.ListPlansRequest(department=official.department, page_size=_PAGE)
        )
        fields = order_fields(list(plans.plans), rosters_of(self._frame, request))
        answers = answers_of(self._frame, request, fields)
        recusals = self._recusals(request, answers)
        if request.method == "POST" and not answers.faults:
            body = order_of(answers, official.department, recusals)
            if not answers.faults:
                return self._propose_order(request, body, recusals)
        if recusals is not None:  # A browser does not choose a file again by itself.
            answers.fault("recusals", "回避名单", "请重新选择文件")
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
        if not prepared.rows:
            answers.fault("recusals", "回避名单", "文件中没有一行")
        return prepared

    def _propose_order(self, request: Request, body: pb.Supervision, recusals: Prepared | None) -> Response:
        warnings = ["没有附回避名单: 应当回避的人员也可能被抽到。"]
        if recusals is not None:
            official = self._frame.official(request)
            file = pb.FileReference(
                kind=pb.FILE_KIND_DRAW, department=official.department, number=body.draw_order.number
            )
            content = b"".join(recusals.lines)
            warnings = stored(self._frame, request, content, file, body.draw_order.recusals)
        effects = ["此后名录、数量、权重、回避都不可改变; 随机数取自日志中此后的首个系统叶。"]
        return self._frame.acts.propose(
            request, body, title="下抽取令", back=DRAWS, submit="supervision",
            shown={"effects": effects, "warnings": warnings} if warnings else {"effects": effects},
        )  # fmt: skip

    def one(self, request: Request) -> Response:
        """One draw; posted: it is drawn, and the result proposed."""
        found, departments = self._draw(request)
        if request.method == "POST":
            require_handler(self._frame, request)
            return self._run(request, found)
        return self._frame.render(
            request,
            "draw.html",
            found=found,
            draw=found.draw,
            plan=said(found.plan).plan,
            objects=said(found.objects).roster,
            inspectors=said(found.inspectors).roster,
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
        warnings = stored(self._frame, request, b"".join(drawn.lines), file, drawn.result.result)
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


def address_of(departments: Departments, file: pb.FileReference) -> str:
    """Where a draw is shown."""
    return f"{DRAWS}/at/{departments.number(file.department)}/{quote(file.number, safe='')}"


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    with source:
        while block := source.read(1 << 16):
            yield block
