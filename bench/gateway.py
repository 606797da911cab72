"""The JSON gateway against the same calls over gRPC: ``Check``, and ``BatchCheck`` of 1,000.

    one at a time   how long a call takes, by an ordinary client of each kind over one connection
    32 under way    calls a second: HTTP/1.1 on 32 kept connections, gRPC on one (``bench.wire``)

The registry has one core; the gateway shares the rest with the load. HTTP is plain here, as it is behind a
proxy that ends TLS on the same machine. A ratio is what the gateway does of what gRPC does in the same round.

    python -m bench.gateway DIRECTORY TARGET     the gateway, as a child; prints its port
"""

from __future__ import annotations

import json
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from google.protobuf import json_format
from google.protobuf.message import Message

from bench.machine import bound_to, loading_cores, serving_cores
from bench.measure import BATCH_CHECK, CHECK, Figure
from bench.population import ORIGIN, Population, firm
from bench.running import Running
from bench.wire import Connection
from registry.access.identity import Caller, CallerRole
from registry.token_desk import GATEWAY, KEY, issue_token
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry_client.credentials import Credentials
from registry_web.gateway import gateway_app
from registry_web.gateway.limits import Limits
from registry_web.security import Rate
from registry_web.serving import WebServer

ASKER = Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN)
CALLS, ROUNDS, DEPTH, BATCH, BATCHES = 400, 7, 32, 1000, 10
_PURPOSE = pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT)
_MATTER = pb.Matter(role=subject_pb2.SUBJECT_ROLE_BIDDER)
PATHS = {CHECK: "/v1/restrictions:check", BATCH_CHECK: "/v1/restrictions:batchCheck"}


def gateway_figures(running: Running, population: Population, credential: Path) -> Iterator[Figure]:
    """A gateway in a process of its own, before the server that runs."""
    running.bind(serving_cores())
    checks = [_question(number) for number in _mixed(population, CALLS)]
    batches = [_batch(_mixed(population, BATCH)) for _ in range(BATCHES)]
    with bound_to(loading_cores()), _serving(running, population) as port:
        token = _token(population)
        asked = [_request(port, CHECK, _json(each, pb.CheckRequest), token) for each in checks]
        many = [_request(port, BATCH_CHECK, _json(each, pb.BatchCheckRequest), token) for each in batches]
        direct, direct_many = (running.caller(method, credential) for method in (CHECK, BATCH_CHECK))
        yield _one_at_a_time("JSON gateway, Check, one at a time", port, asked, direct, checks)
        yield _under_way(running, port, asked, checks, credential)
        yield _one_at_a_time("JSON gateway, BatchCheck of 1,000", port, many, direct_many, batches)


def _one_at_a_time(
    name: str,
    port: int,
    requests: Sequence[bytes],
    call: Callable[[bytes], bytes],
    messages: Sequence[bytes],
) -> Figure:
    connection = _Kept(port)
    rounds = [(_median_s(connection.ask, requests), _median_s(call, messages)) for _ in range(ROUNDS)]
    connection.close()
    ratio = statistics.median(direct / through for through, direct in rounds)
    through, direct = (statistics.median(each) * 1000 for each in zip(*rounds, strict=True))
    return Figure(name, ratio, "", None, f"{through:.1f} ms a call, {direct:.1f} ms over gRPC")


def _under_way(
    running: Running, port: int, requests: Sequence[bytes], messages: Sequence[bytes], credential: Path
) -> Figure:
    wire = Connection(running.port, credential, CHECK)
    rounds = []
    for _ in range(ROUNDS):
        through = len(requests) / _seconds(lambda: _run(port, requests))
        direct = len(messages) / _seconds(lambda: wire.run(messages, DEPTH))
        rounds.append((through, direct))
    wire.close()
    ratio = statistics.median(through / direct for through, direct in rounds)
    through, direct = (statistics.median(each) for each in zip(*rounds, strict=True))
    name = f"JSON gateway, Check, {DEPTH} under way"
    return Figure(name, ratio, "", None, f"{through:,.0f} a second, {direct:,.0f} over gRPC")


