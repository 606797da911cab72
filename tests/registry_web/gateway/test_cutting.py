"""When somebody does not wait, hangs up, answers nonsense, or is not there."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import httpx
import pytest

from registry_web.gateway.limits import SMALL_BYTES, Limits
from tests.support.faces import Faced, facing
from tests.support.gateway import Gateway, gateway, problem_of, question
from tests.support.history import short_ban
from tests.support.served import Authority, Served, code_of
from tests.support.spine import found_spine, furnish

CHECK = "/v1/restrictions:check"
PATIENCE_S = 10.0


class Upstream:
    """A server in the registry's place that behaves as it is told, and notes what it sees."""

    def __init__(self) -> None:
        self.behave: Callable[[grpc.ServicerContext], bytes] = lambda _: b""
        self.begun, self.ended = Event(), Event()
        self.metadata: dict[str, Any] = {}
        self.time_left_s: float | None = None

    def service(self, _details: Any) -> Any:
        """See grpc.GenericRpcHandler."""
        return grpc.unary_unary_rpc_method_handler(self._call)

    def _call(self, _request: bytes, context: grpc.ServicerContext) -> bytes:
        self.metadata = dict(context.invocation_metadata())
        self.time_left_s = context.time_remaining()
        context.add_callback(self.ended.set)
        self.begun.set()
        return self.behave(context)


@contextmanager
def standing_in(running: Gateway, registry: Upstream, address: str = "127.0.0.1:0") -> Iterator[str]:
    """Serves it with a certificate of the registry's authority; its address."""
    server = grpc.server(
        ThreadPoolExecutor(4),
        options=[("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)],
    )
    server.add_generic_rpc_handlers((registry,))  # type: ignore[arg-type]
    own = running.faced.served.authority.server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    port = server.add_secure_port(address, credentials)
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()


@pytest.fixture
def upstream(running: Gateway) -> Iterator[tuple[Upstream, httpx.Client, str]]:
    """One, and a client of a gateway before it."""
    made = Upstream()
    with (
        standing_in(running, made) as target,
        gateway(running.faced, target=target) as url,
        Gateway(url, running.faced).caller() as client,
    ):
        yield made, client, url


def waits(context: grpc.ServicerContext) -> bytes:
    """Answers nothing while anybody waits."""
    while context.is_active():
        time.sleep(0.02)
    return b""


def test_a_call_that_is_not_answered_in_time_is_a_504(upstream: tuple[Upstream, httpx.Client, str]) -> None:
    registry, client, _ = upstream
    registry.behave = waits
    began = time.monotonic()
    said = problem_of(client.post(CHECK, json={}, headers={"prefer": "wait=1"}))
    assert (said["status"], said["reason"]) == (504, "DEADLINE_EXCEEDED")
    assert 0.9 <= time.monotonic() - began < PATIENCE_S
    assert registry.ended.wait(PATIENCE_S)


def test_the_deadline_goes_with_the_call(upstream: tuple[Upstream, httpx.Client, str]) -> None:
    registry, client, _ = upstream
    for prefer, seconds in (("", 30), ("wait=7", 7), ("wait=9999", 60)):
        client.post(CHECK, json={}, headers={"prefer": prefer})
        assert registry.time_left_s is not None
        assert seconds - 3 < registry.time_left_s < seconds + 1


def test_a_caller_who_hangs_up_ends_the_call(
    running: Gateway, upstream: tuple[Upstream, httpx.Client, str]
) -> None:
    registry, client, url = upstream
    registry.behave = waits
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = [f"POST {CHECK} HTTP/1.1", "Host: a", "Content-Type: application/json", "Content-Length: 2"]
        head.append(f"Authorization: {client.headers['authorization']}")
        connection.sendall("\r\n".join([*head, "", "{}"]).encode())
        assert registry.begun.wait(PATIENCE_S)
        assert not registry.ended.is_set()
    assert registry.ended.wait(PATIENCE_S)


def test_what_goes_along_is_the_token_the_number_and_a_trace_and_nothing_else(
    upstream: tuple[Upstream, httpx.Client, str],
) -> None:
    registry, client, _ = upstream
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = {
        "traceparent": trace,
        "x-request-id": "number-1",
        "registry-caller": "registry://x/registrar/y",
    }
    client.post(CHECK, json={}, headers={**headers, "grpc-timeout": "1n", "cookie": "a=b", "te": "x"})
    assert registry.metadata["authorization"] == client.headers["authorization"]
    assert (registry.metadata["traceparent"], registry.metadata["x-request-id"]) == (trace, "number-1")
    assert registry.metadata.keys() - {"authorization", "traceparent", "x-request-id"} <= {"user-agent"}
    client.post(CHECK, json={}, headers={"traceparent": "00-x"})
    assert "traceparent" not in registry.metadata


def test_an_answer_that_is_no_message_is_a_502_and_not_shown(
    upstream: tuple[Upstream, httpx.Client, str],
) -> None:
    registry, client, _ = upstream
    registry.behave = lambda _: b"\xff\xffsecret"
    answer = client.post(CHECK, json={})
    assert (problem_of(answer)["status"], problem_of(answer)["reason"]) == (502, "BAD_GATEWAY")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (grpc.StatusCode.UNIMPLEMENTED, 501, "UNIMPLEMENTED"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 413, "ANSWER_TOO_LARGE"),
        (grpc.StatusCode.CANCELLED, 503, "UNAVAILABLE"),
        (grpc.StatusCode.INTERNAL, 502, "BAD_GATEWAY"),
        (grpc.StatusCode.UNKNOWN, 502, "BAD_GATEWAY"),
        (grpc.StatusCode.UNAUTHENTICATED, 502, "BAD_GATEWAY"),
    ],
)
def test_what_grpc_says_by_itself_is_told_in_words_of_the_gateway(
    code: grpc.StatusCode, status: int, reason: str, upstream: tuple[Upstream, httpx.Client, str]
) -> None:
    registry, client, _ = upstream
    registry.behave = lambda context: context.abort(code, "internal: ipv4:10.1.2.3:8443 traceback")
    answer = client.post(CHECK, json={})
    assert (problem_of(answer)["status"], problem_of(answer)["reason"]) == (status, reason)
    assert "10.1.2.3" not in answer.text


