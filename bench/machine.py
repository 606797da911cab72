"""What the figures were measured on, and the clocks and cores they were measured with."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cryptography
import grpc
from google.protobuf import __version__ as protobuf_version

SERVER_CORE = 0
"""Which of the cores that this process may use serves, where one core serves; the rest makes the load."""


def machine() -> str:
    """CPU, cores, system and the versions that matter, on one line."""
    versions = {
        "Python": platform.python_version(),
        "grpcio": grpc.__version__,
        "protobuf": protobuf_version,
        "SQLite": sqlite3.sqlite_version,
        "cryptography": cryptography.__version__,
    }
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{_cpu_model()}, {len(cores())} cores, {platform.system()} {platform.release()}, {told}"


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


_CORES = sorted(os.sched_getaffinity(0))


def cores() -> Sequence[int]:
    """The cores this process could use when it started."""
    return _CORES


def serving_cores() -> set[int]:
    """The one core that a server is bound to."""
    return {_CORES[SERVER_CORE]}


def loading_cores() -> set[int]:
    """The cores for the load: all but the server's, or that one where there is no other."""
    return set(_CORES) - serving_cores() or set(_CORES)


@contextmanager
def bound_to(places: set[int]) -> Iterator[None]:
    """Binds the calling thread to cores for a while."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, places)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def bind_process(pid: int, places: set[int]) -> None:
    """Binds every thread of a process to cores; threads it starts later inherit this."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), places)


def cpu_seconds(pid: int) -> float:
    """CPU time, user and system, of all threads of a process so far: clock_getcpuclockid(3)."""
    return time.clock_gettime((~pid << 3) | 2)


def require_linux() -> None:
    """Ends the program with one line elsewhere: cores and CPU clocks of other processes are Linux's."""
    if sys.platform != "linux":
        sys.exit("bench: cores are bound and CPU time is read in Linux's way; run it there")
