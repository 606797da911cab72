"""The list of market bans with its filters and its download, and the typical cases.

    GET /bans        domain, measure, region; page: the registry's token, never a number
    GET /bans.csv    the same filters: every page, streamed as the registry gives them
    GET /cases       page

These addresses name no one, so they may be passed on. A download has at most 200,000 rows; where there are
more the last row says so, and it is no way to keep the registry busy.

Example: ``/bans.csv?domain=bidding&region=130900``.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from registry.v1.subject_pb2 import DOMAIN_UNSPECIFIED, Domain
from registry_web.pages import language_of, translator
from registry_web.portal.asking import CSV_PAGE, RefusedError
from registry_web.portal.csv_file import HEADINGS, MARK, MEDIA_TYPE, csv_lines, packed, row_of
from registry_web.portal.site import Site
from registry_web.portal.words import DOMAIN_NAMES, DOMAINS, REGIONS, china_minute

MOST_ROWS = 200_000
_MEASURE = re.compile(r"[A-Z]-[A-Z]{3}-[0-9]{2}").fullmatch
_REGION = re.compile(r"[0-9]{6}").fullmatch
_LONGEST_TOKEN = 4096
_DOWNLOAD = 10.0
"""As how many questions a download counts."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the list is wanted; empty: everything."""

    domain: str = ""
    measure: str = ""
    region: str = ""

    @classmethod
    def of(cls, request: Request) -> Filters:
        """The filters in an address. Raises RefusedError with every fault."""
        given = request.query_params
        found = cls(
            given.get("domain", ""), given.get("measure", "").strip().upper(), given.get("region", "").strip()
        )
        faults = []
        if found.domain and found.domain not in DOMAIN_NAMES:
            faults.append("领域不在可选范围内。")
        if found.measure and not _MEASURE(found.measure):
            faults.append("措施代码应写作 M-PRO-01 的样式。")
        if found.region and not _REGION(found.region):
            faults.append("地域应为6位行政区划代码，如130900。")
        if len(given.get("page", "")) > _LONGEST_TOKEN:
            faults.append("页码不能识别，请从第一页重新开始。")
        if faults:
            raise RefusedError(400, tuple(faults))
        return found

    @property
    def asked_domain(self) -> Domain.ValueType:
        """The domain as the registry is asked."""
        return Domain.ValueType(DOMAIN_NAMES.get(self.domain, DOMAIN_UNSPECIFIED))

    def address(self, path: str, page: str = "") -> str:
        """An address with these filters."""
        given = {"domain": self.domain, "measure": self.measure, "region": self.region, "page": page}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{query}" if query else path


class Listings:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site, self._asking = site, site.asking

    async def bans(self, request: Request) -> Response:
        """A page of the list."""
        self._site.count(request)
        filters, token = Filters.of(request), request.query_params.get("page", "")
        told = await self._asking.bans(filters.asked_domain, filters.measure, filters.region, token)
        more = filters.address("/bans", told.next_page_token) if told.next_page_token else ""
        return self._site.page(
            request,
            "bans.html",
            filters=filters,
            bans=told.bans,
            answered=told.answered,
            is_first=not token,
            first=filters.address("/bans"),
            more=more,
            download=filters.address("/bans.csv"),
            domains=[(name, DOMAINS[value]) for name, value in DOMAIN_NAMES.items()],
            regions=[(code, name) for code, name in REGIONS.items() if code],
        )

    async def csv(self, request: Request) -> Response:
        """The whole list as a file."""
        self._site.count(request, _DOWNLOAD)
        filters = Filters.of(request)
        first = await self._asking.bans(filters.asked_domain, filters.measure, filters.region, "", CSV_PAGE)
        day = china_minute(first.answered.valid_time)[:10].replace("-", "")
        said = translator(language_of(request))

        async def rows() -> AsyncIterator[bytes]:
            yield MARK + csv_lines([[said(each) for each in HEADINGS]])
            page, sent = first, 0
            while True:
                yield csv_lines(row_of(ban) for ban in page.bans)
                sent += len(page.bans)
                if not page.next_page_token:
                    return
                if sent >= MOST_ROWS:
                    yield csv_lines([[f"# 只列出前{sent}条，请加上筛选条件分别下载。"]])
                    return
                page = await self._asking.bans(
                    filters.asked_domain, filters.measure, filters.region, page.next_page_token, CSV_PAGE
                )

        headers = {
            "content-disposition": f'attachment; filename="market-bans-{day}.csv"',
            "vary": "accept-encoding",
        }
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return StreamingResponse(rows(), media_type=MEDIA_TYPE, headers=headers)
        headers["content-encoding"] = "gzip"
        return StreamingResponse(packed(rows()), media_type=MEDIA_TYPE, headers=headers)

    async def cases(self, request: Request) -> Response:
        """A page of typical cases."""
        self._site.count(request)
        token = request.query_params.get("page", "")
        if len(token) > _LONGEST_TOKEN:
            raise RefusedError(400, ("页码不能识别，请从第一页重新开始。",))
        told = await self._asking.cases(token)
        more = f"/cases?{urlencode({'page': told.next_page_token})}" if told.next_page_token else ""
        return self._site.page(
            request, "cases.html", cases=told.cases, answered=told.answered, is_first=not token, more=more
        )
