"""The server under load: ``registry serve`` over an installation of its own; what it uses of the machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

EVERY_S = 0.5
_PORT = re.compile(r":(\d+) 提供服务")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Served:
    """A server's processes, and its memory and processor time as they went: instant, bytes, seconds."""

    pid: int
    port: int
    samples: list[tuple[float, int, float]] = field(default_factory=list)
    _stop: Event = field(default_factory=Event)

    def watch(self) -> None:
        """Looks twice a second until ``stop``."""
        while not self._stop.wait(EVERY_S):
            pids = [self.pid, *_children(self.pid)]
            found = [_used(pid) for pid in pids]
            memory, spent = sum(each[0] for each in found), sum(each[1] for each in found)
            self.samples.append((time.perf_counter(), memory, spent))

    def stop(self) -> None:
        """Ends the watch."""
        self._stop.set()


@contextmanager
def serving(directory: Path, readers: int) -> Iterator[Served]:
    """The server until the block ends, watched."""
    command = [sys.executable, "-m", "registry", "serve", "--directory", str(directory)]
    command += ["--readers", str(readers)] if readers else []
    with (directory / "serve.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            told = _PORT.search(process.stdout.readline())
            if told is None:
                raise SystemExit(f"overload: the server did not start; see {log.name}")
            served = Served(process.pid, int(told[1]))
            watcher = Thread(target=served.watch, daemon=True)
            watcher.start()
            yield served
            served.stop()
            watcher.join()
        finally:
            process.terminate()
            process.wait(60)


def _children(pid: int) -> list[int]:
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in found.split()]


def _used(pid: int) -> tuple[int, float]:
    """Resident bytes and processor seconds of a process."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0.0
    resident = re.search(r"VmRSS:\s+(\d+)", status)
    return int(resident[1]) * 1024 if resident else 0, (int(fields[11]) + int(fields[12])) / _TICKS
