"""The guard before every face (OWASP ASVS 5.0, chapters 3 and 4): what is the same for all of them.

* **Host**: only the one by which the face is reached; any other is 421, so that nobody's links lead here.
* **Headers**: no script, style, picture or connection from elsewhere, nothing inline (CSP level 3); no
  frames; no sniffing; no referrer; HSTS over TLS. Pages are not stored unless they say so themselves.
* **Bodies**: counted as they come; beyond the face's limit the answer is 413 and nothing more is read.
* **Rates**: a bucket for each client address (IPv6: its /64), refilled steadily; when it is empty the answer
  is 429 with Retry-After. The table of buckets is bounded: it forgets who has not come for longest. Behind a
  proxy on this machine the client is whom the proxy names last in X-Forwarded-For.
* **Methods**: TRACE and the like are 405.
* **Number**: each request has one, which comes back as X-Request-Id and goes with every call of the registry
  that is made for it.

Nothing of a request's address bar but its path is logged: forms post, and identifiers are in no URL.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry_client.numbers import with_number

logger = logging.getLogger(__name__)

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_BUCKETS = 20_000
_NUMBER_BYTES = 12
_OF_NO_ADDRESS = re.compile(r"[^A-Za-z/._: -]{2,}|[^0-9A-Za-z/._: -]")
"""What stands in no address of a face but the name of a file that is kept for a year."""
Refusing = Callable[[int, str, Mapping[str, str]], Response]


@dataclass(slots=True)
class Rate:
    """So many at once, refilled by ``per_s``; a key is whoever is counted."""

    burst: float
    per_s: float
    clock: Callable[[], float] = monotonic
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_s(self, key: str, cost: float = 1.0) -> float:
        """0.0 where it may go on, and it is counted; otherwise how long to wait, in seconds."""
        now = self.clock()
        left, since = self._buckets.pop(key, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.per_s)
        allowed = left >= cost
        self._buckets[key] = (left - cost if allowed else left, now)
        if len(self._buckets) > _BUCKETS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (cost - left) / self.per_s


@dataclass(frozen=True, slots=True)
class Limits:
    """What a face bears: bytes of a body, and requests of one address."""

    body_bytes: int
    rate: Rate


class _TooLargeError(Exception):
    """More has come than the face reads."""


class Guard:
    """An ASGI application behind the guard. ``host`` is the Host it answers to; empty: any. ``refusing``
    makes a refusal of its status, words and headers, where plain text is not what callers read."""

    def __init__(
        self, app: ASGIApp, *, host: str, limits: Limits, secure: bool, refusing: Refusing | None = None
    ) -> None:
        self._app = app
        self._refused = refusing or _plain
        self._host = host.lower()
        self._limits = limits
        self._headers = _HEADERS | ({"strict-transport-security": "max-age=31536000"} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            return
        number = secrets.token_hex(_NUMBER_BYTES)
        with_number.set(number)  # Of this request alone: each is served in a context of its own.
        headers = self._headers | {"x-request-id": number}
        answered = _Answered(send, headers, _shown(f"{scope['method']} {scope['path']}"))
        if refusal := self._refusal(scope):
            await refusal(scope, receive, answered.send)
            return
        read = _Bounded(receive, self._limits.body_bytes)
        # An application makes a failure of its own of a body that is cut off; so it is not asked what to say.
        told = _Unless(answered.send, read)
        try:
            await self._app(scope, read.receive, told.send)
        except ClientDisconnect:
            return  # Nobody reads an answer, and hanging up is no failure.
        except Exception:
            if not read.exceeded:
                logger.exception("incident %s failed: %s", number, answered.what)
        if not answered.begun:
            status, words = (413, "提交的内容过大。") if read.exceeded else (500, "内部错误, 请稍后再试。")
            await self._refused(status, words, {})(scope, receive, answered.send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self._host and headers.get("host", "").lower() != self._host:
            return self._refused(421, "不是本站的地址。", {})
        if scope["method"] not in _METHODS:
            return self._refused(405, "不支持这一请求方法。", {})
        length = headers.get("content-length", "")
        if length and "transfer-encoding" in headers:  # One of them is a lie (RFC 9112 §6.3).
            return self._refused(400, "请求正文的长度写了两种。", {})
        if length.isdecimal() and (len(length) > 18 or int(length) > self._limits.body_bytes):
            return self._refused(413, "提交的内容过大。", {})
        wait_s = self._limits.rate.wait_s(client_key(scope))
        if wait_s:
            return self._refused(429, "请求过于频繁, 请稍后再试。", {"retry-after": str(ceil(wait_s))})
        return None


def _shown(address: str) -> str:
    """An address as the log has it: whoever puts a number or a name into it has it written nowhere."""
    return _OF_NO_ADDRESS.sub("…", address)[:200]


@dataclass(slots=True)
class _Answered:
    """Sends an answer with the headers that all have."""

    to: Send
    headers: dict[str, str]
    what: str
    begun: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
            logger.info("%s %d", self.what, message["status"])
        await self.to(message)


@dataclass(slots=True)
class _Bounded:
    """Reads a body, but not more of it than the limit."""

    source: Receive
    limit: int
    read: int = 0

    @property
    def exceeded(self) -> bool:
        return self.read > self.limit

    async def receive(self) -> Message:
        message = await self.source()
        self.read += len(message.get("body", b""))
        if self.exceeded:
            raise _TooLargeError
        return message


@dataclass(frozen=True, slots=True)
class _Unless:
    """Sends what an application says, unless the body was too large for it."""

    to: Send
    body: _Bounded

    async def send(self, message: Message) -> None:
        if not self.body.exceeded:
            await self.to(message)


def client_key(scope: Scope) -> str:
    """By what a client is counted: its address, or its network of 64 bits."""
    host = scope["client"][0] if scope.get("client") else ""
    if is_local(host):
        named = Headers(scope=scope).getlist("x-forwarded-for")
        host = named[-1].rpartition(",")[2].strip() if named else host
    return network_of(host)


def is_local(host: str) -> bool:
    """Whether an address is this machine's own: a proxy's."""
    return _address(host).is_loopback


def network_of(host: str) -> str:
    """An address, or its network of 64 bits, for whoever has one has all addresses of it."""
    address = _address(host)
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        address = ip_address(text)
    except ValueError:
        return IPv4Address(0)
    return getattr(address, "ipv4_mapped", None) or address


def _plain(status: int, text: str, headers: Mapping[str, str]) -> Response:
    return PlainTextResponse(text, status, headers)
