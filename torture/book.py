"""What submitters were told, in the order in which they were told it: what the registry is held to.

    book.sent("a-7")                     before a statement is sent for the first time
    book.acknowledged("a-7", 31, ms)     after it was acknowledged
    book.checkpoint(note)                a signed checkpoint that a client has

With a file each entry is a line written at once, so that it is there when the process is killed, and stands
in a journal of the disk at its place in time (`torture.disk.journal`). ``Book.read`` takes a file, whole or
cut.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What was answered to a statement."""

    position: int
    received_ms: int


@dataclass(slots=True)
class Book:
    """Everything that was told to clients of one registry."""

    path: Path | None = None
    first_sent: dict[str, int] = field(default_factory=dict)
    """The highest position that had been acknowledged to anybody when a statement was first sent."""
    given: dict[str, Acknowledgement] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    _highest: int = -1
    _lock: Lock = field(default_factory=Lock)
    _file: int = -1

    @classmethod
    def read(cls, content: bytes) -> Book:
        """The book that a file holds; a last line that was cut off was told to nobody."""
        book = cls()
        for line in content.split(b"\n")[:-1]:
            kind, *values = json.loads(line)
            getattr(book, kind)(*values)
        return book

    def sent(self, statement_id: str) -> None:
        """A statement is about to be sent."""
        with self._lock:
            if statement_id not in self.first_sent:
                self.first_sent[statement_id] = self._highest
                self._write("sent", statement_id)

    def acknowledged(self, statement_id: str, position: int, received_ms: int) -> None:
        """A statement was acknowledged, perhaps again."""
        with self._lock:
            told = Acknowledgement(position, received_ms)
            before = self.given.setdefault(statement_id, told)
            if before != told:
                self.twice.append(f"{statement_id}: {before} and {told}")
            self._highest = max(self._highest, position)
            self._write("acknowledged", statement_id, position, received_ms)

    def checkpoint(self, note: str) -> None:
        """A signed checkpoint was handed out."""
        with self._lock:
            self.notes.append(note)
            self._write("checkpoint", note)

    def false_clear(self, told: str) -> None:
        """CLEAR was answered where a block had been acknowledged."""
        with self._lock:
            self.clear.append(told)
            self._write("false_clear", told)

    def asked(self, verdict: int) -> None:
        """A question was answered."""
        with self._lock:
            self.answers[verdict] = self.answers.get(verdict, 0) + 1
            self._write("asked", verdict)

    def refusal(self, why: str) -> None:
        """Something was refused, or not answered."""
        with self._lock:
            self.refused[why] = self.refused.get(why, 0) + 1
            self._write("refusal", why)

    @property
    def uncertain(self) -> list[str]:
        """What was sent and never answered."""
        return [each for each in self.first_sent if each not in self.given]

    def _write(self, *entry: object) -> None:
        if self.path is None:
            return
        if self._file < 0:
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        while line:  # A disk that cuts writes short cuts this one as well.
            line = line[os.write(self._file, line) :]
