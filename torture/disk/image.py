"""What a disk may hold after a power failure: what was durable, and of the rest what chance kept.

Of a file is durable what was written before a sync of it began that has ended; of the names in a directory
what was done before a sync of the directory. A sync that fails has forgotten what it covered: the system
takes those writes for done, no later sync brings them to the disk, and nobody knows whether they are there.
Of everything later each write, cut and change of names may have reached the disk or not, in any order; a
write of several sectors of 512 bytes may have reached it in part (torn). Only changes of names within one
directory keep their order, as on every file system with a journal.

    disk = Disk(before, root)           # copied while nothing ran
    for change in journal[:cut]: disk.take(change)
    disk.crash(target, Random(seed), torn=True)
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from torture.disk.journal import Change, Kind

SECTOR = 512
_DERIVED = "-shm"
"""SQLite's shared memory: never synced, and made anew by whoever opens first after a crash."""


@dataclass(slots=True)
class Written:
    """A write, or a cut to the length ``at`` (data None), that no sync has covered yet."""

    at: int
    data: bytes | None
    doubtful: bool = False
    """A sync that covered it has failed."""
    settled: bool = False
    """A sync that covered it has ended; it stays here because something before it is in doubt."""


@dataclass(slots=True)
class File:
    """A file under whatever names: what is durable, and what was done since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Written] = field(default_factory=list)
    mode: int = 0o600
    covered: int = 0
    """How many of the pending ones the last sync that began will cover."""

    def settle(self) -> None:
        """A sync has ended. What a failed one forgot stays in doubt, before what is durable over it."""
        covered = self.pending[: self.covered]
        if not any(each.doubtful for each in covered):
            for each in covered:
                _apply(self.durable, each)
            del self.pending[: self.covered]
        else:
            for each in covered:
                each.settled = not each.doubtful
        self.covered = 0

    def doubt(self) -> None:
        """A sync has failed."""
        for each in self.pending[: self.covered]:
            each.doubtful = not each.settled
        self.covered = 0


@dataclass(slots=True)
class Renaming:
    """A change of names: ``file`` now bears ``name``, and nothing bears ``gone``."""

    name: str
    file: File | None
    gone: str = ""


class Disk:
    """A directory, as a journal of it goes on."""

    def __init__(self, before: Path, root: Path) -> None:
        """``before`` has the content that ``root`` had when the journal began."""
        self._root = root.resolve()
        self._names: dict[str, File] = {}
        self._folders: set[str] = set()
        self._open: dict[int, File | str] = {}
        self._pending: dict[str, list[Renaming]] = {}
        for place, folders, files in os.walk(before):
            here = os.path.relpath(place, before)
            self._folders |= {os.path.normpath(os.path.join(here, each)) for each in folders}
            for name in files:
                path = Path(place, name)
                file = File(bytearray(path.read_bytes()), mode=path.stat().st_mode & 0o777)
                self._names[os.path.normpath(os.path.join(here, name))] = file
        self._durable = dict(self._names)

    def take(self, change: Change) -> None:
        """The next change."""
        kind = change.kind
        if kind in (Kind.WRITE, Kind.TRUNCATE, Kind.SYNC_BEGUN, Kind.SYNC_DONE, Kind.SYNC_FAILED):
            self._changed(change)
        elif kind == Kind.OPEN:
            self._opened(change.handle, self._name(change.first), change.flags)
        elif kind == Kind.MKDIR:
            self._folders.add(self._name(change.first))  # That one of them is missing, no start survives.
        elif kind == Kind.UNLINK:
            self._renamed(Renaming("", None, self._name(change.first)))
        else:
            first, second = self._name(change.first), self._name(change.second)
            gone = first if kind == Kind.RENAME else ""
            self._renamed(Renaming(second, self._names.get(first), gone))

    def content(self, name: str) -> bytes:
        """A file as its processes see it."""
        seen = self._names.get(name, File())
        content = bytearray(seen.durable)
        for each in seen.pending:
            _apply(content, each)
        return bytes(content)

    @property
    def unsettled(self) -> int:
        """Writes that a power failure may take now."""
        return sum(len(each.pending) for each in self._names.values())

    def crash(self, target: Path, chance: Random, *, torn: bool) -> None:
        """Writes what the disk may hold when the power fails now. The disk goes on as it was."""
        names = dict(self._durable)
        for pending in self._pending.values():
            for each in pending[: chance.randint(0, len(pending))]:
                _rename(names, each)
        for folder in sorted(self._folders):
            (target / folder).mkdir(parents=True, exist_ok=True)
        mode = chance.choice(("none", "all", "first", "any", "any"))
        for name, file in names.items():
            if not name.endswith(_DERIVED):
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (target / name).write_bytes(_survived(file, mode, chance, torn=torn))
                (target / name).chmod(file.mode)

    def _changed(self, change: Change) -> None:
        file = self._open.get(change.handle)
        if isinstance(file, str):
            if change.kind == Kind.SYNC_DONE:
                for each in self._pending.pop(file, []):
                    _rename(self._durable, each)
        elif file is None:
            return
        elif change.kind == Kind.WRITE:
            file.pending.append(Written(change.at, change.first))
        elif change.kind == Kind.TRUNCATE:
            file.pending.append(Written(change.at, None))
        elif change.kind == Kind.SYNC_BEGUN:
            file.covered = len(file.pending)
        elif change.kind == Kind.SYNC_FAILED:
            file.doubt()
        else:
            file.settle()

    def _opened(self, handle: int, name: str, flags: int) -> None:
        if name in self._folders or name == ".":
            self._open[handle] = name
            return
        file = self._names.get(name)
        if file is None:
            file = File()
            self._renamed(Renaming(name, file))
        elif flags & os.O_TRUNC:
            file.pending.append(Written(0, None))
        self._open[handle] = file

    def _renamed(self, change: Renaming) -> None:
        _rename(self._names, change)
        folder = os.path.dirname(change.name or change.gone) or "."
        self._pending.setdefault(folder, []).append(change)

    def _name(self, path: bytes) -> str:
        return os.path.relpath(path.decode(), self._root)


def _rename(names: dict[str, File], change: Renaming) -> None:
    if change.gone:
        names.pop(change.gone, None)
    if change.file is not None:
        names[change.name] = change.file


def _survived(file: File, mode: str, chance: Random, *, torn: bool) -> bytes:
    content, pending = bytearray(file.durable), file.pending
    if mode == "first":
        number = chance.randint(0, len(pending))
        pending = pending[:number] + [each for each in pending[number:] if each.settled]
    for number, each in enumerate(pending):
        last = mode == "first" and number == len(pending) - 1
        if each.settled:
            _apply(content, each)
        elif mode in ("all", "first") or (mode == "any" and chance.random() < 0.5):
            if torn and each.data is not None and (last or mode == "any"):
                _apply_torn(content, each.at, each.data, chance)
            else:
                _apply(content, each)
    return bytes(content)


def _apply(content: bytearray, written: Written) -> None:
    at, data = written.at, written.data
    if data is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    if at > len(content):
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def _apply_torn(content: bytearray, at: int, data: bytes, chance: Random) -> None:
    """Some of a write's sectors."""
    start = 0
    while start < len(data):
        end = min(len(data), start + SECTOR - (at + start) % SECTOR)
        if chance.random() < 0.5:
            _apply(content, Written(at + start, data[start:end]))
        start = end
