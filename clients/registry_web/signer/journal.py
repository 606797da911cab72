"""The journal of the signing component (签名日志): what was signed, with which key, when; nothing leaves it.

One JSON object a line, written and made durable *before* the signature is handed out::

    {"n": 7, "at": "2026-07-29T03:11:05Z", "keyid": "06e3…", "department": "1113…", "official": "C-014",
     "kind": "ban_review", "name": "ban-review.4f…", "count": 1, "digest": "9c1d…", "before": "77aa…"}

``digest`` is the SHA-256 of the signed bytes (PAE) in hex; ``before`` that of the line before, so that a line
that was changed or taken out shows. A line cut off by a power failure is closed and stands as void: its
signature was never handed out. No content of a statement is in it.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

FIRST = "0" * 64


class SigningJournalError(Exception):
    """The journal cannot be read or written, or was tampered with; nothing is signed then."""


class SigningJournal:
    """The journal in a file. Safe to share between threads; one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._number, self._last = 0, FIRST
        try:
            with path.open("a+b") as file:
                os.chmod(path, 0o600)
                self._close_torn(file)
        except OSError as error:
            raise SigningJournalError(f"{path}: 不能使用: {error.strerror}") from None
        for entry, line in self._entries():
            if entry["before"] != self._last or entry["n"] != self._number + 1:
                raise SigningJournalError(f"{path}: 第{self._number + 1}条被改动过")
            self._number, self._last = entry["n"], sha256(line).hexdigest()

    @staticmethod
    def _close_torn(file: Any) -> None:
        """Ends a last line that was cut off."""
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")

    def _entries(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        with self._path.open("rb") as file:
            for line in file:
                try:
                    yield json.loads(line), line.rstrip(b"\n")
                except ValueError:  # Cut off: void.
                    continue

    def append(self, at_s: float, **said: Any) -> None:
        """Adds a line, durably. Raises SigningJournalError; then nothing may be handed out."""
        with self._lock:
            at = datetime.fromtimestamp(int(at_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            entry = {"n": self._number + 1, "at": at, **said, "before": self._last}
            line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
            try:
                self._write(line + b"\n")
            except OSError as error:
                raise SigningJournalError(f"签名日志不能写入: {error.strerror}") from None
            self._number, self._last = self._number + 1, sha256(line).hexdigest()

    def _write(self, line: bytes) -> None:
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(handle).st_size
            try:
                if os.write(handle, line) != len(line):
                    raise OSError(28, "磁盘已满")
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, size)  # What was not written whole was not signed.
                raise
        finally:
            os.close(handle)

    def of_key(self, keyid: str, count: int) -> list[dict[str, Any]]:
        """The last lines of a key, the newest first."""
        latest: deque[dict[str, Any]] = deque(maxlen=count)
        latest.extend(entry for entry, _ in self._entries() if entry.get("keyid") == keyid)
        return list(reversed(latest))
