"""The guard before every face: what it refuses, and what it adds to every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from registry_web.security import Guard, Limits, Rate, client_key
from registry_web.serving import WebServer

HOST = "credit.example"


class Clock:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _fail(_request: Request) -> Response:
    raise RuntimeError("secret detail")


Browser = Callable[..., httpx.Client]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browser(clock: Clock) -> Iterator[Browser]:
    """Serves a small application behind the guard, and asks it under its host."""
    with ExitStack() as stack:

        def served(*, secure: bool = True, burst: float = 100) -> httpx.Client:
            routes = [Route("/echo", _echo, methods=["GET", "POST"]), Route("/fail", _fail)]
            limits = Limits(1000, Rate(burst, 1.0, clock))
            guarded = Guard(Starlette(routes=routes), host=HOST, limits=limits, secure=secure)
            server = WebServer(guarded, "127.0.0.1:0")
            stack.callback(server.stop)
            address = f"http://127.0.0.1:{server.port}"
            return stack.enter_context(httpx.Client(base_url=address, headers={"host": HOST}))

        yield served


def test_nothing_from_elsewhere_and_nothing_inline_is_let_into_a_page(browser: Browser) -> None:
    headers = browser().get("/echo").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in browser(secure=False).get("/echo").headers


def test_another_host_is_not_answered(browser: Browser) -> None:
    assert browser().get("/echo", headers={"host": "evil.example"}).status_code == 421


def test_a_body_beyond_the_limit_is_refused_whether_or_not_it_says_its_length(browser: Browser) -> None:
    assert browser().post("/echo", content=b"x" * 1000).text == "1000"
    assert browser().post("/echo", content=b"x" * 1001).status_code == 413

    def unannounced() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    assert browser().post("/echo", content=unannounced()).status_code == 413


def test_a_body_whose_length_is_said_in_two_ways_is_refused(browser: Browser) -> None:
    both = {"content-length": "3", "transfer-encoding": "chunked"}
    assert browser().post("/echo", content=b"abc", headers=both).status_code == 400


def test_who_comes_too_often_waits_and_may_come_again(browser: Browser, clock: Clock) -> None:
    visitor = browser(burst=3)
    assert [visitor.get("/echo").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = visitor.get("/echo")
    assert refused.headers["retry-after"] == "1"
    clock.now += 1.0
    assert visitor.get("/echo").status_code == 200
    assert visitor.get("/echo").status_code == 429


def test_a_failure_says_nothing_of_the_inside(browser: Browser) -> None:
    failed = browser().get("/fail")
    assert failed.status_code == 500
    assert "secret" not in failed.text
    assert "content-security-policy" in failed.headers


def test_methods_that_no_face_has_are_refused(browser: Browser) -> None:
    assert browser().request("TRACE", "/echo").status_code == 405


@pytest.mark.parametrize(
    ("peer", "named", "key"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # Who is no proxy of ours names nobody.
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "nonsense", "0.0.0.0"),
        ("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::1", "", "2001:db8:1:2::/64"),
    ],
)
def test_a_client_is_counted_by_its_address_or_its_network(peer: str, named: str, key: str) -> None:
    headers = [(b"x-forwarded-for", named.encode())] if named else []
    assert client_key({"type": "http", "client": (peer, 1), "headers": headers}) == key


def test_the_table_of_buckets_forgets_who_has_not_come_for_longest() -> None:
    rate = Rate(1.0, 0.001, Clock())
    for number in range(20_001):
        assert rate.wait_s(str(number)) == 0.0
    assert rate.wait_s("0") == 0.0  # Forgotten.
    assert rate.wait_s("20000") > 0.0
