"""What every page of the console is built on: who asks, the registry as he may call it, pages, forms.

    def show(request: Request) -> Response:                    # def: runs in a thread; async def: in the loop
        official = desk.official(request)
        held = desk.registry(request).bans.case(request.path_params["case"])
        return desk.render(request, "console/ban.html", held=held, official_may=official.has("APPROVER"))

    def file(request: Request) -> Response:
        given = desk.form(request)                             # of a POST; its token is checked before
        return acts.propose(request, body, title="立案拟定", back="/bans")

    routes = [desk.route("/bans/{case}", show), desk.route("/bans", file, methods=("POST",))]

* A route of ``desk.route`` is for whoever is signed in: others are sent to sign in (GET) and led back.
* Each POST carries ``<input type="hidden" name="csrf" value="{{ csrf }}">`` and comes from the console itself
  (``forgery``); else it is 403 and the endpoint does not run.
* Templates extend ``console/frame.html`` (blocks ``title``, ``head``, ``main``) and know ``official``,
  ``csrf``, ``menu``, ``t``, ``static``, and the macros of ``parts.html``.
* ``RegistryCallError`` need not be caught: it becomes a page with what the registry says. ``PageError(status,
  text)`` becomes a page with that text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from pathlib import Path
from time import time
from typing import Any, cast
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.domain.periods import china_day
from registry.domain.quoting import names_a_person
from registry_client import Registry
from registry_web import forms
from registry_web.console.calling import Calling, RevokedError
from registry_web.console.forgery import FIELD, is_from_here, is_token_of, masked
from registry_web.console.journal import Journal
from registry_web.console.official import Official
from registry_web.console.sessions import CookieJar, Session, Sessions
from registry_web.pages import Pages
from registry_web.security import client_key

SESSION = "session"
BODY_BYTES = 32 * 1024 * 1024
"""Of a request of whoever is signed in."""
MAX_FIELDS = 2_000
MAX_FIELD_BYTES = 4 * 1024 * 1024
MAX_FILES = 20
HEADERS = {"referrer-policy": "same-origin"}
"""With no-referrer a browser would not say either where a form comes from."""

Endpoint = Callable[[Request], Response | Awaitable[Response]]
Menu = Callable[[Official], Sequence[tuple[str, str]]]


class NotSignedInError(Exception):
    """Nobody is signed in: the reader is sent to sign in, and then led back to ``back``."""

    def __init__(self, back: str) -> None:
        super().__init__("not signed in")
        self.back = back


class PageError(Exception):
    """A request that cannot be answered: a page with this status and text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(slots=True)
class Desk:
    """One for a console. ``menu`` says what an official finds in the menu; the pages set it."""

    url: str
    cookies: CookieJar
    sessions: Sessions
    calling: Calling
    journal: Journal
    pages: Pages
    home: Path
    """The directory of the console's database: where it keeps what it keeps."""
    now: Callable[[], float] = time
    menu: Menu = field(default=lambda _official: (("/", "首页"),))

    def today(self) -> str:
        """Today in China."""
        return china_day(int(self.now() * 1000)).isoformat()

    def official(self, request: Request) -> Official:
        """Who is signed in. Raises NotSignedInError, and PageError for whose powers have ended."""
        if (known := getattr(request.state, "official", None)) is None:
            session = self.session(request)
            try:
                known = self.calling.described(session.digest.hex(), session.account.official)
            except RevokedError:
                raise PageError(403, "您的职务已在登记系统中停用, 不能再使用管理台。") from None
            request.state.official = known
        return cast(Official, known)

    def session(self, request: Request) -> Session:
        """The session of a request. Raises NotSignedInError."""
        if (known := getattr(request.state, "session", None)) is None:
            token = self.cookies.of(request, SESSION)
            known = self.sessions.find(token) if token else None
            if known is None:
                raise NotSignedInError(request.url.path if request.method in ("GET", "HEAD") else "/")
            request.state.session = known
        return cast(Session, known)

    def registry(self, request: Request) -> Registry:
        """The registry, called for whoever is signed in. Raises NotSignedInError."""
        session = self.session(request)
        return self.calling.registry(session.digest.hex(), session.account.official)

    def form(self, request: Request) -> FormData:
        """What a POST brought; files are ``starlette.datastructures.UploadFile``: read ``upload.file``."""
        return cast(FormData, request.state.form)

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """A page for whoever is signed in."""
        official = self.official(request)
        common = {
            "official": official,
            "csrf": masked(self.session(request).secret),
            "menu": self.menu(official),
        }
        return self.pages.render(
            request, template, status=status, headers=HEADERS | dict(headers or {}), **{**common, **context}
        )

    def note(self, request: Request, kind: str, detail: str = "") -> None:
        """A line in the journal about whoever is signed in."""
        login = self.session(request).account.login
        self.journal.note(kind, login=login, address=client_key(request.scope), detail=detail)

    def route(
        self, path: str, endpoint: Endpoint, methods: Sequence[str] = ("GET",), *, leaving: bool = False
    ) -> Route:
        """Where a page is; see the module. ``leaving``: for those too whose powers have ended."""

        async def serve(request: Request) -> Response:
            session = await run_in_threadpool(self.session, request)
            if not leaving:
                await run_in_threadpool(self.official, request)
            if request.method != "POST":
                return await answered(endpoint, request)
            request.state.form = form = await read_form(request)
            try:
                self.require_own(request, session.secret)
                return await answered(endpoint, request)
            finally:
                await form.close()  # What was uploaded lies in temporary files.

        return Route(path, serve, methods=list(methods))

    def require_own(self, request: Request, secret: bytes) -> None:
        """Raises PageError unless a POST comes from a page of this console with its token."""
        given = self.form(request).get(FIELD)
        own = is_from_here(request.headers, self.url)
        if not own or not isinstance(given, str) or not is_token_of(secret, given):
            raise PageError(403, "提交没有被接受: 不是从本页面发出, 或页面已过时。请返回后重新打开页面再试。")


async def read_form(request: Request, max_bytes: int = BODY_BYTES) -> FormData:
    """The form of a request, bounded."""
    return await forms.read_form(
        request,
        max_bytes=max_bytes,
        max_files=MAX_FILES,
        max_fields=MAX_FIELDS,
        max_part_size=MAX_FIELD_BYTES,
    )


async def answered(endpoint: Endpoint, request: Request) -> Response:
    """What an endpoint answers; one that is not a coroutine runs in a thread."""
    if iscoroutinefunction(endpoint):
        return cast(Response, await endpoint(request))
    return cast(Response, await run_in_threadpool(endpoint, request))


def to_sign_in(error: NotSignedInError) -> Response:
    """Leads to signing in, and from there back; not where somebody's number was typed into the address."""
    back = "" if error.back == "/" or names_a_person(error.back) else f"?next={quote(error.back, safe='/')}"
    return RedirectResponse(f"/sign-in{back}", 303)


def safe_back(given: str | None) -> str:
    """Where somebody is led after signing in: a path of this console and nothing else (open redirects)."""
    text = given or ""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and "\\" not in text
    return text if plain and text.isprintable() and len(text) <= 500 else "/"
