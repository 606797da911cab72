"""Where histories are recorded: registries as they are served, alone or as several processes, and killed.

An installation is founded anew for each, with an address that stays the same when it is started again.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.events import firm, licence, placed
from tests.support.served import Served, authority_of
from tests.support.spine import Spine, found_spine, furnish
from torture.histories.clients import FIRMS

START_S = 120.0
READY = re.compile(r"在 (\S+) 提供服务")


@dataclass(slots=True)
class Ground:
    """A registry that is served by ``registry serve``."""

    served: Served
    readers: int
    process: subprocess.Popen[str]

    def children(self) -> Mapping[int, str]:
        """The processes of a registry of several, with their roles."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = re.search(r"\) \S (\d+)", (entry / "stat").read_text())
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if parent and int(parent[1]) == self.process.pid and b"registry.process" in words:
                    found[int(entry.name)] = words[words.index(b"registry.process") + 1].decode()
        return found

    def kill(self, role: str) -> None:
        """Kills the process of a role, which whoever watches over it starts again; "all": everything, which
        is started again here."""
        if role != "all":
            os.kill(next(pid for pid, each in self.children().items() if each == role), signal.SIGKILL)
            return
        children = self.children()
        self.process.kill()
        self.process.wait(START_S)
        for pid in children:
            _wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists())  # type: ignore[misc]
        if self.process.stdout:
            self.process.stdout.close()
        self.process = _started(self.served.spine, self.readers)


def _wait_until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + START_S
    while not done() and time.monotonic() < until:
        time.sleep(0.05)


@contextmanager
def ground(directory: Path, readers: int) -> Iterator[Ground]:
    """A registry in an empty directory, served until the block ends; with so many reading processes."""
    spine = town(directory / "registry")
    spine.engine.close()
    authority, port = authority_of(spine), _free_port()
    authority.server_named("server")
    config = spine.directory / "registry.toml"
    text = config.read_text("utf-8").replace('"tls/', f'"{authority.directory}/')
    config.write_text(text.replace('"127.0.0.1:0"', f'"127.0.0.1:{port}"'), "utf-8")
    served = Served(spine, authority, f"127.0.0.1:{port}")
    found = Ground(served, readers, _started(spine, readers))
    try:
        yield found
    finally:
        served.close()
        found.process.terminate()
        found.process.communicate(timeout=START_S)


def town(directory: Path) -> Spine:
    """A registry that has something of every firm, so that one whose bans are withdrawn is known."""
    spine = furnish(found_spine(directory), ["财政", "市场监管", "税务", "法院"])
    for number in FIRMS:
        placed(spine.say("市场监管", event=licence("市场监管", firm(number))))
    return spine


def _started(spine: Spine, readers: int) -> subprocess.Popen[str]:
    more = ["--readers", str(readers)] if readers else []
    process = subprocess.Popen(
        [sys.executable, "-m", "registry", "serve", "--directory", str(spine.directory), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    if not READY.search(process.stdout.readline()):
        process.kill()
        raise RuntimeError(f"the registry in {spine.directory} did not start")
    return process


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
