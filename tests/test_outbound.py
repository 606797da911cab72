"""Whoever is asked may dawdle, never end or send elsewhere: it costs a deadline and a limit, and no more."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from registry.outbound import Outbound, OutboundError
from tests.support.served import Authority
from tests.witness.liars import Behaviour, drop_by_drop, for_ever, reply, serving

DEADLINE_S = 0.6
LIMIT = 5_000
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    with Outbound(deadline_s=DEADLINE_S) as asking:
        yield asking


def test_an_answer_comes_back_with_its_status_and_type(outbound: Outbound) -> None:
    with serving(lambda c, _: c.sendall(reply(418, b"tea", "Content-Type: text/x"))) as url:
        answer = outbound.get(url, limit=3)
    assert (answer.status, answer.content_type, answer.body) == (418, "text/x", b"tea")


def test_what_is_handed_over_arrives_with_its_type(outbound: Outbound) -> None:
    received = []

    def keep(connection: socket.socket, request: bytes) -> None:
        received.append(request)
        connection.sendall(reply(200, b""))

    with serving(keep) as url:
        outbound.post(url + "there", b"old 0\n", limit=10, content_type="text/x")
    (request,) = received
    assert request.startswith(b"POST /there HTTP/1.1\r\n")
    assert b"Content-Type: text/x\r\n" in request
    assert request.endswith(b"\r\n\r\nold 0\n")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        pytest.param(lambda c, _: time.sleep(5), "超时", id="silent"),
        pytest.param(lambda c, _: drop_by_drop(c, HEAD + b"X: " + b"a" * 999), "超时", id="head by drops"),
        pytest.param(lambda c, _: drop_by_drop(c, HEAD + b"\r\n" + b"a" * 999), "超时", id="body by drops"),
        pytest.param(
            lambda c, _: drop_by_drop(c, HEAD + b"Content-Length: 999\r\n\r\n" + b"a" * 999),
            "超时",
            id="body of a length by drops",
        ),
    ],
)
def test_an_answer_that_takes_too_long_is_given_up_at_the_deadline(
    outbound: Outbound, behaviour: Behaviour, words: str
) -> None:
    with serving(behaviour) as url:
        began = time.monotonic()
        with pytest.raises(OutboundError, match=words):
            outbound.get(url, limit=LIMIT)
        assert DEADLINE_S / 2 < time.monotonic() - began < 3


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(lambda c, _: for_ever(c, HEAD + b"\r\n" + b"a" * 65_536), id="endless"),
        pytest.param(lambda c, _: c.sendall(reply(200, b"a" * (LIMIT + 1))), id="one too many"),
        pytest.param(
            lambda c, _: c.sendall(reply(200, gzip.compress(bytes(10**7)), "Content-Encoding: gzip")),
            id="unpacks to much",
        ),
    ],
)
def test_an_answer_of_more_bytes_than_expected_is_refused(outbound: Outbound, behaviour: Behaviour) -> None:
    with serving(behaviour) as url, pytest.raises(OutboundError, match=f"超过 {LIMIT} 字节"):
        outbound.get(url, limit=LIMIT)


def test_endless_head_is_refused(outbound: Outbound) -> None:
    endless = HEAD + b"X: " + b"a" * 65_536
    with serving(lambda c, _: for_ever(c, endless)) as url, pytest.raises(OutboundError):
        outbound.get(url, limit=LIMIT)


def test_a_compressed_answer_is_unpacked(outbound: Outbound) -> None:
    with serving(lambda c, _: c.sendall(reply(200, gzip.compress(b"leaf"), "Content-Encoding: gzip"))) as url:
        assert outbound.get(url, limit=4).body == b"leaf"


def test_a_redirect_is_an_answer_and_not_followed(outbound: Outbound) -> None:
    asked = []

    def elsewhere(connection: socket.socket, request: bytes) -> None:
        asked.append(request)
        connection.sendall(reply(302, b"", f"Location: {target}"))

    with serving(lambda c, _: c.sendall(reply(200, b"trap"))) as target, serving(elsewhere) as url:
        assert outbound.get(url, limit=LIMIT).status == 302
    assert len(asked) == 1


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_needs_no_length(outbound: Outbound, status: int) -> None:
    """As most receivers of notices answer: it must not be taken for one that broke off, and sent again."""
    head = f"HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n".encode()
    with serving(lambda c, _: c.sendall(head)) as url:
        answer = outbound.post(url, b"{}", limit=LIMIT, content_type="application/json")
    assert (answer.status, answer.body) == (status, b"")


@pytest.mark.parametrize(
    "cut",
    [b"", HEAD[:9], HEAD, HEAD + b"Content-Le", HEAD + b"Content-Length: 9\r\n\r\nfour", b"gopher\r\n"],
)
def test_an_answer_that_breaks_off_is_none(outbound: Outbound, cut: bytes) -> None:
    with serving(lambda c, _: c.sendall(cut)) as url, pytest.raises(OutboundError):
        outbound.get(url, limit=LIMIT)


@pytest.mark.parametrize("url", ["", "file:///etc/hostname", "log.example", "ftp://127.0.0.1/", "http://"])
def test_only_http_is_asked(outbound: Outbound, url: str) -> None:
    with pytest.raises(OutboundError):
        outbound.get(url, limit=LIMIT)


def test_nobody_there_is_told_in_one_line(outbound: Outbound) -> None:
    with pytest.raises(OutboundError) as caught:
        outbound.get("http://127.0.0.1:1/x", limit=LIMIT)
    assert "\n" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


def test_a_server_that_nobody_vouches_for_is_not_asked(outbound: Outbound, tmp_path: Path) -> None:
    server = Authority.new(tmp_path / "tls").server_named("server")
    (tmp_path / "cert.pem").write_bytes(server.certificate)
    (tmp_path / "key.pem").write_bytes(server.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with listening.accept()[0] as plain, pytest.raises(OSError), context.wrap_socket(plain, True):  # noqa: PT011
                pass

        thread = Thread(target=accept)
        thread.start()
        with pytest.raises(OutboundError, match="certificate"):
            outbound.get(f"https://127.0.0.1:{listening.getsockname()[1]}/", limit=LIMIT)
        thread.join()
