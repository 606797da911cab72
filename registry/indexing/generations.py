"""The generations of an index on a disk (索引目录): the newest that can be used, making another, removing old
ones.

    generations = Generations.of(config)
    base = generations.newest(state)

A generation is made beside its place and takes it with one rename, so it is there whole or not at all. One
process makes one at a time, by a lock that its death frees: a writer that was killed leaves behind the
process that makes one for it, and the next writer must neither tidy that away in the midst nor make another
in its place. Old ones are removed when a newer one is in use; processes that still have one mapped keep it
until they let go.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from registry.commands.decision_tables import last_day
from registry.commands.state import RegistryState, tree_edge
from registry.config import Config
from registry.domain.periods import china_day
from registry.durable import DirectoryInUseError, DirectoryLock, sync_directory
from registry.indexing.generation import (
    FACTS,
    RECORDS,
    RELEASE,
    Facts,
    Generation,
    digest_of,
    edition_in,
    mapped,
    sealed_facts,
    table_name,
)
from registry.indexing.record_file import RecordWriter
from registry.location import Location, is_url
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.verdict_file import TableBasis, TableCompiler
from registry.store.interface import StoreError
from registry.v1 import subject_pb2

INDEX = "index"
"""The directory's name, in that of the installation."""
_MAKING = ".making"
_WIPED_AT_ONCE = 1 << 20
logger = logging.getLogger(__name__)


class Generations:
    """Those in a directory, which need not be there yet, made from the rows of one store."""

    def __init__(self, directory: Path, store: str) -> None:
        self.directory = directory
        self._store = store

    @classmethod
    def of(cls, config: Config) -> Generations:
        """Those of an installation."""
        return cls(config.home / INDEX, _told_apart(config.location))

    def sizes(self) -> list[int]:
        """The sizes of the log by which there are generations, the newest first. Raises StoreError."""
        try:
            return sorted(map(int, filter(str.isdigit, os.listdir(self.directory))), reverse=True)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"索引目录 {self.directory} 不能读取: {error.strerror}") from error

    def newest(
        self, state: RegistryState, after: int = -1, edition: str = "", *, checked: bool = True
    ) -> Generation | None:
        """The newest one that can be used, if it is of a later position than ``after``, or of the same with
        tables for another edition. Raises StoreError if the directory cannot be read."""
        for size in self.sizes():
            if size - 1 < after or (size - 1 == after and edition_in(self._place(size)) == edition):
                break
            try:
                return Generation(self._place(size), state, self._store, checked=checked)
            except StoreError as error:
                logger.warning("index: %s", error)
        return None

    def make(self, state: RegistryState, records: Iterable[SubjectRecord], *, now_ms: int) -> Path:
        """Makes the generation of a state's position from all records, which may be of later ones as well.
        Raises OSError, StoreError; then nothing is left of it."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            return self._made(state, records, now_ms)

    def _made(self, state: RegistryState, records: Iterable[SubjectRecord], now_ms: int) -> Path:
        place, beside = self._place(state.size), self.directory / _MAKING
        shutil.rmtree(beside, ignore_errors=True)
        try:
            beside.mkdir(mode=0o700)
            facts = _written(beside, state, records, store=self._store, first=china_day(now_ms))
            _write(beside / FACTS, [sealed_facts(facts, state)])
            sync_directory(beside)
            shutil.rmtree(place, ignore_errors=True)  # Of the same size, for another edition or of no use.
            beside.rename(place)
            sync_directory(self.directory)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        return place

    def keep_only(self, size: int, *, wipe: bool = False) -> None:
        """Removes every generation but that of a size, and what is left of one that nobody makes any more;
        with ``wipe`` the records of generations are written over first, because they hold what was erased by
        law."""
        with suppress(StoreError, FileNotFoundError), self._alone():
            _wipe(self.directory / _MAKING / RECORDS)  # What is in it, nobody knows.
            shutil.rmtree(self.directory / _MAKING, ignore_errors=True)
        for each in self.sizes():
            if each != size:
                if wipe:
                    _wipe(self._place(each) / RECORDS)
                shutil.rmtree(self._place(each), ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the right to make one. Raises StoreError if another process has it; OSError."""
        try:
            lock = DirectoryLock(self.directory)
        except DirectoryInUseError as error:
            raise StoreError("另一进程正在生成索引") from error
        try:
            yield
        finally:
            lock.release()

    def drop(self) -> None:
        """Removes all of them: what they were made from is not what it was."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def _place(self, size: int) -> Path:
        return self.directory / f"{size:012d}"


def _written(
    directory: Path, state: RegistryState, records: Iterable[SubjectRecord], *, store: str, first: date
) -> Facts:
    """Writes the files of a generation, with tables from a day on; answers its facts."""
    position = state.size - 1
    edition = state.edition_at(position, first)
    last = last_day(state, position, edition, first)
    domains = [domain for domain in subject_pb2.Domain.values() if domain]
    tables = {each: TableCompiler(TableBasis(each, position, edition, first, last)) for each in domains}
    with _new(directory / RECORDS) as file:
        writer = RecordWriter(file)
        for record in records:
            writer.add(record)
            for table in tables.values():
                table.add(record)
        writer.finish()
        _settle(file)
    for domain in domains:
        _write(directory / table_name(domain), tables.pop(domain).file())
    seen = state.store.checkpoint()
    if seen is None or state.store.erasures(state.size, seen.size):
        raise StoreError("索引生成期间有内容依法删除, 稍后重新生成")
    names = (RECORDS, *map(table_name, domains))
    return Facts(
        origin=state.origin,
        store=store,
        size=state.size,
        root=state.edge.root(),
        seen=seen.size,
        seen_root=tree_edge(state.store, seen.size).root(),
        release=RELEASE,
        edition=edition.hash,
        files={name: _measured(directory / name) for name in names},
    )


def _told_apart(location: Location) -> str:
    """What tells a store from another that is put in its place: one that was rebuilt has other rows."""
    file = "" if is_url(location) else str(Path(location).stat().st_ino)
    return sha256(f"{location} {file}".encode()).hexdigest()


def _measured(path: Path) -> tuple[int, bytes]:
    content = mapped(path)
    return len(content), digest_of(memoryview(content))


def _new(path: Path) -> BinaryIO:
    return path.open("xb", buffering=_WIPED_AT_ONCE)


def _write(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    with _new(path) as file:
        file.writelines(pieces)
        _settle(file)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _wipe(path: Path) -> None:
    with suppress(OSError), path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, _WIPED_AT_ONCE)))
        _settle(file)
