"""Calls to the registry from an event loop, on the ordinary channel.

gRPC tells that a call has ended on a thread of its own; the event loop is woken by it. Of the three ways this
one takes half the CPU time of a thread for each call, as much as grpc.aio, and unlike grpc.aio it works with
several event loops in one process (docs/decisions/0032).

Whoever does not wait any longer cancels the call: the registry stops working on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import grpc

from registry_client.channel import open_channel
from registry_client.credentials import Credentials
from registry_client.errors import RegistryCallError

Metadata = Sequence[tuple[str, str]]
HEALTH = "/grpc.health.v1.Health/Check"


class Calls:
    """Calls methods by their gRPC names, with bytes in and bytes out. Safe to share between event loops."""

    def __init__(self, target: str, credentials: Credentials | grpc.ChannelCredentials) -> None:
        self._channel = open_channel(target, credentials)
        self._methods: dict[str, grpc.UnaryUnaryMultiCallable[Any, Any]] = {}

    async def unary(self, method: str, request: bytes, *, metadata: Metadata, timeout_s: float) -> bytes:
        """The answer. Raises RegistryCallError; ends the call when it is cancelled."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        call = self._method(method).future(request, timeout=timeout_s, metadata=tuple(metadata))
        call.add_done_callback(lambda _: _wake(loop, ended))
        try:
            await ended
        except asyncio.CancelledError:
            call.cancel()
            raise
        try:
            answer: bytes = call.result()
        except grpc.RpcError as error:
            raise RegistryCallError.of(error) from error
        except grpc.FutureCancelledError:
            raise RegistryCallError(grpc.StatusCode.CANCELLED, "") from None
        return answer

    def close(self) -> None:
        """Ends the connection, and what is under way on it."""
        self._channel.close()

    def _method(self, name: str) -> grpc.UnaryUnaryMultiCallable[Any, Any]:
        known = self._methods.get(name)
        if known is None:
            known = self._methods[name] = self._channel.unary_unary(name, None, None)
        return known


def _wake(loop: asyncio.AbstractEventLoop, ended: asyncio.Future[None]) -> None:
    with suppress(RuntimeError):  # The loop is closed: nobody waits.
        loop.call_soon_threadsafe(partial(_end, ended))


def _end(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)
