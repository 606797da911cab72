"""Starting the server process, and what an ordinary client needs to call it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from bench.machine import bind_process, cpu_seconds


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers on two ports of the loopback; see ``bench.server``."""

    pid: int
    port: int
    bare_port: int

    def cpu_seconds(self) -> float:
        """CPU time the server has used so far."""
        return cpu_seconds(self.pid)

    def bind(self, places: set[int]) -> None:
        """Binds the server to cores."""
        bind_process(self.pid, places)

    def caller(self, method: str, credential: Path) -> Callable[..., Any]:
        """A unary call over mutual TLS with bytes in and bytes out, so that a client does next to nothing."""
        ca, cert, key = ((credential / name).read_bytes() for name in ("ca.pem", "cert.pem", "key.pem"))
        channel = grpc.secure_channel(
            f"127.0.0.1:{self.port}",
            grpc.ssl_channel_credentials(ca, key, cert),
            options=[("grpc.max_receive_message_length", -1), ("grpc.use_local_subchannel_pool", 1)],
        )
        return channel.unary_unary(method, None, None)


@contextmanager
def running(directory: Path, *more: str) -> Iterator[Running]:
    """A server over an installation, until the block ends; ``more``: see ``bench.server``."""
    command = [sys.executable, "-m", "bench.server", str(directory), *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = process.stdout.readline()
        if not told:
            sys.exit("bench: the server did not start")
        ports = json.loads(told)
        yield Running(process.pid, ports["port"], ports["bare_port"])
        process.stdin.close()
