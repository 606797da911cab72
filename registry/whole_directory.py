"""Directories that are there whole or not at all, however the process ends that makes them.

    with whole_directory(Path("var/registry"), kind="init") as making:
        (making / "registry.toml").write_text(...)

A directory is made beside its place under a name of its own, synced, and takes its place with one rename. If
the block fails it is removed. If the process is killed it stays behind, under a name that nothing reads, and
whoever makes the next one in the same place removes it: each is held by a lock that its maker's death frees,
and the parent by another while one is made or looked for, so none that is being made is ever taken for one
that was forsaken. ``kind`` is what the directory is made for: one is only removed by the next of its kind.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from registry.durable import sync_directory

SUFFIX = ".registry-{}-unfinished"
"""How the names end of what is being made."""
WAIT_S, POLL_S = 10.0, 0.02
"""How long another is waited for that is looking through the same parent; it takes no time."""


class OccupiedError(Exception):
    """There is something in the place already; it is never written over."""


def _nothing(_forsaken: Path) -> None:
    """For what leaves nothing outside of its directory."""


@contextmanager
def whole_directory(
    target: Path, *, kind: str, forsaken: Callable[[Path], None] = _nothing
) -> Iterator[Path]:
    """Yields a new directory, which takes the place of ``target`` when the block ends well. ``forsaken`` is
    told of each one that a killed process left, before it is removed. Raises OccupiedError, OSError."""
    target = target.resolve()  # "." has no name of its own
    if target.exists() and any(target.iterdir()):
        raise OccupiedError(f"{target} 不是空目录; 不会覆盖")
    target.parent.mkdir(parents=True, exist_ok=True)
    with scratch_directory(target.parent, target.name, kind=kind, forsaken=forsaken) as making:
        yield making
        _sync(making)
        making.rename(target)  # Takes the place of an empty directory, and of nothing else.
        sync_directory(target.parent)


@contextmanager
def scratch_directory(
    parent: Path, name: str, *, kind: str, forsaken: Callable[[Path], None] = _nothing
) -> Iterator[Path]:
    """Yields a new directory in another, which is removed when the block ends, unless it was renamed. Raises
    OSError."""
    suffix = SUFFIX.format(kind)
    with _held(parent, wait=True):
        for left in sorted(parent.glob(f"*{suffix}")):
            _remove_forsaken(left, forsaken)
        making = Path(mkdtemp(prefix=f"{name}.", suffix=suffix, dir=parent))
        holder = _hold(making)
    try:
        yield making
    finally:
        shutil.rmtree(making, ignore_errors=True)
        os.close(holder)


def _remove_forsaken(directory: Path, forsaken: Callable[[Path], None]) -> None:
    """Removes a directory that nobody holds; one that cannot be undone stays for the next time."""
    with suppress(OSError), _held(directory):
        forsaken(directory)
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _held(directory: Path, *, wait: bool = False) -> Iterator[None]:
    """Holds a directory. Raises OSError if another process does and is not to be waited for."""
    handle = _hold(directory, WAIT_S if wait else 0)
    try:
        yield
    finally:
        os.close(handle)


def _hold(directory: Path, wait_s: float = 0) -> int:
    """Takes a directory's lock, which the handle's end gives back. Raises OSError if it cannot be had."""
    handle, until = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except OSError:
            if time.monotonic() >= until:
                os.close(handle)
                raise
            time.sleep(POLL_S)


def _sync(directory: Path) -> None:
    """Makes every file and name below a directory durable: the rename must not outlive what it names."""
    for place, _, files in os.walk(directory):
        for name in files:
            handle = os.open(Path(place) / name, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_directory(Path(place))
