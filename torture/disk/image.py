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
from collections.abc import Callable
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
class Folder:
    """A directory under whatever name: which names in it are durable, which are seen, and what was done to
    them since; of a change each pair is a name and what bears it from then on."""

    durable: dict[str, Node] = field(default_factory=dict)
    seen: dict[str, Node] = field(default_factory=dict)
    pending: list[tuple[tuple[str, Node | None], ...]] = field(default_factory=list)

    def change(self, *names: tuple[str, Node | None]) -> None:
        """Changes names, all or none."""
        _rename(self.seen, names)
        self.pending.append(names)

    def settle(self) -> None:
        """A sync has ended."""
        for each in self.pending:
            _rename(self.durable, each)
        self.pending.clear()


Node = File | Folder


class Disk:
    """A directory, as a journal of it goes on."""

    def __init__(self, before: Path, root: Path) -> None:
        """``before`` has the content that ``root`` had when the journal began."""
        self._root = root.resolve()
        self._top = _read(before)
        self._open: dict[int, Node] = {}

    def take(self, change: Change) -> None:
        """The next change."""
        kind = change.kind
        if kind == Kind.OPEN:
            self._opened(change.handle, change.first, change.flags)
        elif kind == Kind.MKDIR:
            folder, name = self._place(change.first)
            folder.change((name, Folder()))
        elif kind == Kind.UNLINK:
            folder, name = self._place(change.first)
            folder.change((name, None))
        elif kind in (Kind.RENAME, Kind.LINK):
            self._moved(change)
        elif (node := self._open.get(change.handle)) is not None:
            _changed(node, change)

    def content(self, name: str) -> bytes:
        """A file at the top as its processes see it."""
        seen = self._top.seen.get(name, File())
        assert isinstance(seen, File)
        content = bytearray(seen.durable)
        for each in seen.pending:
            _apply(content, each)
        return bytes(content)

    def crash(self, target: Path, chance: Random, *, torn: bool) -> None:
        """Writes what the disk may hold when the power fails now. The disk goes on as it was."""
        mode = chance.choice(("none", "all", "first", "any", "any"))
        _write(self._top, target, lambda file: _survived(file, mode, chance, torn=torn), chance)

    def _opened(self, handle: int, path: bytes, flags: int) -> None:
        if self._relative(path) == ".":
            self._open[handle] = self._top
            return
        folder, name = self._place(path)
        node = folder.seen.get(name)
        if node is None:
            node = File()
            folder.change((name, node))
        elif flags & os.O_TRUNC and isinstance(node, File):
            node.pending.append(Written(0, None))
        self._open[handle] = node

    def _moved(self, change: Change) -> None:
        folder, name = self._place(change.first)
        other, new = self._place(change.second)
        gone = ((name, None),) if change.kind == Kind.RENAME else ()
        node = folder.seen.get(name)
        if folder is other:
            folder.change(*gone, (new, node))
        else:
            other.change((new, node))
            if gone:
                folder.change(*gone)

    def _place(self, path: bytes) -> tuple[Folder, str]:
        """The directory in which a path lies, and its name there."""
        folder, (*above, name) = self._top, self._relative(path).split("/")
        for each in above:
            below = folder.seen.get(each)
            assert isinstance(below, Folder), path
            folder = below
        return folder, name

    def _relative(self, path: bytes) -> str:
        return os.path.relpath(path.decode(), self._root)


def _read(path: Path) -> Folder:
    """A directory that is durable as it lies there."""
    folder = Folder()
    for each in path.iterdir():
        if each.is_dir() and not each.is_symlink():
            folder.durable[each.name] = _read(each)
        elif each.is_file():
            folder.durable[each.name] = File(bytearray(each.read_bytes()), mode=each.stat().st_mode & 0o777)
    folder.seen = dict(folder.durable)
    return folder


def _write(folder: Folder, target: Path, survived: Callable[[File], bytes], chance: Random) -> None:
    names = dict(folder.durable)
    for each in folder.pending[: chance.randint(0, len(folder.pending))]:
        _rename(names, each)
    target.mkdir(parents=True, exist_ok=True)
    for name, node in names.items():
        if isinstance(node, Folder):
            _write(node, target / name, survived, chance)
        elif not name.endswith(_DERIVED):
            (target / name).write_bytes(survived(node))
            (target / name).chmod(node.mode)


def _changed(node: Node, change: Change) -> None:
    """What was done to something that is open."""
    kind = change.kind
    if isinstance(node, Folder):
        if kind == Kind.SYNC_DONE:
            node.settle()
    elif kind in (Kind.WRITE, Kind.TRUNCATE):
        node.pending.append(Written(change.at, change.first if kind == Kind.WRITE else None))
    elif kind == Kind.SYNC_BEGUN:
        node.covered = len(node.pending)
    elif kind == Kind.SYNC_FAILED:
        node.doubt()
    else:
        node.settle()


def _rename(names: dict[str, Node], change: tuple[tuple[str, Node | None], ...]) -> None:
    for name, node in change:
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


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
