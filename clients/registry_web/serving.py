"""Serves faces over HTTPS: each an application on an address of its own, in a thread.

Open to everybody, so bounded: connections at a time, of all and of one client (``Seats``), the size of a
request's head, the time from a request's first byte to the last of its answer, however slowly either comes,
the time a connection may be idle. How much a body may hold is the guard's (``registry_web.security``).

    server = WebServer(portal_app(…), "127.0.0.1:8492", tls)
    print(server.port)
    server.stop()
"""

from __future__ import annotations

import socket
import ssl
from asyncio import TimerHandle, Transport, get_running_loop
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from registry_web.config import Tls, WebConfigError, split_host
from registry_web.security import is_local, network_of

CONNECTIONS = 256
"""Beyond these, requests are answered 503; beyond twice as many nobody is let in."""
OF_ONE_CLIENT, OF_ONE_SYSTEM = 64, 128
"""A browser opens six, so an office behind one address has ten at a time; a system keeps a hundred."""
REQUEST_S = 120.0
"""How long a request may take to come in and be answered: an upload over a slow line."""
HEAD_S = 10.0
"""How long a handshake may take, and how long a connection may then be open before its first byte."""
REST_S = 5.0
"""How long the rest of a body is awaited that nobody reads: whoever was refused shall see the answer."""
KEEP_ALIVE_S = 15
MAX_HEAD_BYTES = 16_384
GRACE_S = 3


@dataclass(slots=True)
class Seats:
    """Connections: of one client (an address, or an IPv6 network of 64 bits) no more than ``each``, so that
    none keeps the others out. Who comes from this machine is a proxy that seats its own, unless ``local``."""

    each: int = OF_ONE_CLIENT
    in_all: int = 2 * CONNECTIONS
    local: bool = False
    _taken: Counter[str] = field(default_factory=Counter)

    def take(self, host: str) -> str | None:
        """By what it is counted, until ``leave``; None where there is no seat."""
        client = "" if is_local(host) and not self.local else network_of(host)
        if self._taken.total() >= self.in_all or (client and self._taken[client] >= self.each):
            return None
        self._taken[client] += 1
        return client

    def leave(self, client: str) -> None:
        """Gives a seat back."""
        self._taken[client] -= 1
        if not self._taken[client]:
            del self._taken[client]


class WebServer:
    """Serves an ASGI application until ``stop``. Raises WebConfigError if it cannot. Port 0: any free one."""

    def __init__(
        self, application: Any, address: str, tls: Tls | None = None, seats: Seats | None = None
    ) -> None:
        host, port = split_host(address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=CONNECTIONS)
        except OSError as error:
            raise WebConfigError(f"不能监听 {address}: {error.strerror or error}") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self._socket.getsockname()[1]
        self._server = ThreadServer(_settings(application, tls, seats or Seats()))
        self._thread = Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name=f"registry-web-{self.port}"
        )
        self._thread.start()
        self._server.begun.wait(GRACE_S)

    def stop(self) -> None:
        """Takes no more requests, finishes those under way, and returns; a second time does nothing."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


class ThreadServer(uvicorn.Server):
    """Leaves signals to the program, and says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = Event()

    def install_signal_handlers(self) -> None:
        """None: it runs in a thread."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to serve; see uvicorn.Server."""
        if self.config.ssl is not None:  # Who has not shaken hands has no seat yet; uvicorn waits a minute.
            loop: Any = get_running_loop()
            loop.create_server = partial(loop.create_server, ssl_handshake_timeout=HEAD_S)
        await super().startup(sockets)
        self.begun.set()


def _settings(application: Any, tls: Tls | None, seats: Seats) -> uvicorn.Config:
    secured = {"ssl_certfile": str(tls.certificate), "ssl_keyfile": str(tls.key)} if tls else {}
    config = uvicorn.Config(
        application,
        http=type("_Seated", (_BoundedProtocol,), {"seats": seats}),
        loop="asyncio",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        **secured,  # type: ignore[arg-type]
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise WebConfigError(f"证书或私钥不能使用: {error}") from None
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config


class _BoundedProtocol(H11Protocol):
    """Hangs up on whoever takes too long, and on whoever has no seat."""

    seats: Seats
    _seat: str | None = None
    _timer: TimerHandle | None = None
    _under_way = False
    """Whether a request has begun to come: what of it comes later gives it no more time."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._seat = self.seats.take(self.client[0] if self.client else "")
        if self._seat is None:
            transport.abort()
        else:
            self._start(HEAD_S)

    def data_received(self, data: bytes) -> None:
        if not self._under_way:
            self._under_way = True
            self._start(REQUEST_S)
        super().data_received(data)

    def on_response_complete(self) -> None:
        unread = self.conn.their_state is h11.SEND_BODY
        self._start(REST_S if unread else REQUEST_S)  # Also for what is not fetched of the answer.
        self._under_way = unread or bool(self.conn.trailing_data[0])
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        if self._seat is not None:
            self.seats.leave(self._seat)
            self._seat = None
        super().connection_lost(exc)

    def _start(self, seconds: float) -> None:
        self._end()
        self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
