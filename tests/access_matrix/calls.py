"""One call of every method that is served, with an empty request, and what becomes of it.

answers = call_all(channel, kinds(server))
answers["/registry.v1.IntakeService/Submit"].reason == "METHOD_DENIED"
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import grpc

from tests.support.served import DEADLINE_S, OVERLOADED, Refusal, refusal_of

AT_ONCE = 4
"""Calls under way at a time: a caller that has more is told to wait its turn."""
ANSWERED = Refusal(grpc.StatusCode.OK, "")
SILENCE_S, SILENT_STILL_S = 0.4, 3.0
"""How long a stream may say nothing until that is its answer; on a slow machine a refusal comes later, so it
is asked again and waited for longer."""
_SILENT = {"/registry.v1.NoticeService/WatchNotices"}
"""Streams that say nothing while there is nothing to say."""
Metadata = Sequence[tuple[str, str]]


def kinds(server: grpc.Server) -> Mapping[str, tuple[bool, bool]]:
    """Every method that a server has a handler for: whether its requests and its answers are streams."""
    state: Any = server
    state = state._state
    registered = dict(state.registered_method_handlers)
    for handlers in state.generic_handlers:
        registered |= getattr(handlers, "_method_handlers", None) or getattr(handlers, "_handlers", {})
    return {method: (each.request_streaming, each.response_streaming) for method, each in registered.items()}


def call_all(
    channel: grpc.Channel, methods: Mapping[str, tuple[bool, bool]], metadata: Metadata = ()
) -> dict[str, Refusal]:
    """What becomes of a call of each, a few at a time."""
    names, found = list(methods), dict[str, Refusal]()
    for first in range(0, len(names), AT_ONCE):
        some, until = names[first : first + AT_ONCE], time.monotonic() + DEADLINE_S
        while some and time.monotonic() < until:
            calls = [begun(channel, name, *methods[name], metadata) for name in some]
            found |= {name: _ended(call, methods[name][1]) for name, call in zip(some, calls, strict=True)}
            some = [name for name in some if found[name].reason == OVERLOADED]  # On a slow machine.
    for name in _SILENT & methods.keys():
        if found[name].code is grpc.StatusCode.DEADLINE_EXCEEDED:
            again = begun(channel, name, *methods[name], metadata, SILENT_STILL_S)
            found[name] = _ended(again, methods[name][1])
    return found


def begun(
    channel: grpc.Channel,
    method: str,
    asking: bool,
    answering: bool,
    metadata: Metadata = (),
    silence_s: float = SILENCE_S,
) -> Any:
    """A call with one empty request, under way."""
    timeout = silence_s if method in _SILENT else DEADLINE_S
    how: Any = {"timeout": timeout, "metadata": metadata}
    if asking:
        requests: Iterable[bytes] = iter([b""])
        of_streams: Any = channel.stream_stream(method)
        return of_streams(requests, **how)
    if answering:
        stream: Any = channel.unary_stream(method)
        return stream(b"", **how)
    unary: Any = channel.unary_unary(method)
    return unary.future(b"", **how)


def _ended(call: Any, answering: bool) -> Refusal:
    """How it ended, or that it began to answer."""
    try:
        if answering:
            next(iter(call), None)
            call.cancel()
        else:
            call.result()
    except grpc.RpcError as error:
        return refusal_of(error)
    return ANSWERED


def of_rows(found: Mapping[str, Refusal], allowed: Iterable[str]) -> list[tuple[str, Refusal]]:
    """What did not come out as a column of the table says: methods outside it are METHOD_DENIED, those in it
    neither that nor UNAUTHENTICATED."""
    inside = frozenset(allowed)
    wrong = []
    for method, outcome in found.items():
        denied = (outcome.code, outcome.reason) == (grpc.StatusCode.PERMISSION_DENIED, "METHOD_DENIED")
        named = outcome.code is not grpc.StatusCode.UNAUTHENTICATED
        if not (named and denied == (method not in inside)):
            wrong.append((method, outcome))
    return wrong
