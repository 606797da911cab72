"""What lies on disks (存放): sizes, and how old the newest backup is; looked at now and then.

A backup is a directory with a manifest and a store in it (``registry.backups``): one without a manifest was
never finished, one without a store is an increment, and neither counts. What cannot be looked at is left out,
and so an alert on its absence is raised.
"""

from __future__ import annotations

import math
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

MANIFEST = "manifest.json"
"""Stands in a backup that was finished."""
STORE_FILE = "store.db"
"""Stands in one that is whole."""
Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """A value that is worked out again when it is older than so many seconds; for one thread at a time."""

    def __init__(self, make: Callable[[], Value], seconds: float) -> None:
        self._make = make
        self._seconds = seconds
        self._made_s = float("-inf")
        self._value: Value | None = None

    def get(self) -> Value:
        """The value. Raises what making it raises."""
        if self._value is None or time.monotonic() - self._made_s > self._seconds:
            self._value = self._make()
            self._made_s = time.monotonic()
        return self._value


def store_bytes(store: Path) -> int:
    """A store's file and what SQLite keeps beside it. Raises OSError."""
    beside = (store.with_name(store.name + end) for end in ("-wal", "-shm"))
    return store.stat().st_size + sum(each.stat().st_size for each in beside if each.exists())


def tree_bytes(directory: Path) -> int:
    """All files below a directory; what goes away meanwhile counts nothing. Raises OSError."""
    return sum(_sizes(directory))


def _sizes(directory: Path) -> Iterator[int]:
    with os.scandir(directory) as entries:
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    yield from _sizes(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                continue


def newest_backup_s(directory: Path) -> float:
    """When the newest whole backup in a directory was finished, in seconds since 1970, increments left out;
    minus infinity if there is none, or the directory cannot be read."""
    try:
        whole = (path for path in directory.glob(f"*/{MANIFEST}") if (path.parent / STORE_FILE).exists())
        return max((path.stat().st_mtime for path in whole), default=-math.inf)
    except OSError:
        return -math.inf


def own_process() -> dict[str, float]:
    """Of this process: resident bytes, open file descriptors and how many there may be, threads."""
    status = Path("/proc/self/status").read_text("ascii", errors="replace")
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return {
        "resident_bytes": float(fields["VmRSS"].split()[0]) * 1024,
        "open_descriptors": float(len(os.listdir("/proc/self/fd"))),
        "max_descriptors": float(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
        "threads": float(fields["Threads"]),
    }
