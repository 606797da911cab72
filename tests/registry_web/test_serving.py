"""Connections that are held open: whoever is slow is cut off, and one client takes no other's place."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from registry_web import serving
from registry_web.config import Tls
from registry_web.security import Guard, Limits, Rate
from registry_web.serving import Seats, WebServer
from tests.support.served import Authority

_GET = b"GET /echo HTTP/1.1\r\nHost: a\r\n"
_POST = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: "
_LONGEST_S = 1.5
Serve = Callable[..., WebServer]


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serves a small application that has less patience than in earnest."""
    monkeypatch.setattr(serving, "REQUEST_S", _LONGEST_S)
    monkeypatch.setattr(serving, "REST_S", _LONGEST_S)
    started = []

    def start(seats: Seats | None = None) -> WebServer:
        app = Starlette(routes=[Route("/echo", _echo, methods=["GET", "POST"])])
        guarded = Guard(app, host="", limits=Limits(1000, Rate(1000, 1000)), secure=False)
        started.append(WebServer(guarded, "127.0.0.1:0", seats=seats))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def _held_s(server: WebServer, first: bytes) -> float:
    """How long a connection lives on which after ``first`` a byte comes now and then."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=0.2) as held:
        began = time.monotonic()
        held.sendall(first)
        while time.monotonic() - began < 8 * _LONGEST_S:
            try:
                held.sendall(b"a")
                while held.recv(4096):
                    pass
                break
            except TimeoutError:
                continue
            except OSError:
                break
        return time.monotonic() - began


@pytest.mark.parametrize(
    "first",
    [
        _GET + b"X: ",
        _GET + b"\r\n" + _GET + b"X: ",
        _POST + b"900\r\n\r\n",
        _POST + b"100000\r\n\r\n",  # Refused at once; the rest keeps coming.
    ],
    ids=["a head", "a second head", "a body", "a body that was refused"],
)
def test_what_comes_byte_by_byte_is_cut_off(serve: Serve, first: bytes) -> None:
    assert _held_s(serve(), first) < 4 * _LONGEST_S


def test_who_is_refused_a_large_body_sees_the_answer(serve: Serve) -> None:
    address = f"http://127.0.0.1:{serve().port}/echo"
    assert httpx.post(address, content=b"x" * 3_000_000).status_code == 413


def test_a_connection_serves_many_requests_over_a_longer_time(serve: Serve) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{serve().port}") as browser:
        for _ in range(5):
            assert browser.post("/echo", content=b"abc").text == "3"
            time.sleep(0.4)


def test_one_client_has_so_many_connections_and_gets_them_back(serve: Serve) -> None:
    server = serve(Seats(each=2, local=True))
    address = f"http://127.0.0.1:{server.port}/echo"
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(2)]
    time.sleep(0.2)
    with pytest.raises(httpx.HTTPError):
        httpx.get(address)
    held[0].close()
    time.sleep(0.2)
    assert httpx.get(address).text == "0"
    held[1].close()


def test_a_client_beyond_its_seats_leaves_those_of_others() -> None:
    seats = Seats(each=2, in_all=4)
    assert [seats.take("2001:db8::1"), seats.take("2001:db8::2")] == ["2001:db8::/64"] * 2
    assert seats.take("2001:db8::3") is None
    assert seats.take("203.0.113.7") == "203.0.113.7"
    assert seats.take("127.0.0.1") == ""
    assert seats.take("198.51.100.1") is None  # None is left at all.
    seats.leave("203.0.113.7")
    assert seats.take("198.51.100.1") == "198.51.100.1"


def test_who_does_not_shake_hands_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_S", _LONGEST_S)
    named = Authority.new(tmp_path / "tls").server()
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(named.certificate)
    key.write_bytes(named.key)
    server = WebServer(Starlette(), "127.0.0.1:0", Tls(certificate, key))
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=4 * _LONGEST_S) as held:
            assert held.recv(10) == b""
    finally:
        server.stop()


def test_hanging_up_is_no_failure_and_an_address_forges_no_line(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve()
    with caplog.at_level(logging.INFO):
        with socket.create_connection(("127.0.0.1", server.port)) as held:
            held.sendall(_POST + b"900\r\n\r\nabc")
        httpx.get(f"http://127.0.0.1:{server.port}/no%0AERROR%20registry:%20forged")
        time.sleep(0.3)
    assert "failed" not in caplog.text
    own = [each for each in caplog.records if each.name == "registry_web.security"]
    said = [each.getMessage() for each in own if "forged" in each.getMessage()]
    assert said == ["GET /no…ERROR registry: forged 404"]
