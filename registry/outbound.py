"""What the registry's programs ask of others over HTTP: a log's pages, a witness, a time stamping authority.

Whoever answers may be slow, endless or lie, so everything about an answer is bounded:

* one deadline for all of it, from the connection to the last byte; an answer that comes drop by drop gains
  no time
* no more bytes than the caller expects at most, after decompression
* no answer that does not say how long it is (Content-Length, in chunks, or by a status that has no body): cut
  off within its head it would look like a whole one
* no redirect is followed, nothing is asked again, no proxy of the environment is used

    with Outbound(deadline_s=10) as outbound:
        reply = outbound.get("https://log.example/checkpoint", limit=65_536)
        assert reply.status == 200
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Timer
from types import MappingProxyType
from typing import Self

import urllib3
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse, HTTPResponse

DEADLINE_S = 10.0
_CHUNK = 65_536
_WITHOUT_BODY = (204, 304)
"""Statuses whose answers have no body and therefore need not say its length (RFC 9112 §6.3)."""


class OutboundError(Exception):
    """No usable answer came; the message is one line."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    content_type: str
    body: bytes


class Outbound:
    """Asks over connections that are kept; safe for several threads."""

    def __init__(self, *, deadline_s: float = DEADLINE_S, connections: int = 8) -> None:
        self._deadline_s = deadline_s
        self._pools = urllib3.PoolManager(maxsize=connections, cert_reqs="CERT_REQUIRED")
        self._pools.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connections."""
        self._pools.clear()

    def get(self, url: str, *, limit: int) -> Reply:
        """Asks for something of at most ``limit`` bytes. Raises OutboundError."""
        return self._ask("GET", url, limit, None, {"Accept-Encoding": "gzip, identity"})

    def post(
        self,
        url: str,
        body: bytes,
        *,
        limit: int,
        content_type: str,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        """Hands something over; the answer has at most ``limit`` bytes. Raises OutboundError."""
        return self._ask("POST", url, limit, body, {"Content-Type": content_type, **headers})

    def _ask(
        self, method: str, url: str, limit: int, body: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        if not url.startswith(("http://", "https://")):
            raise OutboundError(f"{url!r} 不是 http 或 https 地址")
        with _watched(self._deadline_s) as watch:
            try:
                response = self._pools.urlopen(
                    method,
                    url,
                    body=body,
                    headers={"User-Agent": "registry", **headers},
                    timeout=urllib3.Timeout(total=self._deadline_s),
                    retries=False,
                    redirect=False,
                    preload_content=False,
                )
                return _read(response, limit, watch, url)
            except (HTTPError, OSError, ValueError) as error:
                words = "超时" if watch.over else _words(error)
                raise OutboundError(f"{url}: {words}") from error


def _read(response: BaseHTTPResponse, limit: int, watch: _Watch, url: str) -> Reply:
    chunks, size = list[bytes](), 0
    try:
        while chunk := response.read(min(_CHUNK, limit + 1 - size), decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                raise OutboundError(f"{url}: 答复超过 {limit} 字节")
        if watch.over:  # What was cut off may look like an end.
            raise OutboundError(f"{url}: 超时")
        if not _says_its_length(response):
            raise OutboundError(f"{url}: 答复没有说明长度, 不知是否完整")
    except BaseException:
        response.close()
        raise
    response.release_conn()
    return Reply(response.status, response.headers.get("Content-Type", ""), b"".join(chunks))


def _says_its_length(response: BaseHTTPResponse) -> bool:
    """Whether an answer that was cut off can be told from a whole one (RFC 9112 §6.3)."""
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    return chunked or response.status in _WITHOUT_BODY or "Content-Length" in response.headers


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


class _Watch:
    """Hangs up on an answer that takes too long: a socket's own time begins anew with each byte."""

    def __init__(self, deadline_s: float) -> None:
        self._end = time.monotonic() + deadline_s
        self._socket: socket.socket | None = None

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._end

    def begin(self, connection: socket.socket) -> None:
        """Watches the connection that an answer comes on."""
        self._socket = connection
        if self.over:
            self.hang_up()

    def hang_up(self) -> None:
        """Wakes whoever reads from the connection."""
        try:
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # It is closed by now.


_WATCH: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def _watched(deadline_s: float) -> Iterator[_Watch]:
    watch = _Watch(deadline_s)
    timer = Timer(deadline_s, watch.hang_up)
    timer.daemon = True
    timer.start()
    token = _WATCH.set(watch)
    try:
        yield watch
    finally:
        _WATCH.reset(token)
        timer.cancel()


def _begin(connection: object) -> None:
    watch = _WATCH.get()
    if watch is not None and isinstance(connection, socket.socket):
        watch.begin(connection)


class _Connection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        _begin(self.sock)
        return super().getresponse()


class _SecureConnection(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        _begin(self.sock)
        return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
