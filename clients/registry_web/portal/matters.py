"""Approval matters, filed rules, intermediaries and what associations say, for everybody to read.

    GET /matters           the catalogue: who approves, who supervises, by which rule; kind, page
    GET /rules             rules that are filed, with what they hold; page
    GET /intermediaries    涉审中介 with service, fees and qualification; page
    GET /associations      行业自律信息, said to be that and no credit information; page

None of it is shown beside what is disclosed of an organisation, and none leads there: what an association
says is no verdict, and nobody should take it for one. Addresses name nobody.

Example: ``/matters?kind=2`` is what was delegated, with who took it over and who supervises that body.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from registry.v1 import matter_service_pb2 as pb
from registry_client.supervision.matter_words import MATTER_KINDS, NOTE_KINDS
from registry_client.words import word_of
from registry_web.portal.asking import PAGE, RefusedError
from registry_web.portal.site import Site

_LONGEST_TOKEN = 4096


class MatterListings:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def matters(self, request: Request) -> Response:
        """A page of the catalogue."""
        kind = _chosen(request, MATTER_KINDS)
        asked = pb.ListMattersRequest(kind=kind, page_size=PAGE, page_token=self._token(request))  # type: ignore[arg-type]
        told = await self._site.asking.told(lambda registry: registry.supervision.matters.matters_page(asked))
        return self._page(
            request,
            "matters.html",
            told.next_page_token,
            {"kind": str(kind or "")},
            matters=told.matters,
            kinds=_choices(MATTER_KINDS),
            kind=str(kind or ""),
            kind_of=lambda value: word_of(MATTER_KINDS, value),
        )

    async def rules(self, request: Request) -> Response:
        """A page of filed rules."""
        asked = pb.ListRulesRequest(
            state=pb.RULE_STATE_FILED, page_size=PAGE, page_token=self._token(request)
        )
        told = await self._site.asking.told(lambda registry: registry.supervision.matters.rules_page(asked))
        return self._page(request, "rules.html", told.next_page_token, {}, rules=told.rules)

    async def intermediaries(self, request: Request) -> Response:
        """A page of intermediaries."""
        asked = pb.ListIntermediariesRequest(page_size=PAGE, page_token=self._token(request))
        told = await self._site.asking.told(
            lambda registry: registry.supervision.matters.intermediaries_page(asked)
        )
        shown = told.intermediaries
        return self._page(request, "intermediaries.html", told.next_page_token, {}, intermediaries=shown)

    async def associations(self, request: Request) -> Response:
        """A page of what associations say."""
        kind = _chosen(request, NOTE_KINDS)
        asked = pb.ListAssociationNotesRequest(
            kind=kind,  # type: ignore[arg-type]
            page_size=PAGE,
            page_token=self._token(request),
        )
        told = await self._site.asking.told(lambda registry: registry.supervision.matters.notes_page(asked))
        return self._page(
            request,
            "associations.html",
            told.next_page_token,
            {"kind": str(kind or "")},
            notes=told.notes,
            standing=told.standing,
            kinds=_choices(NOTE_KINDS),
            kind=str(kind or ""),
            kind_of=lambda value: word_of(NOTE_KINDS, value),
        )

    def _token(self, request: Request) -> str:
        """The token of the page asked for; the question is counted. Raises RefusedError."""
        self._site.count(request)
        token = request.query_params.get("page", "")
        if len(token) > _LONGEST_TOKEN:
            raise RefusedError(400, ("页码不能识别，请从第一页重新开始。",))
        return token

    def _page(
        self, request: Request, template: str, token: str, filters: Mapping[str, str], **shown: object
    ) -> Response:
        path = request.url.path
        kept = {name: value for name, value in filters.items() if value}
        more = f"{path}?{urlencode({**kept, 'page': token})}" if token else ""
        first = f"{path}?{urlencode(kept)}" if kept else path
        is_first = not request.query_params.get("page", "")
        return self._site.page(request, template, more=more, first=first, is_first=is_first, **shown)  # type: ignore[arg-type]


def _chosen(request: Request, table: Mapping[str, int]) -> int:
    """The kind asked for; 0 for none, or one that there is not."""
    value = request.query_params.get("kind", "")
    return int(value) if value in {str(each) for each in table.values()} else 0


def _choices(table: Mapping[str, int]) -> list[tuple[str, str]]:
    """Values and words, of several words for one value the first."""
    return [(str(value), word) for word, value in table.items() if word_of(table, value) == word]
