"""The server of one size: from its start to its first answer, and what a Check takes by the wire."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from bench.growth.records import drawn
from bench.machine import bound_to, loading_cores, serving_cores
from bench.measure import CHECK
from bench.running import Running, running
from bench.wire import Connection
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2

CALLS, ROUNDS, DEPTH, WARM = 1000, 5, 32, 200
QUIET, PATIENCE_S = 0.05, 1800.0
"""CPU seconds in a second that count as none, and how long they are waited for."""


@dataclass(frozen=True, slots=True)
class ServingMeasured:
    """Seconds until the first answer and until what is done once after a start is over; bytes that the server
    has to itself; seconds of a Check: median, 99th percentile, and the server's CPU."""

    start_s: float
    quiet_s: float
    private_bytes: int
    check_s: float
    check_99_s: float
    check_cpu_s: float


def serving_measured(directory: Path, credential: Path, made: int) -> ServingMeasured:
    """Serves an installation, and asks about the firms that were made."""
    start = time.perf_counter()
    with running(directory) as server, bound_to(loading_cores()):
        connection = Connection(server.port, credential, CHECK)
        connection.run(_questions(made, 1), 1)
        require_restricted(connection.last_answer)
        start_s = time.perf_counter() - start
        _wait_until_quiet(server)
        quiet_s = time.perf_counter() - start
        server.bind(serving_cores())
        connection.run(_questions(made, WARM), DEPTH)
        taken, cpu = _asked(server, connection, made)
        connection.close()
        private = _private_bytes(server.pid)
    slowest = statistics.quantiles(taken, n=100)[98]
    return ServingMeasured(
        start_s, quiet_s, private, statistics.median(taken), slowest, statistics.median(cpu)
    )


def require_restricted(answer: bytes) -> None:
    """Ends the program if the index is not what is answered from."""
    response = pb.CheckResponse.FromString(answer[5:])  # Behind the frame of gRPC.
    if not response.hits:
        raise SystemExit("bench: a restricted firm is not answered as one: the index was not taken")


def _wait_until_quiet(server: Running) -> None:
    """What a server does once after its start, such as looking for what is due, slows its answers."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        used = server.cpu_seconds()
        time.sleep(1.0)
        if server.cpu_seconds() - used < QUIET:
            return


def _asked(server: Running, connection: Connection, made: int) -> tuple[list[float], list[float]]:
    """Seconds of each call alone, and CPU seconds of the server for a call among many, by rounds."""
    taken, cpu = [], []
    for _ in range(ROUNDS):
        for message in _questions(made, CALLS // 2):
            start = time.perf_counter()
            connection.run([message], 1)
            taken.append(time.perf_counter() - start)
        messages, used = _questions(made, CALLS), server.cpu_seconds()
        connection.run(messages, DEPTH)
        cpu.append((server.cpu_seconds() - used) / CALLS)
    return taken, cpu


def _private_bytes(pid: int) -> int:
    """Memory that is not of files, which all processes share: RssAnon of proc(5)."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def _questions(made: int, count: int) -> list[bytes]:
    return list(map(_question, drawn(made, count)))


def _question(code: str) -> bytes:
    request = pb.CheckRequest()
    request.subject.type, request.subject.value = subject_pb2.IDENTIFIER_TYPE_USCC, code
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    return request.SerializeToString()