def _median_s(call: Callable[[bytes], bytes], requests: Sequence[bytes]) -> float:
    return statistics.median(_seconds(partial(call, each)) for each in requests)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _mixed(population: Population, count: int) -> list[int]:
    """One firm in ten is restricted, the others are known by a licence alone."""
    restricted, clear = population.restricted, population.clear
    return [
        number % restricted if number % 10 == 0 else restricted + number % clear for number in range(count)
    ]


def _question(number: int) -> bytes:
    request = pb.CheckRequest(purpose=_PURPOSE, matter=_MATTER)
    request.subject.type, request.subject.value = subject_pb2.IDENTIFIER_TYPE_USCC, firm(number)
    return request.SerializeToString()


def _batch(numbers: Sequence[int]) -> bytes:
    codes = [firm(number) for number in numbers]
    kind = subject_pb2.IDENTIFIER_TYPE_USCC
    request = pb.BatchCheckRequest(identifier_type=kind, identifiers=codes, purpose=_PURPOSE, matter=_MATTER)
    return request.SerializeToString()


def _json(message: bytes, kind: type[Message]) -> bytes:
    said = json_format.MessageToDict(kind.FromString(message), preserving_proto_field_name=True)
    return json.dumps(said, ensure_ascii=False).encode()


def _request(port: int, method: str, body: bytes, token: str) -> bytes:
    head = (
        f"POST {PATHS[method]} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Kept:
    """A connection that is kept, with one request at a time on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def ask(self, request: bytes) -> bytes:
        """The answer to a request."""
        self.send(request)
        while (answer := self.receive()) is None:
            pass
        return answer

    def send(self, request: bytes) -> None:
        """Begins a request."""
        self._read = b""
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """Reads on; the answer when it is whole. Whatever is not 200 ends the run."""
        self._read += self.socket.recv(1 << 18)
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return None
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"bench: the gateway answered {head[:80]!r} {body[:300]!r}")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return body if len(body) >= length else None

    def close(self) -> None:
        """Ends it."""
        self.socket.close()


def _run(port: int, requests: Sequence[bytes]) -> None:
    """Asks each request once, on as many connections as are to be under way."""
    waiting, left = iter(requests), len(requests)
    with selectors.DefaultSelector() as selector:
        for request in islice(waiting, DEPTH):
            kept = _Kept(port)
            selector.register(kept.socket, selectors.EVENT_READ, kept)
            kept.send(request)
        while left:
            for key, _ in selector.select():
                if key.data.receive() is not None:
                    left -= 1
                    if (following := next(waiting, None)) is not None:
                        key.data.send(following)
        for key in list(selector.get_map().values()):
            key.data.close()


def _token(population: Population) -> str:
    tokens = population.config.tokens
    assert tokens is not None
    key, now = population.directory / KEY, int(time.time())
    return issue_token(tokens.issuers, key, ASKER, GATEWAY, token_id="bench", now_s=now, lifetime_s=86_400)


@contextmanager
def _serving(running: Running, population: Population) -> Iterator[int]:
    face = population.credential("gateway", Caller(CallerRole.FACE, GATEWAY, ORIGIN))
    command = [sys.executable, "-m", "bench.gateway", str(face), f"127.0.0.1:{running.port}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = process.stdout.readline()
        if not told:
            sys.exit("bench: the gateway did not start")
        yield int(told)
        process.stdin.close()


def serve(credential: Path, target: str) -> None:
    """Serves a gateway until standard input ends."""
    unbounded = Rate(burst=1e9, per_s=1e9)
    app = gateway_app(target, Credentials.load(credential), limits=Limits(unbounded, unbounded, unbounded))
    server = WebServer(app, "127.0.0.1:0")
    print(server.port, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
