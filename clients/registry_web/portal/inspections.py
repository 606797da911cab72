"""检查结果公示: results of inspections that departments have published, as everybody may read them.

    GET  /inspections        page: the registry's token, never a number
    POST /inspections        code: those of one organisation; a code stands in no address
    GET  /inspections.csv    every page, streamed as the registry gives them; at most 200,000 rows

What a visit found is no evaluation of credit (检查结果不是信用评价), and the page says so: it stands apart
from what is disclosed of an organisation's credit, and neither leads to a restriction. The record itself,
with what was found in words and the evidence, is with the department (行政许可法 第六十一条).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from registry.domain.identifiers import code_faults, normalise
from registry.v1 import inspection_service_pb2 as pb
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC
from registry_client.supervision.inspection_words import INSPECTION_CAUSES, INSPECTION_RESULTS
from registry_client.words import word_of
from registry_web.pages import language_of, translator
from registry_web.portal.asking import PAGE, RefusedError
from registry_web.portal.csv_file import MARK, MEDIA_TYPE, csv_lines, packed
from registry_web.portal.site import Site, form_of, text_field

MOST_ROWS = 200_000
CSV_PAGE = 200
HEADINGS = (
    "检查部门", "检查编号", "名称", "统一社会信用代码", "审批事项", "检查缘由", "检查日期", "检查结果",
    "改正期限", "整改到位日期", "公示日期", "公示处",
)  # fmt: skip
_LONGEST_TOKEN = 4096
_DOWNLOAD = 10.0
"""As how many questions a download counts."""


class InspectionListings:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site, self._asking = site, site.asking

    async def page(self, request: Request) -> Response:
        """A page of published results; posted with a code, those of one organisation."""
        self._site.count(request)
        token, code = request.query_params.get("page", ""), ""
        if request.method == "POST":
            form = await form_of(request)
            token, code = text_field(form, "page"), normalise(text_field(form, "code"))
        _check(token, code)
        told = await self._told(token, code=code)
        more = "/inspections?" + urlencode({"page": told.next_page_token})
        return self._site.page(
            request,
            "inspections.html",
            inspections=told.inspections,
            code=code,
            token=told.next_page_token,
            more=more if told.next_page_token else "",
            is_first=not token,
            result_word=lambda result: word_of(INSPECTION_RESULTS, result),
            cause_word=cause_word,
            link_of=link_of,
        )

    async def csv(self, request: Request) -> Response:
        """All of them as a file."""
        self._site.count(request, _DOWNLOAD)
        first, said = await self._told("", size=CSV_PAGE), translator(language_of(request))

        async def rows() -> AsyncIterator[bytes]:
            yield MARK + csv_lines([[said(each) for each in HEADINGS]])
            page, sent = first, 0
            while True:
                yield csv_lines(row_of(each) for each in page.inspections)
                sent += len(page.inspections)
                if not page.next_page_token:
                    return
                if sent >= MOST_ROWS:
                    yield csv_lines([[f"# 只列出前{sent}条。"]])
                    return
                page = await self._told(page.next_page_token, size=CSV_PAGE)

        headers = {
            "content-disposition": 'attachment; filename="inspections.csv"',
            "vary": "accept-encoding",
        }
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return StreamingResponse(rows(), media_type=MEDIA_TYPE, headers=headers)
        headers["content-encoding"] = "gzip"
        return StreamingResponse(packed(rows()), media_type=MEDIA_TYPE, headers=headers)

    async def _told(
        self, token: str, *, code: str = "", size: int = PAGE
    ) -> pb.ListPublishedInspectionsResponse:
        request = pb.ListPublishedInspectionsRequest(subject=code, page_size=size, page_token=token)
        return await self._asking.told(lambda registry: registry.supervision.inspections.page(request))


def _check(token: str, code: str) -> None:
    """Raises RefusedError for what cannot be asked."""
    if len(token) > _LONGEST_TOKEN:
        raise RefusedError(400, ("页码不能识别，请从第一页重新开始。",))
    if code and code_faults(IDENTIFIER_TYPE_USCC, code):
        raise RefusedError(400, ("统一社会信用代码应为18位，请逐位核对。",))


def link_of(place: str) -> str:
    """Where a result is published, if that is an address that a reader may be led to; else empty."""
    plain = place.isascii() and place.isprintable() and " " not in place
    return place if plain and place.startswith(("https://", "http://")) else ""


def cause_word(cause: int) -> str:
    """The cause of an inspection, as far as it is published."""
    return word_of(INSPECTION_CAUSES, cause) if cause else "其他"


def row_of(told: pb.PublishedInspection) -> list[str]:
    """The row of a result, as ``HEADINGS`` has it."""
    return [
        told.department_name,
        told.file.number,
        told.subject_name,
        told.subject,
        told.matter_name or told.matter,
        cause_word(told.cause),
        told.on,
        "；".join(word_of(INSPECTION_RESULTS, each) for each in told.results),
        told.rectify_by,
        told.rectified_on,
        told.published_on,
        told.published_at,
    ]
