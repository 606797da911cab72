"""What a registry's processes hold, as the kernel tells it.

Memory is what is the process's own (``Private_Dirty`` and ``Private_Clean`` of anonymous pages, by
``smaps_rollup``): files that are mapped, as the index is, belong to the page cache, and shared pages to
nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.config import STORE

_STORE = (f"/{STORE}", f"/{STORE}-wal")


@dataclass(frozen=True, slots=True)
class Held:
    """What one process holds; ``memory`` in bytes. ``reading``: descriptors of the store's connections, which
    a pool keeps once it has made them, up to a bound; ``descriptors``: all others."""

    memory: int
    descriptors: int
    threads: int
    connections: int
    reading: int = 0


def processes(root: int) -> Mapping[str, int]:
    """The process and its children by role; readers are numbered in the order in which they were started."""
    found: dict[str, int] = {}
    children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    for pid in sorted(map(int, children)):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"registry.process" in words:
            role = words[words.index(b"registry.process") + 1].decode()
            number = sum(each.startswith(role) for each in found)
            found[f"{role} {number + 1}" if role == "reader" else role] = pid
    return {"supervisor" if found else "server": root, **found}


def held(pid: int) -> Held | None:
    """What a process holds; None if it is gone."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        status = Path(f"/proc/{pid}/status").read_text()
        targets = [_target(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return None
    anonymous = re.search(r"^Pss_Anon:\s+(\d+)", rollup, re.MULTILINE)
    threads = re.search(r"^Threads:\s+(\d+)", status, re.MULTILINE)
    reading = sum(target.endswith(_STORE) for target in targets)
    return Held(
        int(anonymous[1]) * 1024 if anonymous else 0,
        len(targets) - reading,
        int(threads[1]) if threads else 0,
        sum(target.startswith("socket:") for target in targets),
        reading,
    )


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def size_of(directory: Path) -> int:
    """Bytes of the files in a directory."""
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
