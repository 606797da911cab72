"""The HTTP server is bounded: who dawdles is hung up on, who asks for too much is told so."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from registry.publication import serving
from registry.publication.serving import MAX_HEAD_BYTES, HttpServer

LIMIT_S = 0.4


def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def broken(_request: Request) -> PlainTextResponse:
    raise RuntimeError("密")


APPLICATION = Starlette(routes=[Route("/hello", hello), Route("/broken", broken)])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setattr(serving, "REQUEST_S", LIMIT_S)
    monkeypatch.setattr(serving, "KEEP_ALIVE_S", 1)
    running = HttpServer(APPLICATION, "127.0.0.1:0")
    yield running
    running.stop()


def ask(port: int, path: str = "/hello", method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def closed_after(connection: socket.socket) -> float:
    began = time.monotonic()
    connection.settimeout(5)
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - began


def test_requests_are_answered_until_the_server_stops(server: HttpServer) -> None:
    assert ask(server.port) == (200, b"hello")
    assert ask(server.port, "/nothing")[0] == 404
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        ask(server.port)


def test_one_connection_serves_many_requests_over_a_longer_time_than_one_may_take(server: HttpServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    for _ in range(4):
        connection.request("GET", "/hello")
        assert connection.getresponse().read() == b"hello"
        time.sleep(LIMIT_S / 2)
    connection.close()


def test_failure_of_the_program_tells_nothing_of_its_inside(server: HttpServer) -> None:
    status, body = ask(server.port, "/broken")
    assert status == 500
    assert "密" not in body.decode()
    assert ask(server.port) == (200, b"hello")


@pytest.mark.parametrize("sent", [b"", b"GET /hello HTTP/1.1\r\nHost: a\r\n"])
def test_whoever_does_not_finish_his_request_is_hung_up_on(server: HttpServer, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(sent)
        assert LIMIT_S / 2 < closed_after(connection) < 4


def test_request_sent_drop_by_drop_gains_no_time(server: HttpServer) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"GET /hello HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            while time.monotonic() - began < 4:
                connection.sendall(b"A: b\r\n")
                time.sleep(0.05)
    assert time.monotonic() - began < 4


def test_endless_head_is_refused(server: HttpServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /hello HTTP/1.1\r\nX: " + b"a" * 2 * MAX_HEAD_BYTES)
        assert connection.recv(64).startswith(b"HTTP/1.1 4")


def test_crowd_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CONNECTIONS", 4)
    server = HttpServer(APPLICATION, "127.0.0.1:0")
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(6)]
    try:
        assert ask(server.port)[0] == 503
    finally:
        for each in held:
            each.close()
        server.stop()


def test_connections_that_say_nothing_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 4)
    server = HttpServer(APPLICATION, "127.0.0.1:0")
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(6)]
    try:
        assert max(closed_after(each) for each in held[4:]) < serving.REQUEST_S / 2
        for each in held[:2]:
            each.close()
        assert ask(server.port) == (200, b"hello")
    finally:
        for each in held:
            each.close()
        server.stop()


def test_address_in_use_or_wrong_is_refused_at_once(server: HttpServer) -> None:
    with pytest.raises(OSError, match="in use"):
        HttpServer(APPLICATION, f"127.0.0.1:{server.port}")
    with pytest.raises(ValueError, match="主机:端口"):
        HttpServer(APPLICATION, "nowhere")


def test_stopping_twice_is_stopping_once(server: HttpServer) -> None:
    server.stop()
    server.stop()
