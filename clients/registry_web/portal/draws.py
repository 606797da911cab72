"""Plans and draws for everybody (随机抽查事项、计划、结果公开): read, downloaded, drawn again at home.

    GET /plans                              yearly plans with what was drawn of each item; page
    GET /draws                              draws, those without a result too; page
    GET /draws/one?by=…&number=…            one draw: what was fixed, and where the randomness comes from
    GET /draws/package?by=…&number=…        the package (核验包) for ``registryctl verify-draw``

``by`` is the 统一社会信用代码 of a department; addresses name nobody else. A package is made of what the
registry proves; whoever does not believe this page checks it without it.

Example: ``/draws/package?by=11130900DEM0000106&number=CQ-1`` is a zip of proofs and the rosters.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from registry.provenance.draw import DrawError
from registry.v1 import inspection_service_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileStatement
from registry.v1.supervision_pb2 import Supervision
from registry_client import Registry
from registry_client.errors import AnswerError
from registry_client.supervision.draw_package import zipped
from registry_client.supervision.published_files import stored_files
from registry_web.portal.asking import PAGE, RefusedError
from registry_web.portal.site import Site

LARGEST = 64 << 20
"""Of the published files of a package that is made here; larger ones are made with ``registryctl``."""
_DOWNLOAD = 20.0
_IN_MEMORY = 4 << 20
_LONGEST = 4096
_TOO_LARGE = "名录很大，请用 registryctl draw publish 取得核验包。"
_NO_RESULT = "这一抽取还没有公布的结果。"
_NOT_HAD = "公布的文件不在证据库中，或者与登记的不符，现在不能制作核验包。"


class DrawListings:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def plans(self, request: Request) -> Response:
        """A page of plans."""
        asked = pb.ListPlansRequest(page_size=PAGE, page_token=self._token(request))
        told = await self._site.asking.told(lambda registry: registry.supervision.draws.plans(asked))
        return self._page(request, "plans.html", told.next_page_token, plans=told.plans)

    async def draws(self, request: Request) -> Response:
        """A page of draws."""
        asked = pb.ListDrawsRequest(page_size=PAGE, page_token=self._token(request))
        told = await self._site.asking.told(lambda registry: registry.supervision.draws.draws(asked))
        return self._page(request, "draws.html", told.next_page_token, draws=told.draws, at=_address)

    async def one(self, request: Request) -> Response:
        """One draw."""
        found = await self._found(request)
        return self._site.page(
            request,
            "draw.html",
            draw=found.draw,
            beacon=found.beacon_position if found.HasField("beacon_position") else None,
            plan=_said(found.plan).plan,
            objects=_said(found.objects).roster,
            inspectors=_said(found.inspectors).roster,
            download=_address(found.draw, "package"),
        )

    async def package(self, request: Request) -> Response:
        """Everything to repeat a draw, as a zip."""
        self._site.count(request, _DOWNLOAD)
        found = await self._found(request)
        if not found.draw.HasField("result"):
            raise RefusedError(404, (_NO_RESULT,))
        rosters = (_said(found.objects).roster, _said(found.inspectors).roster)
        if sum(each.file.size for each in rosters) > LARGEST:
            raise RefusedError(400, (_TOO_LARGE,))
        target = await self._site.asking.told(lambda registry: _made(registry, found.draw))
        if target is None:
            raise RefusedError(404, (_NOT_HAD,))
        headers = {"content-disposition": 'attachment; filename="draw-package.zip"'}
        return StreamingResponse(_blocks(target), media_type="application/zip", headers=headers)

    async def _found(self, request: Request) -> pb.GetDrawResponse:
        self._site.count(request)
        by, number = (request.query_params.get(name, "") for name in ("by", "number"))
        if not by or not number or max(len(by), len(number)) > _LONGEST:
            raise RefusedError(404, ("没有这一抽取。",))
        return await self._site.asking.told(lambda registry: registry.supervision.draws.get(by, number))

    def _token(self, request: Request) -> str:
        """The token of the page asked for; the question is counted. Raises RefusedError."""
        self._site.count(request)
        token = request.query_params.get("page", "")
        if len(token) > _LONGEST:
            raise RefusedError(400, ("页码不能识别，请从第一页重新开始。",))
        return token

    def _page(self, request: Request, template: str, token: str, **shown: object) -> Response:
        path = request.url.path
        more = f"{path}?{urlencode({'page': token})}" if token else ""
        is_first = not request.query_params.get("page", "")
        return self._site.page(request, template, more=more, first=path, is_first=is_first, **shown)  # type: ignore[arg-type]


def _address(draw: pb.PublishedDraw, page: str = "one") -> str:
    query = urlencode({"by": draw.file.department, "number": draw.file.number})
    return f"/draws/{page}?{query}"


def _made(registry: Registry, draw: pb.PublishedDraw) -> IO[bytes] | None:
    """The zip of a draw; None where a file of it cannot be had."""
    target: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - sent after this returns.
    with TemporaryDirectory(prefix="portal-draw-") as folder:
        try:
            files = stored_files(registry.supervision.evidence, Path(folder))
            shown = registry.supervision.draws.shown(draw.file.department, draw.file.number, log=registry.log)
            zipped(shown.package(files), target)
        except (DrawError, AnswerError):
            target.close()
            return None
    target.seek(0)
    return target


def _said(statement: FileStatement) -> Supervision:
    return Statement.FromString(statement.statement.envelope.payload).supervision


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    with source:
        while block := source.read(1 << 16):
            yield block
