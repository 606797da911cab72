"""The log over plain HTTP, as C2SP tlog-tiles has it, so that tools we did not write read and check it.

    GET /checkpoint                          text/plain; charset=utf-8     changes: never from a cache
    GET /tile/<level>/<number>[.p/<width>]   application/octet-stream      hashes of the tree
    GET /tile/entries/<number>[.p/<width>]   application/octet-stream      leaves, 122 bytes each
    GET /statement/<position>                application/protobuf          a SignedStatement, see below

A tile never changes, so caches may keep it for ever; a partial one is asked for once and kept for a day. What
is not there yet, and what never can be, is 404. Leaves are hashes: nothing about anybody can be read from
them. The only statements to be had are the registry's own, which make the log checkable: its foundation, its
keys, states of the map and time anchors. Bundles are not compressed: hashes do not shrink.

Example, a log of 300 leaves: ``/tile/0/000`` (8,192 bytes), ``/tile/0/001.p/44``, ``/tile/1/000.p/1``;
``/tile/0/001`` is 404 until the log has 512.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from registry.provenance.tile_path import WIDTH, TileError, TilePath
from registry.store.interface import StoreError

FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400, immutable"
NEVER = "no-cache"
READERS = 4
"""Requests that read the store at a time: whoever mirrors the log keeps nobody from asking for a verdict."""
_OPAQUE = "application/octet-stream"
_PROTOBUF = "application/protobuf"


class PublishedLog(Protocol):
    """What of a log is for everybody."""

    def checkpoint(self) -> str | None:
        """The latest checkpoint to rely on; None while there is none."""

    def tile(self, path: TilePath) -> bytes | None:
        """A tile of hashes or a bundle of entries; None where the log has not so many."""

    def public_statement(self, position: int) -> bytes | None:
        """A serialised SignedStatement of the registry's own; None for every other and for none."""


def pages(log: PublishedLog) -> Starlette:
    """The application that serves a log."""
    turns = CapacityLimiter(READERS)

    def route(path: str, answer: Callable[[PublishedLog, Request], Response]) -> Route:
        async def endpoint(request: Request) -> Response:
            return await to_thread.run_sync(answer, log, request, limiter=turns)

        return Route(path, endpoint)

    application = Starlette(
        routes=[
            route("/checkpoint", _checkpoint),
            route("/tile/{rest:path}", _tile),
            route("/statement/{position}", _statement),
        ],
        exception_handlers={StoreError: _unavailable},
    )
    application.router.redirect_slashes = False  # A log has one address for everything.
    return application


def _checkpoint(log: PublishedLog, _request: Request) -> Response:
    note = log.checkpoint()
    return _missing() if note is None else PlainTextResponse(note, headers=_cached(NEVER))


def _tile(log: PublishedLog, request: Request) -> Response:
    try:
        path = TilePath.parse("tile/" + request.path_params["rest"])
    except TileError:
        return _missing()
    return _found(partial(log.tile, path), _OPAQUE, FOR_EVER if path.width == WIDTH else A_DAY)


def _statement(log: PublishedLog, request: Request) -> Response:
    digits: str = request.path_params["position"]
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 19 or digits != str(int(digits)):
        return _missing()
    return _found(partial(log.public_statement, int(digits)), _PROTOBUF, FOR_EVER)


def _found(content: Callable[[], bytes | None], media_type: str, caching: str) -> Response:
    body = content()
    if body is None:
        return _missing()
    return Response(body, media_type=media_type, headers=_cached(caching))


def _missing() -> Response:
    return PlainTextResponse("not found\n", status_code=404, headers=_cached(NEVER))


def _unavailable(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("unavailable\n", status_code=503, headers=_cached(NEVER))


def _cached(control: str) -> dict[str, str]:
    return {"Cache-Control": control, "X-Content-Type-Options": "nosniff"}
