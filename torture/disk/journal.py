"""The journal that ``shim.c`` writes of a process: every change of its files, in order.

Each entry is a head (type, lengths of two texts, flags, handle, offset or size), followed by the two. A
``handle`` is one opening of a file by one process; paths are absolute. A last entry that was cut off did not
happen.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

_HEAD = struct.Struct("=IIIIQq")


class Kind(IntEnum):
    """What was done."""

    OPEN = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC_BEGUN = 4
    SYNC_DONE = 5
    RENAME = 6
    UNLINK = 7
    LINK = 8
    MKDIR = 9
    SYNC_FAILED = 10


class Change(NamedTuple):
    """One entry. ``first`` is a path, or what was written; ``at`` an offset, or a size."""

    kind: Kind
    handle: int
    at: int
    flags: int
    first: bytes
    second: bytes


def changes(path: Path) -> Iterator[Change]:
    """The entries of a journal, in order."""
    content, at = path.read_bytes(), 0
    while at + _HEAD.size <= len(content):
        kind, length, more, flags, handle, where = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        if at + length + more > len(content):
            return
        yield Change(
            Kind(kind),
            handle,
            where,
            flags,
            content[at : at + length],
            content[at + length : at + length + more],
        )
        at += length + more
