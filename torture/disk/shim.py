"""The library that stands between a process and its disk and clock (``shim.c``), and its controls.

with Controls(tmp / "controls") as controls:
    process = subprocess.Popen(command, env=shimmed(root, controls=controls.path))
    controls.set(room=100_000)    # bytes; then the disk is full
"""

from __future__ import annotations

import fcntl
import mmap
import os
import shutil
import struct
import subprocess
from pathlib import Path
from types import TracebackType

from torture.site import BUILD

SOURCE = Path(__file__).with_name("shim.c")
NAMES = ("clock_ns", "room", "writes", "syncs", "failing", "delay_ns", "shortest", "spare")
_ONE = struct.Struct("=q")


def missing() -> str:
    """What this machine lacks for it."""
    return "" if shutil.which("gcc") else "no gcc, which makes the library between registry and disk"


def library() -> Path:
    """The library, compiled if it is older than its source."""
    made = BUILD / "shim.so"
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "shim.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists() or made.stat().st_mtime < SOURCE.stat().st_mtime:
            beside = made.with_suffix(".new")
            flags = ("-Wall", "-O1", "-shared", "-fPIC")
            command = ["gcc", *flags, "-o", str(beside), str(SOURCE), "-ldl", "-lpthread"]
            subprocess.run(command, check=True, timeout=60)
            beside.rename(made)
    return made


def shimmed(below: Path, *, journal: Path | None = None, controls: Path | None = None) -> dict[str, str]:
    """The environment of a process whose files below a directory are stood before."""
    more = {"LD_PRELOAD": str(library()), "TORTURE_DIRECTORY": str(below.resolve())}
    more["TORTURE_JOURNAL"] = str(journal.resolve()) if journal else ""
    more["TORTURE_CONTROL"] = str(controls.resolve()) if controls else ""
    return {**os.environ, **more}


class Controls:
    """What ``shim.c`` does to a process from now on; -1 and 0: nothing, as it says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(b"".join(_ONE.pack(-1 if name in _NEVER else 0) for name in NAMES))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)

    def __enter__(self) -> Controls:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._memory.close()

    def set(self, **values: int) -> None:
        """Sets some of ``NAMES``."""
        for name, value in values.items():
            _ONE.pack_into(self._memory, NAMES.index(name) * _ONE.size, value)

    def calm(self) -> None:
        """No more trouble with the disk; the clock stays as it is."""
        self.set(room=-1, writes=-1, syncs=-1, failing=0, delay_ns=0, shortest=0)


_NEVER = ("room", "writes", "syncs")
