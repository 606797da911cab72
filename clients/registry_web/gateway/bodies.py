"""Reading the body of a request: small ones at once, larger ones for callers that the registry knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive

from registry_web.gateway.limits import MAX_BODY_BYTES, SMALL_BYTES, Held
from registry_web.gateway.problems import TOO_LARGE, Problem, ProblemError


class GoneError(Exception):
    """Whoever asked has hung up: there is nobody to answer."""


async def read_body(
    receive: Receive, announced: str, held: Held, known: Callable[[], Awaitable[None]]
) -> bytes:
    """The body. ``announced`` is Content-Length; ``known`` raises ProblemError unless the registry takes the
    token, and is asked before anything large is held. Raises ProblemError and GoneError."""
    length = int(announced) if announced.isdecimal() and len(announced) < 20 else 0
    if length > MAX_BODY_BYTES:
        raise ProblemError(Problem(413, TOO_LARGE, f"请求正文超过{MAX_BODY_BYTES}字节, 请分批发送。"))
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = _part(message)
        size += len(part)
        if size > SMALL_BYTES:
            if not held.size:
                await known()
            held.add(size - held.size)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _part(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise GoneError
    part: bytes = message.get("body", b"")
    return part


async def gone(receive: Receive) -> None:
    """Returns when whoever asked has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