def test_an_answer_beyond_what_is_taken_is_told_as_that(upstream: tuple[Upstream, httpx.Client, str]) -> None:
    registry, client, _ = upstream
    registry.behave = lambda _: b"\x22" + b"\xff\xff\xff\x20" + bytes(70 * 1024 * 1024)
    assert problem_of(client.post(CHECK, json={}))["reason"] == "ANSWER_TOO_LARGE"


def test_while_the_registry_is_away_callers_are_told_when_to_come_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    spine = furnish(found_spine(tmp_path_factory.mktemp("away") / "registry"), ["财政"])
    spine.say("财政", "b1", event=short_ban(1))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"127.0.0.1:{taken.getsockname()[1]}"
    with facing(spine) as faced, gateway(faced, target=nobody) as url, Gateway(url, faced).caller() as client:
        answer = client.post(CHECK, json=question(code_of(1)))
        said = problem_of(answer)
        assert (said["status"], said["reason"], answer.headers["retry-after"]) == (503, "UNAVAILABLE", "1")
        assert nobody not in answer.text


def test_when_the_registry_is_back_so_is_the_gateway(running: Gateway) -> None:
    registry = Upstream()
    with standing_in(running, registry) as target:
        pass
    with gateway(running.faced, target=target) as url, Gateway(url, running.faced).caller() as client:
        for _ in range(2):
            with standing_in(running, registry, target):
                until = time.monotonic() + PATIENCE_S
                while (status := client.post(CHECK, json={}).status_code) != 200:
                    assert (status, time.monotonic() < until) == (503, True)
            assert client.post(CHECK, json={}).status_code == 503


def test_a_registry_that_another_authority_vouches_for_is_not_asked(running: Gateway, tmp_path: Path) -> None:
    other, registry = Authority.new(tmp_path / "other"), Upstream()
    stranger = Gateway(running.url, Faced(Served(running.faced.served.spine, other, "")))
    with (
        standing_in(stranger, registry) as target,
        gateway(running.faced, target=target) as url,
        Gateway(url, running.faced).caller() as client,
    ):
        assert problem_of(client.post(CHECK, json={}))["reason"] == "UNAVAILABLE"
    assert not registry.begun.is_set()


@contextmanager
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG, logger="registry_web"):
        yield


def test_the_log_has_methods_and_statuses_and_nothing_of_bodies_tokens_or_wrong_paths(
    running: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "130999199001010011"
    with logged(caplog), running.caller() as client:
        client.post(CHECK, json=question(secret), headers={"x-request-id": "number-77"})
        client.post(CHECK, content=json.dumps({secret: 1}))
        client.get(f"/v1/restrictions/{secret}")
        client.post(f"{CHECK}?code={secret}", json={})
        running.ask(f"token.{secret}", CHECK, b"{}")
        token = client.headers["authorization"].split()[1]
    time.sleep(0.2)
    # The gateway's own lines: the client of this test says where it goes as well.
    said = "\n".join(each.getMessage() for each in caplog.records if each.name.startswith("registry_web"))
    assert "/v1/restrictions:check 200" in said
    assert "/v1/restrictions:check 400 FIELD_INVALID" in said
    assert "number-77" in said
    assert secret not in said
    assert token not in said


def test_what_a_large_body_holds_is_counted_until_the_registry_has_answered(running: Gateway) -> None:
    registry, go = Upstream(), Event()
    large = json.dumps(question("9" * (3 * SMALL_BYTES))).encode()
    limits = Limits(held_bytes=len(large) + SMALL_BYTES)
    with (
        standing_in(running, registry) as target,
        gateway(running.faced, limits, target) as url,
        Gateway(url, running.faced).caller() as client,
        ThreadPoolExecutor(1) as beside,
    ):
        assert client.post(CHECK, json={}).status_code == 200  # The token is known from then on.
        registry.begun.clear()
        registry.behave = lambda _: bytes(not go.wait(PATIENCE_S))
        waiting = beside.submit(client.post, CHECK, content=large)
        assert registry.begun.wait(PATIENCE_S)
        assert problem_of(client.post(CHECK, content=large))["reason"] == "OVERLOADED"
        go.set()
        assert waiting.result(PATIENCE_S).status_code == 200
        assert client.post(CHECK, content=large).status_code == 200
    assert limits.held_bytes == len(large) + SMALL_BYTES
