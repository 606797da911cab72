"""What requirements.lock pins: names, versions, and digests of every file that may be installed for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
_ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of the lock; ``name`` is normalised (PEP 503), ``digests`` are SHA-256 in hex, sorted."""

    name: str
    version: str
    digests: tuple[str, ...]


def locked(text: str) -> list[Locked]:
    """The packages of a lock, in its order."""
    return [
        Locked(found[1], found[2], tuple(sorted(_HASH.findall(found[3])))) for found in _ENTRY.finditer(text)
    ]
