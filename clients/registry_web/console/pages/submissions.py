"""Submissions (报送): the department's statements newest first, one of them, and what was refused and why.

Statements are listed with what they are about and not with what they say; one is shown with natural persons
masked. Refusals name each fault with its field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry_client.disclosure import masked_statement
from registry_web.console.desk import PageError
from registry_web.console.pages import one_page
from registry_web.console.pages.event_form import event_in
from registry_web.console.pages.framing import Frame, asked


class SubmissionPages:
    """The pages of what was submitted."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._frame.route
        return [
            route("/statements", self.list),
            route("/statements/refused", self.refused),
            route("/statements/at/{position}", self.one),
        ]

    def list(self, request: Request) -> Response:
        """What was recorded, newest first."""
        page = one_page.statements(self._frame.registry(request), token=asked(request, "after"))
        return self._frame.render(
            request, "statements.html", page=page, rows=self._frame.rows(request), tab="recorded"
        )

    def refused(self, request: Request) -> Response:
        """What was refused, newest first."""
        before = asked(request, "before")
        given = {"before": int(before)} if before.isdecimal() and len(before) < 19 else {}
        found = one_page.refusals_before(self._frame.registry(request), **given)
        return self._frame.render(
            request, "refusals.html", refusals=found, full=len(found) == one_page.ROWS, tab="refused"
        )

    def one(self, request: Request) -> Response:
        """A statement of one's own."""
        position = request.path_params["position"]
        if not position.isdecimal() or len(position) > 18:
            raise PageError(404, "没有这一陈述。")
        stored = self._frame.registry(request).get_statement(position=int(position))
        content = MessageToDict(masked_statement(stored.statement), preserving_proto_field_name=True)
        content.pop("nonce", None)
        body = stored.statement.WhichOneof("body") or ""
        return self._frame.render(
            request,
            "statement.html",
            stored=stored,
            body=body,
            leaves=list(leaves(content.get(body, {}))),
            record=event_in(stored.statement) is not None,
            candidacy=body == "red_list_candidacy",
        )


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a JSON value with its path, as in ``measures[0].until``."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{number}]")
    else:
        yield path, str(value)
