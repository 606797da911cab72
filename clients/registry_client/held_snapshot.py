"""What a caller has of a snapshot, and what changed since: what is asked for and what comes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry.provenance.signed_table import HEAD_BYTES
from registry.provenance.snapshot import SNAPSHOT, SnapshotHeader
from registry.v1 import snapshot_service_pb2 as pb

MAX_BYTES = 1 << 33
"""Of a snapshot: one of 400 million subjects."""
MAX_DELTA_BYTES = 1 << 26


@dataclass(frozen=True, slots=True)
class Held:
    """A base by its signed header, as it stands in the file, and the position that deltas over it reach."""

    envelope: bytes
    header: SnapshotHeader
    reached: int


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since a snapshot; without ``delta`` another snapshot was fetched, for a reason
    (registry.v1.WholeReason), or nothing where nothing newer is to be had (``unchanged``)."""

    delta: bytes | None = None
    unchanged: bool = False
    whole_reason: pb.WholeReason.ValueType = pb.WHOLE_REASON_UNSPECIFIED


def held_in(path: Path) -> Held:
    """The snapshot in a file, by its header alone: nothing of it is believed yet. Raises SnapshotError,
    OSError."""
    with path.open("rb") as file:
        size, _ = SNAPSHOT.begin_of(file.read(HEAD_BYTES))
        envelope = file.read(size)
    header = SnapshotHeader.decode(SNAPSHOT.opened(envelope).payload)
    return Held(envelope, header, header.position)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside another, which takes its place at the end of the block, or is gone if that fails."""
    handle, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
