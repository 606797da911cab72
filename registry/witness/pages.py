"""A witness over plain HTTP: C2SP tlog-witness.

    POST /add-checkpoint                        cosigns: 200 with signature lines, or why not (`judgement`)
    GET  /<SHA-256 of the origin>/checkpoint    the last checkpoint it cosigned for the log, for monitors

Submission and monitoring prefix are the same. A signature needs no secrecy: in front of the open network a
proxy may add TLS.
"""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from registry.witness.judgement import TEXT_TYPE
from registry.witness.record import RecordError
from registry.witness.submission import MAX_REQUEST_BYTES
from registry.witness.witness import Witness, WitnessAnswer

WORKERS = 4
"""Requests that are checked at a time."""


def witness_pages(witness: Witness) -> Starlette:
    """The application that serves a witness."""
    turns = CapacityLimiter(WORKERS)

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST_BYTES:
                return _response(WitnessAnswer(413, TEXT_TYPE, f"at most {MAX_REQUEST_BYTES} bytes\n"))
        return _response(await to_thread.run_sync(witness.add_checkpoint, bytes(body), limiter=turns))

    async def checkpoint(request: Request) -> Response:
        note = await to_thread.run_sync(witness.checkpoint, request.path_params["origin"], limiter=turns)
        if note is None:
            return PlainTextResponse("not found\n", status_code=404)
        return PlainTextResponse(note, headers={"Cache-Control": "no-cache"})

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin}/checkpoint", checkpoint),
        ],
        exception_handlers={RecordError: _unavailable},
    )


def _response(answer: WitnessAnswer) -> Response:
    return Response(answer.text, status_code=answer.status, headers={"Content-Type": answer.content_type})


def _unavailable(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("unavailable\n", status_code=500)
