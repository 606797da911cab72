"""``registry serve`` as processes of its own, and clients of it over mutual TLS."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from torture.book import Book
from torture.disk.process import today
from torture.load import Client, Load
from torture.reach import Served
from torture.site import Site
from torture.statements import Statements

START_S, END_S = 300.0, 120.0
CLIENTS = 3
_READY = re.compile(r":(\d+) 提供服务")


class Server:
    """The processes of one registry, which serve when this is made. RuntimeError if they do not."""

    def __init__(self, site: Site, *, readers: int = 0, env: dict[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "registry", "serve", "--directory", str(site.registry)]
        self._log = (site.root / "server.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--readers", str(readers)],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=env,
        )
        assert self.process.stdout
        readable, _, _ = select.select([self.process.stdout], [], [], START_S)
        said = self.process.stdout.readline() if readable else "nothing"
        ready = _READY.search(said)
        if ready is None:
            self.end(signal.SIGKILL)
            raise RuntimeError(f"the server did not start: {said}")
        self.port = int(ready[1])

    def child(self, role: str) -> int:
        """The process of a role (``writer``, ``reader``). RuntimeError if there is none."""
        for pid in _children(self.process.pid):
            if role.encode() in _command_line(pid):
                return pid
        raise RuntimeError(f"there is no {role}")

    def end(self, number: signal.Signals) -> None:
        """Sends a signal to the first process, and waits until all are gone. RuntimeError if one stays."""
        below = _children(self.process.pid) if self.process.poll() is None else []
        self.process.send_signal(number)
        try:
            self.process.communicate(timeout=END_S)
            wait_until(lambda: not any(map(_runs, below)), END_S, "a process outlives its registry")
        finally:
            self._log.close()
            for pid in (*below, self.process.pid):
                if _runs(pid):
                    os.kill(pid, signal.SIGKILL)


@contextmanager
def under_load(site: Site, server: Server, book: Book, chance: Random, *, stays: bool) -> Iterator[None]:
    """Clients state and ask until the block ends."""
    reached = Served(site, server.port, deadline_s=5.0)
    reached.open()
    statements = Statements(site, today())
    clients = [
        Client(number, reached, statements, book, Random(chance.random()), stays)
        for number in range(1, CLIENTS + 1)
    ]
    load = Load(clients)
    load.start()
    try:
        yield
    finally:
        load.stop()
        reached.close()


def wait_until(holds: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """RuntimeError if something does not come to hold in time."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise RuntimeError(otherwise)
        time.sleep(0.02)


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _runs(pid: int) -> bool:
    return b"registry" in _command_line(pid)
