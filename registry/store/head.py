"""The second store: the signed head of the log, kept apart from the log itself.

A database that was restored from an old backup would sign a second history over the positions it lost, and
could not know. What was signed last is therefore also kept in one small file, best on another disk, which no
backup of the database brings back. After each group is committed, and before anybody is answered, the file is
exchanged for the new checkpoint; at start the two are compared (`registry.commands.head`).

The exchange is durable, and whole or not at all (`registry.durable`). It is refused unless the file still
holds what was there before, so nobody else's head is ever written over. One process holds the file at a time,
by a lock on ``<file>.lock``.
"""

from __future__ import annotations

from pathlib import Path

from registry.durable import exchange
from registry.store.interface import StoreError
from registry.store.sqlite import StoreLock

MAX_HEAD_BYTES = 65_536
"""More than any checkpoint with its signatures."""


class HeadFile:
    """A `registry.commands.head.HeadStore` in one file. Raises StoreError if another process holds it, or its
    directory is not there."""

    def __init__(self, path: Path) -> None:
        if not path.parent.is_dir():
            raise StoreError(f"日志头的目录 {path.parent} 不存在")
        self._path = path.resolve()
        self._lock = StoreLock(path)

    def read(self) -> str | None:
        """See `HeadStore`."""
        try:
            with self._path.open("rb") as file:
                content = file.read(MAX_HEAD_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"日志头 {self._path} 不能读取: {error.strerror}") from error
        try:
            if 0 < len(content) <= MAX_HEAD_BYTES:
                return content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        raise StoreError(f"日志头 {self._path} 不是签名的检查点")

    def swap(self, expected: str | None, new: str) -> None:
        """See `HeadStore`."""
        if self.read() != expected:
            raise StoreError(f"日志头 {self._path} 已被改动或移走; 不会覆盖")
        try:
            exchange(self._path, new.encode())
        except OSError as error:
            raise StoreError(f"日志头 {self._path} 不能写入: {error.strerror}") from error

    def close(self) -> None:
        """See `HeadStore`."""
        self._lock.release()
