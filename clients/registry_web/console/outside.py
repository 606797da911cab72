"""What the doors of the console share: visits, pages for whoever is not signed in, and the step inside.

* A POST needs the cookie of a visit and its token, comes from the console itself, and is small.
* Whoever enters has a new session, whatever the browser brought (session fixation); an earlier session of
  that browser ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry_web.console.accounts import Account
from registry_web.console.desk import (
    HEADERS,
    SESSION,
    Desk,
    Endpoint,
    PageError,
    answered,
    read_form,
    safe_back,
)
from registry_web.console.forgery import masked
from registry_web.console.second_factor import RelyingParty
from registry_web.console.visits import Visit, Visits
from registry_web.security import Rate, client_key

VISIT = "visit"
MOST_BYTES = 64 * 1024
"""Of a form of whoever is not signed in."""
EXPIRED = "登录已超时，请重新开始。"
_BEGUN, _BEGUN_PER_S = 300.0, 0.5
"""Visits that one address begins: there is room for so many (``visits``), and none crowds out the others'."""
_NOTED, _NOTED_PER_S = 60.0, 1 / 60
"""Refusals of one address that the journal takes: nobody fills a disk from outside."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Before the doors. ``provider``: the OpenID provider's name, or nothing."""

    desk: Desk
    visits: Visits
    party: RelyingParty
    provider: str
    noted: Rate = field(default_factory=lambda: Rate(_NOTED, _NOTED_PER_S))
    begun: Rate = field(default_factory=lambda: Rate(_BEGUN, _BEGUN_PER_S))

    def note_refusal(self, request: Request, kind: str, detail: str = "") -> None:
        """A line in the journal about whoever was not let in."""
        address = client_key(request.scope)
        if not self.noted.wait_s(address):
            self.desk.journal.note(kind, address=address, detail=detail)

    def open(self, endpoint: Endpoint) -> Callable[[Request], Any]:
        """An endpoint for whoever is not signed in."""

        async def serve(request: Request) -> Response:
            if request.method == "POST":
                request.state.form = await read_form(request, MOST_BYTES)
                visit = self.find(request)
                if visit is None:
                    return self.again(request, EXPIRED)
                self.desk.require_own(request, visit.secret)
                request.state.visit = visit  # Another request may end it meanwhile.
            return await answered(endpoint, request)

        return serve

    def find(self, request: Request) -> Visit | None:
        """The visit of a request, if there is one."""
        token = self.desk.cookies.of(request, VISIT)
        return self.visits.find(token) if token else None

    def visit(self, request: Request) -> Visit:
        """The visit of a POST, which has one."""
        return cast(Visit, request.state.visit)

    def begin(self, request: Request, response_of: Callable[[Visit], Response], back: str = "/") -> Response:
        """An answer to a new visit, with its cookie. Raises PageError where an address begins too many."""
        if self.begun.wait_s(client_key(request.scope)):
            raise PageError(429, "请求过于频繁, 请稍后再试。")
        token, visit = self.visits.begin(back)
        response = response_of(visit)
        self.desk.cookies.put(response, VISIT, token, lax=True)
        return response

    def end(self, request: Request) -> None:
        """Ends the visit of a request."""
        self.visits.end(self.desk.cookies.of(request, VISIT))

    def again(self, request: Request, fault: str, back: str = "/") -> Response:
        """The sign-in page, of a new visit."""
        settled = not fault and request.query_params.get("said") == "settled"

        def page(visit: Visit) -> Response:
            return self.page(
                request,
                "console/sign_in.html",
                visit,
                status=403 if fault else 200,
                fault=fault,
                settled=settled,
                local=self.party.can_ask,
                provider=self.provider,
            )

        return self.begin(request, page, back)

    def enter(self, request: Request, visit: Visit, account: Account) -> Response:
        """Signs somebody in: a new session and its cookie."""
        address = client_key(request.scope)
        cookies, sessions = self.desk.cookies, self.desk.sessions
        if (earlier := cookies.of(request, SESSION)) and (found := sessions.find(earlier)):
            sessions.end(found.digest)
        token = sessions.begin(account, address, request.headers.get("user-agent", ""))
        self.desk.journal.note("signed in", login=account.login, address=address)
        self.end(request)
        response = RedirectResponse(safe_back(visit.back), 303)
        cookies.put(response, SESSION, token)
        cookies.drop(response, VISIT)
        return response

    def text(self, request: Request, name: str) -> str:
        """A field of a form. Raises PageError where it is a file."""
        given = self.desk.form(request).get(name, "")
        if not isinstance(given, str):
            raise PageError(400, "提交的内容不能读取。")
        return given

    def page(
        self, request: Request, template: str, visit: Visit, *, status: int = 200, **context: Any
    ) -> Response:
        """A page for whoever is not signed in."""
        common = {"csrf": masked(visit.secret), "menu": ()}
        return self.desk.pages.render(
            request, template, status=status, headers=HEADERS, **{**common, **context}
        )
