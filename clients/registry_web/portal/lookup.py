"""Search, and the page of one organisation. Both are posted: what was looked for is in no address.

    POST /search         q: a name or a code     → matches; a code leads straight to the organisation
    POST /organisation   code                    → what is disclosed of it

A reload asks the browser's usual question whether to post again; a link to such a page cannot be passed on,
and that is meant: whoever wants to pass on what the registry says asks for a receipt.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.v1.verdict_pb2 import RESOLUTION_STATUS_AMBIGUOUS, RESOLUTION_STATUS_NOT_FOUND
from registry_web.portal.asking import RefusedError
from registry_web.portal.charts import bars_of, lines_of
from registry_web.portal.site import Site, form_of, text_field
from registry_web.portal.typed import Query, Typed, read_code, read_typed
from registry_web.portal.words import DOMAINS, EVERYWHERE, REGIONS


class Lookup:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site, self._asking = site, site.asking

    async def home(self, request: Request) -> Response:
        """The first page."""
        return await self._home(request, Query(Typed.NAME))

    async def search(self, request: Request) -> Response:
        """What the search box finds."""
        if request.method != "POST":
            return RedirectResponse(_home_address(request), 303)
        self._site.count(request)
        typed = read_typed(text_field(await form_of(request), "q"))
        if typed.kind is Typed.FAULT:
            return await self._home(request, typed, status=400)
        if typed.kind is Typed.CODE:
            return await self._organisation(request, typed.text)
        found = await self._asking.find(typed.text)
        return self._site.page(request, "search.html", asked=typed.text, matches=found)

    async def organisation(self, request: Request) -> Response:
        """One organisation."""
        if request.method != "POST":
            return RedirectResponse(_home_address(request), 303)
        self._site.count(request)
        typed = read_code(text_field(await form_of(request), "code"))
        if typed.kind is Typed.FAULT:
            return await self._home(request, typed, status=400)
        return await self._organisation(request, typed.text)

    async def _organisation(self, request: Request, code: str) -> Response:
        told = await self._asking.of(code)
        sections = [section for section in told.sections if section.entries]
        return self._site.page(
            request,
            "organisation.html",
            code=code,
            identity=told.identity,
            is_known=told.identity.status != RESOLUTION_STATUS_NOT_FOUND,
            is_ambiguous=told.identity.status == RESOLUTION_STATUS_AMBIGUOUS,
            sections=sections,
            disclosed=sum(len(section.entries) for section in sections),
            measure_names={hit.measure_code: hit.measure_name for hit in told.restrictions},
            list_names={hit.list_code: hit.list_name for hit in told.restrictions},
            told=told,
        )

    async def _home(self, request: Request, typed: Query, *, status: int = 200) -> Response:
        """The first page, with what was wrong with what was typed; where need be without charts."""
        try:
            told = await self._asking.statistics()
        except RefusedError:
            told = None
        rows = list(told.rows) if told else []
        last = max((row.month for row in rows), default="")
        running = [row for row in rows if row.month == last]
        return self._site.page(
            request,
            "home.html",
            status=status,
            typed=typed,
            told=told,
            in_force=sum(row.in_force for row in running),
            began=sum(row.began for row in running),
            lines=lines_of(rows, DOMAINS),
            bars=bars_of(rows, REGIONS, EVERYWHERE),
        )


def _home_address(request: Request) -> str:
    language = request.query_params.get("lang", "")
    return f"/?lang={language}" if language in ("zh", "en") else "/"
