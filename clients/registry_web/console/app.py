"""The console as one application: its own doors and desk, the pages on top, the guard around.

    console_app(config, registry)        # ASGI, for ``registry_web.serving.WebServer``

Pages come from ``registry_web.console.pages``: ``routes(desk, acts, pages)``, and where it has one
``menu(official)``. Without the package there is a first page that says who is signed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import grpc
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.provenance.access_token import TokenError, TokenKey
from registry_client import Registry, RegistryCallError
from registry_web.config import ConsoleConfig, WebConfigError
from registry_web.console.accounts import Accounts
from registry_web.console.act_pages import ActPages
from registry_web.console.act_store import ActStore
from registry_web.console.act_work import ActWork
from registry_web.console.acting import Acts
from registry_web.console.attempts import Attempts
from registry_web.console.calling import Calling, face_identity
from registry_web.console.database import open_database
from registry_web.console.desk import BODY_BYTES, HEADERS, Desk, NotSignedInError, PageError, to_sign_in
from registry_web.console.forgery import masked
from registry_web.console.invitations import Invitations
from registry_web.console.journal import Journal
from registry_web.console.oidc import Provider
from registry_web.console.outside import Outside
from registry_web.console.own_page import OwnPage
from registry_web.console.provider_door import ProviderDoor
from registry_web.console.second_factor import RelyingParty
from registry_web.console.sessions import CookieJar, Sessions
from registry_web.console.sign_in import SignIn
from registry_web.console.signing import SigningComponent
from registry_web.console.visits import Visits
from registry_web.kept_file import Database, DatabaseError
from registry_web.pages import Pages, static_routes
from registry_web.security import Guard, Limits, Rate

PagesOf = Callable[[Desk, Acts], list[Route]]
BURST, PER_S = 240.0, 20.0
_PAGES = "registry_web.console.pages"
_STATUS = {
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 503,
}
_UNREACHED = "登记系统没有应答, 请稍后再试; 已经办理的不受影响。"
_NOT_TRUSTED = "登记系统不认可管理台的身份, 请运维人员核对令牌密钥 (registry token trust)。"


def console_app(
    config: ConsoleConfig,
    registry: Registry,
    now: Callable[[], float] = time.time,
    pages_of: PagesOf | None = None,
) -> Any:
    """The console, ASGI. ``pages_of`` takes the place of the pages.

    Raises WebConfigError, CredentialsError."""
    try:
        database = open_database(config.database)
        key = TokenKey.load(config.token_key)
    except (DatabaseError, TokenError) as error:
        raise WebConfigError(str(error)) from None
    secure = config.url.startswith("https://")
    pages = Pages(
        "console",
        secure=secure,
        shrunk=False,
        given={"site_name": "公共信用信息与联合奖惩登记", "site_line": "管理台"},
    )
    desk = Desk(
        url=config.url,
        cookies=CookieJar(secure, "lax" if config.oidc else "strict"),
        sessions=Sessions(database, now),
        calling=Calling(registry, key, face_identity(config.credentials), now),
        journal=Journal(database, now),
        pages=pages,
        home=config.database.parent,
        now=now,
    )
    application = Starlette(
        routes=[*static_routes(), *_routes(config, desk, database, pages_of or _pages)],
        exception_handlers={
            NotSignedInError: _sign_in_first,
            PageError: _Failures(desk).page,
            RegistryCallError: _Failures(desk).call,
            HTTPException: _Failures(desk).http,
        },
    )
    application.router.redirect_slashes = False  # It would lead to http:// from behind a proxy with TLS.
    limits = Limits(BODY_BYTES, Rate(BURST, PER_S))
    return Guard(application, host=config.host, limits=limits, secure=secure)


def _routes(config: ConsoleConfig, desk: Desk, database: Database, pages_of: PagesOf) -> list[Route]:
    now = desk.now
    party, store = RelyingParty(config.url), ActStore(database, now)
    signing = SigningComponent(config.signer)
    acts = Acts(desk, store, signing)
    provider = Provider(config.oidc, config.url, now) if config.oidc else None
    accounts = Accounts(database, now)
    outside = Outside(desk, Visits(now), party, provider.name if provider else "")
    doors = SignIn(outside, accounts, Attempts(database, now)).routes()
    doors += Invitations(outside, accounts).routes()
    doors += ProviderDoor(outside, accounts, provider).routes() if provider else []
    own = ActPages(desk, store, ActWork(desk, store, signing), party)
    return [*doors, *own.routes(), *OwnPage(desk, signing).routes(), *pages_of(desk, acts)]


def _pages(desk: Desk, acts: Acts) -> list[Route]:
    """The pages of the package beside, if it has any yet."""
    found: Any = import_module(_PAGES) if find_spec(_PAGES) else None
    if not hasattr(found, "routes"):
        return [desk.route("/", lambda request: desk.render(request, "console/first.html"))]
    if hasattr(found, "menu"):
        desk.menu = found.menu
    routes: list[Route] = found.routes(desk, acts, desk.pages)
    return routes


async def _sign_in_first(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotSignedInError)
    return to_sign_in(error)


class _Failures:
    """What failed, as a page: within the frame for whoever is signed in, else without."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, request: Request, error: Exception) -> Response:
        """A page's own refusal."""
        assert isinstance(error, PageError)
        return self._failed(request, error.status, [error.text])

    async def call(self, request: Request, error: Exception) -> Response:
        """The registry has refused, or was not reached."""
        assert isinstance(error, RegistryCallError)
        if error.code is grpc.StatusCode.UNAUTHENTICATED:
            return self._failed(request, 503, [_NOT_TRUSTED])
        status = _STATUS.get(error.code, 503)
        if error.code not in _STATUS:
            return self._failed(request, status, [_UNREACHED])
        said = [each.description for each in error.violations] or [error.message]
        return self._failed(request, status, said)

    async def http(self, request: Request, error: Exception) -> Response:
        """No such page, a method it does not know, a form that cannot be read."""
        assert isinstance(error, HTTPException)
        told = {404: "没有这一页。", 405: "不支持这一请求方法。", 413: "提交的内容过大。"}
        return self._failed(request, error.status_code, [told.get(error.status_code, "提交的内容不能读取。")])

    def _failed(self, request: Request, status: int, said: list[str]) -> Response:
        context: dict[str, Any] = {"said": said, "inside": False, "menu": ()}
        session, official = (getattr(request.state, name, None) for name in ("session", "official"))
        if session is not None and official is not None:
            context |= {"inside": True, "official": official, "menu": self._desk.menu(official)}
            context["csrf"] = masked(session.secret)
        return self._desk.pages.render(
            request, "console/failed.html", status=status, headers=HEADERS, **context
        )
