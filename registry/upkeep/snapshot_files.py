"""Snapshots as files (快照文件), for a web server to hand out to those who only fetch.

    <directory>/<domain>/snapshot     the base, compiled when no delta over the last one can be had
    <directory>/<domain>/delta        what changed since, written anew every ``interval_s``

Each takes its place by renaming, the base before the delta over it, so that whoever fetches the delta first
sees by its header whether the base is still the one it has. What is there is taken up after a restart.

Sooner than the interval both are written anew when a day begins or an edition was adopted: then the days
that the files speak of are others.

Who may fetch a domain's files is a right like that to ask in it (不当联结): the registry writes them, and who
gets them is ruled by whoever runs the web server. So each domain has a directory of its own. Files are
readable by their owner and the directory's group, by nobody else.

Example: ``[snapshots] domains = ["procurement"]`` and a minute: at 10:00 base and delta, at 10:01 a delta of
what 10:00 to 10:01 changed, and so on until a delta would be too large.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path

from registry.commands.snapshot_deltas import Base, WholeWantedError, base_of, build_delta
from registry.commands.snapshots import Seal, build_snapshot
from registry.commands.state import RegistryState
from registry.config import SnapshotFolder
from registry.domain.periods import china_day
from registry.durable import sync_directory
from registry.errors import RegistryError
from registry.provenance.signed_table import HEAD_BYTES, SnapshotError
from registry.provenance.snapshot import SNAPSHOT
from registry.store.interface import StoreError
from registry.upkeep.beside import Beside
from registry.v1 import snapshot_service_pb2 as pb
from registry.v1 import subject_pb2

SNAPSHOT_NAME, DELTA_NAME = "snapshot", "delta"
TICK_S = 0.5
logger = logging.getLogger(__name__)


class SnapshotFiles(Beside):
    """Writes the files of some domains in a thread of its own."""

    def __init__(
        self,
        state: RegistryState,
        seal: Seal,
        folder: SnapshotFolder,
        clock: Callable[[], int],
        *,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("snapshot-files")
        self._state, self._seal, self._folder = state, seal, folder
        self._clock, self._steady = clock, steady

    def write(self, name: str) -> None:
        """Writes the files of a domain. Raises RegistryError, StoreError, OSError."""
        domain = subject_pb2.Domain.Value(f"DOMAIN_{name.upper()}")
        directory = self._folder.directory / name
        directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        try:
            self._write_delta(directory, domain)
        except WholeWantedError as wanted:
            logger.info("snapshots of %s: a new base, %s", name, wanted)
            pieces = build_snapshot(self._state, domain, self._seal, made_ms=self._clock())
            _replace(directory / SNAPSHOT_NAME, pieces)
            self._write_delta(directory, domain)

    def _write_delta(self, directory: Path, domain: subject_pb2.Domain.ValueType) -> None:
        base = self._base(directory / SNAPSHOT_NAME, domain)
        _, pieces = build_delta(self._state, base, self._seal, made_ms=self._clock())
        _replace(directory / DELTA_NAME, pieces)

    def _base(self, path: Path, domain: subject_pb2.Domain.ValueType) -> Base:
        """What lies there. Raises WholeWantedError if it is no base of this registry."""
        envelope, table_bytes = _found(path)
        base = base_of(self._state, domain, envelope, 0)
        if base.header.table_bytes != table_bytes:
            raise WholeWantedError(pb.WHOLE_REASON_BASE_UNKNOWN)
        return base

    def _run(self) -> None:
        due, written = self._steady(), None
        while not self._stopping.wait(TICK_S if self._steady() < due else 0):
            try:
                days = self._days()
            except StoreError:  # The clock jumped; it may come back.
                due = self._steady() + TICK_S
                continue
            if self._steady() < due and written == days:
                continue
            due, written = self._steady() + self._folder.interval_s, days
            for name in self._folder.domains:
                self._attempt(name)

    def _attempt(self, name: str) -> None:
        try:
            self.write(name)
        except (RegistryError, StoreError, OSError, WholeWantedError) as error:
            logger.error("snapshots of %s: not written: %s", name, error)
        except Exception:
            logger.exception("snapshots of %s: not written", name)

    def _days(self) -> Hashable:
        """Differs when the files have to speak of other days."""
        adopted = frozenset(each.edition for each in self._state.book.cases() if each.adopted)
        return china_day(self._clock()), adopted


def _found(path: Path) -> tuple[bytes, int]:
    """The signed header in a file and the bytes of its table; nothing where there is no snapshot."""
    try:
        with path.open("rb") as file:
            size, begin = SNAPSHOT.begin_of(file.read(HEAD_BYTES))
            return file.read(size), os.fstat(file.fileno()).st_size - begin
    except (FileNotFoundError, SnapshotError):
        return b"", 0


def _replace(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Puts a file in the place of another; OSError leaves the old one."""
    beside = path.with_name(f".{path.name}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    with os.fdopen(handle, "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_directory(path.parent)
