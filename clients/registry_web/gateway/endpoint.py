"""One request from its first byte to its answer: head, body, message, call, answer.

The gateway decides nothing: it hands on the caller's token with its own certificate (a face), and the
registry says who calls and what that caller may do. When the caller hangs up, the call is cancelled.

Large bodies and answers are read and written on a thread, a few at a time, so that small ones need not wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from registry.domain.faults import untold
from registry_client.errors import FieldViolation, RegistryCallError
from registry_web.gateway.answers import json_of
from registry_web.gateway.asking import Asking, read_head, request_id_of
from registry_web.gateway.bodies import GoneError, gone, read_body
from registry_web.gateway.calls import HEALTH, Calls
from registry_web.gateway.json_message import MisfitError, message_of
from registry_web.gateway.json_text import JsonTextError, TooManyValuesError, read_json
from registry_web.gateway.limits import Held, Limits
from registry_web.gateway.problems import (
    INVALID,
    MALFORMED,
    TOO_LARGE,
    UNAUTHENTICATED,
    Problem,
    ProblemError,
)
from registry_web.gateway.rules import Rule
from registry_web.security import client_key

_AT_ONCE_BYTES = 16 * 1024
"""What is read or written in a few milliseconds."""
_TOLD = 50
_GONE = 499
"""For the log alone: nobody reads it."""
_KNOWN_S = 5.0
logger = logging.getLogger(__name__)
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class House:
    """What all endpoints of a gateway share; ``site`` is its URL, in problem types."""

    calls: Calls
    limits: Limits
    site: str = ""
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "registry-gateway"))

    def close(self) -> None:
        """Ends the connection to the registry, and what is under way."""
        self.calls.close()
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def worked(self, size: int, work: Callable[[], _Made]) -> _Made:
        """What some work makes: at once if it is small, otherwise on a thread."""
        if size <= _AT_ONCE_BYTES:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The ASGI application of one method."""

    rule: Rule
    house: House

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        began, headers = time.monotonic(), Headers(scope=scope)
        request_id, reason = request_id_of(headers), "OK"
        try:
            asking = read_head(headers)
            request_id = asking.request_id
            response = await self._answer(scope, receive, asking)
        except ProblemError as error:
            reason = error.problem.reason
            response = error.problem.response(self.house.site, request_id)
        except GoneError:
            reason, response = "GONE", Response(status_code=_GONE)
        response.headers["x-request-id"] = request_id
        took_ms = (time.monotonic() - began) * 1000
        said = self.rule.path, response.status_code, reason, took_ms, request_id
        logger.info("%s %d %s %.0fms %s", *said)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, asking: Asking) -> Response:
        self.house.limits.admit(asking.token, client_key(scope))
        announced = Headers(scope=scope).get("content-length", "")
        with self.house.limits.holding() as held:
            request = await self._read(receive, announced, held, asking)
            held.keep(len(request))  # For as long as the registry takes.
            answer = await self._unless_gone(receive, self._call(self.rule.method, request, asking))
        said = await self.house.worked(len(answer), lambda: self._said(answer))
        waited = {"preference-applied": f"wait={asking.wait_s}"} if asking.said_wait else {}
        return Response(said, headers=waited, media_type="application/json")

    async def _read(self, receive: Receive, announced: str, held: Held, asking: Asking) -> bytes:
        """The message; its text is held no longer than it takes to read it."""
        body = await read_body(receive, announced, held, lambda: self._known(asking))
        self.house.limits.weigh(asking.token, len(body))
        return await self.house.worked(len(body), lambda: self._request(body))

    def _request(self, body: bytes) -> bytes:
        try:
            return message_of(read_json(body), self.rule.request).SerializeToString()
        except TooManyValuesError as error:
            raise ProblemError(Problem(413, TOO_LARGE, f"{error}。")) from None
        except JsonTextError as error:
            raise ProblemError(Problem(400, MALFORMED, f"{error}。")) from None
        except MisfitError as error:
            raise ProblemError(_misfits(error)) from None

    def _said(self, answer: bytes) -> bytes:
        try:
            return json_of(self.rule.response.FromString(answer))
        except DecodeError:
            raise ProblemError.own("BAD_GATEWAY") from None

    async def _known(self, asking: Asking) -> None:
        """Raises ProblemError unless the registry takes the token."""
        if not self.house.limits.is_taken(asking.token):
            await self._call(HEALTH, b"", asking)

    async def _call(self, method: str, request: bytes, asking: Asking) -> bytes:
        calls, limits = self.house.calls, self.house.limits
        try:
            answer = await calls.unary(
                method, request, metadata=asking.metadata(), timeout_s=float(asking.wait_s)
            )
        except RegistryCallError as error:
            if error.reason:
                limits.note(asking.token, taken=error.reason != UNAUTHENTICATED)
            raise ProblemError(Problem.of(error)) from None
        limits.note(asking.token, taken=True)
        return answer

    @staticmethod
    async def _unless_gone(receive: Receive, call: Any) -> bytes:
        """The answer of a call, which ends when whoever asked hangs up. Raises GoneError."""
        answering, watching = asyncio.ensure_future(call), asyncio.ensure_future(gone(receive))
        try:
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answer: bytes = answering.result()
                return answer
            raise GoneError
        finally:
            for task in (answering, watching):
                task.cancel()
            await asyncio.gather(answering, watching, return_exceptions=True)


def _misfits(error: MisfitError) -> Problem:
    """Every fault of a value; of very many the first are told and the rest counted."""
    told, rest = error.misfits[:_TOLD], len(error.misfits) - _TOLD
    violations = [FieldViolation(each.place, f"{each.said}。", INVALID) for each in told]
    if rest > 0:
        violations.append(FieldViolation("", untold(rest), INVALID))
    first = told[0]
    place = f"{first.place}: " if first.place else ""
    return Problem(400, INVALID, f"请求不符合这一方法的格式: {place}{first.said}。", violations)
