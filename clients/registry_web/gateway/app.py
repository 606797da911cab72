"""The gateway as an ASGI application: a path for each method, its description, and nothing else.

    gateway_app("registry.example:8443", Credentials.load("clients/gateway"), site="https://gw.example:8491")

    POST /v1/…            the methods (``registry_web.gateway.rules``)
    GET  /openapi.json    OpenAPI 3.1
    GET  /docs            the same for people

A query in the address is refused wherever it stands: identifiers are in no URL. Whatever fails is a problem
(RFC 9457), an exception as well: the log has it under a number, the caller the number.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from registry_client.credentials import Credentials
from registry_web import security
from registry_web.gateway.asking import new_request_id, request_id_of
from registry_web.gateway.calls import Calls
from registry_web.gateway.endpoint import Endpoint, House
from registry_web.gateway.limits import MAX_BODY_BYTES, Limits
from registry_web.gateway.pages import page_routes
from registry_web.gateway.problems import INTERNAL, TOO_LARGE, Problem
from registry_web.gateway.rules import rules
from registry_web.security import Guard

_GUARD_BYTES = 2 * MAX_BODY_BYTES
"""What the endpoint would refuse with better words comes as far as the endpoint."""
_OF_GUARD = {
    405: "METHOD_NOT_ALLOWED",
    413: TOO_LARGE,
    421: "ADDRESS_MISDIRECTED",
    429: "RATE_LIMITED",
}
_OF_STATUS = {404: "PATH_UNKNOWN", 405: "METHOD_NOT_ALLOWED"}
logger = logging.getLogger(__name__)
_Handler = Callable[[Request, Exception], Awaitable[Response]]


def gateway_app(
    target: str, credentials: Credentials, *, site: str = "", limits: Limits | None = None
) -> Guard:
    """The gateway to the registry at ``target``, which it calls with its own certificate. ``site`` is the URL
    by which it is reached, and no other Host is answered; empty: any."""
    limits = limits or Limits()
    app = _inner(target, credentials, site=site, limits=limits)
    borne = security.Limits(_GUARD_BYTES, limits.addresses)
    where = urlsplit(site)
    return Guard(
        app, host=where.netloc, limits=borne, secure=where.scheme == "https", refusing=_guarded(site)
    )


def _inner(target: str, credentials: Credentials, *, site: str, limits: Limits) -> Starlette:
    house = House(Calls(target, credentials), limits, site)
    endpoints = {rule.path: Endpoint(rule, house) for rule in rules()}
    # They are looked up before; as routes they say that their paths take POST and nothing else.
    methods = [Route(path, endpoint, methods=["POST"]) for path, endpoint in endpoints.items()]
    app = Starlette(
        routes=[*methods, *page_routes(site)],
        middleware=[Middleware(_Door, site=site, endpoints=endpoints)],
        exception_handlers={HTTPException: _refused(site), Exception: _failed(site)},
    )
    app.router.redirect_slashes = False
    return app


def _guarded(site: str) -> security.Refusing:
    """What the guard refuses, as a problem."""

    def respond(status: int, text: str, headers: Mapping[str, str]) -> Response:
        reason = _OF_GUARD.get(status, INTERNAL)
        request_id = new_request_id()
        allowed = {"allow": "GET, HEAD, POST"} if status == 405 else {}
        told = {**headers, **allowed, "x-request-id": request_id}
        return Problem(status, reason, text).response(site, request_id, told)

    return respond


class _Door:
    """Refuses addresses with a query before anything reads them, and finds methods by their paths: to go
    through some eighty routes would take as long as to read the question."""

    def __init__(self, app: ASGIApp, site: str, endpoints: Mapping[str, Endpoint]) -> None:
        self._app = app
        self._site = site
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["query_string"]:
            request_id = request_id_of(Request(scope).headers)
            refusal = Problem.own("QUERY_NOT_ALLOWED").response(
                self._site, request_id, {"x-request-id": request_id}
            )
            await refusal(scope, receive, send)
            return
        posted = scope["type"] == "http" and scope["method"] == "POST"
        endpoint = self._endpoints.get(scope["path"]) if posted else None
        await (endpoint or self._app)(scope, receive, send)


def _refused(site: str) -> _Handler:
    async def respond(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        headers = dict(getattr(error, "headers", None) or {})
        request_id = request_id_of(request.headers)
        problem = Problem.own(_OF_STATUS.get(status, "PATH_UNKNOWN"))
        return problem.response(site, request_id, headers | {"x-request-id": request_id})

    return respond


def _failed(site: str) -> _Handler:
    async def respond(request: Request, error: Exception) -> Response:
        request_id = request_id_of(request.headers)
        logger.error("incident %s", request_id, exc_info=error)
        problem = Problem(500, INTERNAL, f"网关内部错误, 编号 {request_id}; 请联系运维。")
        return problem.response(site, request_id, {"x-request-id": request_id})

    return respond
