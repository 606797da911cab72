"""An HTTP server in a thread of the process: for the log's pages, and for whatever else is plain HTTP.

It is open to everybody, so everything about it is bounded: connections at a time, the size of a request's
head, the time a request may take from its first byte, or from the connection's, to the end of its answer.

    server = HttpServer(pages(log), "127.0.0.1:8080")
    print(server.port)
    server.stop()
"""

from __future__ import annotations

import socket
from asyncio import TimerHandle, Transport
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from registry.config_options.checking import split_address

CONNECTIONS = 256
"""Beyond these, requests are answered 503."""
MOST_CONNECTIONS = 2 * CONNECTIONS
"""Beyond these, a connection is closed as it comes: each takes a file descriptor of the whole process."""
REQUEST_S = 10.0
"""How long a request may take."""
KEEP_ALIVE_S = 5
"""How long a connection may be idle between two requests."""
MAX_HEAD_BYTES = 16_384
GRACE_S = 3
"""How long answers under way are waited for when the server stops."""


class HttpServer:
    """Serves an ASGI application on an address until `stop`, or on a socket of this machine, where a path is
    given. OSError if it cannot be listened on.

    Port 0 is any free one; `port` tells which."""

    def __init__(self, application: Any, address: str | Path) -> None:
        self._socket = _local(address) if isinstance(address, Path) else _public(address)
        self.port: int = 0 if isinstance(address, Path) else self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                http=_BoundedProtocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                limit_concurrency=CONNECTIONS,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            )
        )
        self._thread = Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name=f"registry-http-{self.port}"
        )
        self._thread.start()

    def stop(self) -> None:
        """Takes no more requests, finishes those under way, and returns; a second time does nothing."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def _public(address: str) -> socket.socket:
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=CONNECTIONS)
    # Accepted connections inherit it; without it each answer on a kept connection waits 40 ms for an ack.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _local(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        listening.listen(CONNECTIONS)
    except OSError:
        listening.close()
        raise
    return listening


class _BoundedProtocol(H11Protocol):
    """Hangs up on whoever takes too long: uvicorn itself would wait for a request's head for ever."""

    _timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._start()

    def data_received(self, data: bytes) -> None:
        self._start()
        super().data_received(data)

    def on_response_complete(self) -> None:
        self._end()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        self.transport.abort()  # Closing would wait until an answer that nobody reads has gone out.

    def _start(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(REQUEST_S, self.transport.abort)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
