"""Files that are there whole or not at all, and a directory that one process holds.

A file is exchanged: a new one is written beside it and synced, takes its name, and the directory is synced.
So a power failure leaves the old content or the new, and when `exchange` returns it is the new.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK_NAME = "lock"
_OWN = 0o600
PUBLIC = 0o644
"""Of what is no secret: whoever changes it need not be the account that serves by it."""
_NEW = ".new"


class DirectoryInUseError(Exception):
    """Another process holds the directory."""


class DirectoryLock:
    """Holds a directory, by a file in it, until `release` or the end of the process.

    Raises DirectoryInUseError, OSError."""

    def __init__(self, directory: Path) -> None:
        self._handle = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            raise DirectoryInUseError(f"{directory} 正由另一进程使用") from error

    def release(self) -> None:
        """Lets go of it."""
        os.close(self._handle)


@contextmanager
def in_turn(directory: Path) -> Iterator[None]:
    """Waits until nobody else changes the files of a directory, and has others wait. OSError.

    The lock is no secret, and whoever takes it first may be another account than the next."""
    handle = os.open(directory / LOCK_NAME, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, PUBLIC)
    try:
        with suppress(PermissionError):  # Another account's, which it was made readable by.
            os.fchmod(handle, PUBLIC)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def exchange(path: Path, content: bytes | Iterable[bytes], *, sync: bool = True, mode: int = _OWN) -> None:
    """Puts a file in the place of another, or in a free one. OSError, with the old or the new in place.

    Without ``sync`` it is whole as well, but after a power failure perhaps not there: for what can be had
    again, and is followed by something that is synced. ``mode``: who may read it, whatever the umask. What is
    large is given in pieces, so that it is never whole in memory."""
    beside = path.with_name(path.name + _NEW)
    try:
        _write(beside, content, sync, mode)
        beside.rename(path)
        if sync:
            sync_directory(path.parent)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def sync_directory(directory: Path) -> None:
    """Makes the names in a directory durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(path: Path, content: bytes | Iterable[bytes], sync: bool, mode: int = _OWN) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWN)
    with os.fdopen(handle, "wb") as file:
        if mode != _OWN:
            os.fchmod(handle, mode)
        file.writelines([content] if isinstance(content, bytes) else content)
        file.flush()
        if sync:
            os.fsync(handle)
