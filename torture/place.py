"""Where rounds are made: in memory where there is room, for what is tried is not this machine's disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from torture.site import BUILD

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30


def place() -> Path:
    """A directory of this account for what rounds need."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        chosen = _MEMORY / f"registry-torture-{os.getuid()}"
    else:
        chosen = BUILD / "rounds"
    chosen.mkdir(parents=True, exist_ok=True, mode=0o700)
    return chosen


def scratch(name: str) -> Path:
    """A new empty directory there; whoever has it removes it."""
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place()))
