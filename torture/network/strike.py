"""A connection to PostgreSQL that is struck at one message of its client (PostgreSQL docs, 55.7).

What the client sends is taken apart into messages: the first says who connects, each other begins with its
type and its length. Struck are only connections of the writer, once it was ``armed``; the messages from then
on are counted over all of them.

Worked example: ``Strike(How.AFTER, 61)`` and message 61 is the Sync behind ``COMMIT``: the server commits,
its answer is thrown away, and the writer sees a connection that was reset.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass, field
from enum import Enum
from threading import Lock
from typing import Any

from torture.network.line import Passage

ANSWER_S = 0.25
"""How long an answer is waited for that is to be thrown away: many messages have none of their own."""
WRITER = b"credit-registry writer"


class How(Enum):
    """What happens at the message."""

    BEFORE = "before its delivery"
    AFTER = "after it, before the answer"
    TORN = "in the middle of it"
    HELD = "held back"
    DEAF = "after it, and the answer is never heard"


@dataclass(slots=True)
class Strike:
    """Strikes once. ``held_s``: how long a message is HELD, and the silence lasts of a connection that is
    DEAF."""

    how: How
    at: int
    held_s: float = 0.5
    armed: bool = False
    seen: int = 0
    done: bool = False
    types: list[bytes] = field(default_factory=list)
    _lock: Any = field(default_factory=Lock)

    def arm(self) -> None:
        """Counts from now on."""
        self.armed = True

    def connection(self) -> StruckConnection:
        """See ``Line.struck``."""
        return StruckConnection(self)

    def falls(self, kind: bytes) -> bool:
        """Counts a message; whether it is the one."""
        with self._lock:
            if not self.armed or self.done:
                return False
            self.seen += 1
            self.types.append(kind)
            self.done = self.seen - 1 == self.at
            return self.done


@dataclass(slots=True)
class StruckConnection:
    """One connection; see ``Struck``."""

    strike: Strike
    _rest: bytes = b""
    _began: bool = False
    _writes: bool = False

    def up(self, data: bytes, passage: Passage) -> bytes:
        """See ``Struck``."""
        messages = self._messages(data)
        passed = bytearray()
        for kind, message in messages:
            if not (self._writes and self.strike.falls(kind)):
                passed += message
                continue
            self._fall(bytes(passed), message, passage)
            passed = bytearray()
        return bytes(passed)

    def down(self, data: bytes, _passage: Passage) -> bytes:
        """See ``Struck``."""
        return data

    def _fall(self, before: bytes, message: bytes, passage: Passage) -> None:
        assert passage.target is not None
        how = self.strike.how
        if how is How.HELD:
            passage.target.sendall(before)
            time.sleep(self.strike.held_s)
            passage.target.sendall(message)
            return
        passage.deaf = how in (How.AFTER, How.DEAF)
        whole = how in (How.AFTER, How.DEAF)
        passage.target.sendall(before + (message if whole else b""))
        if how is How.TORN:
            passage.target.sendall(message[: len(message) // 2])
        if how is How.AFTER:
            passage.answered.wait(ANSWER_S)
        if how is How.DEAF:
            time.sleep(self.strike.held_s)
        passage.cut()
        raise ConnectionResetError

    def _messages(self, data: bytes) -> list[tuple[bytes, bytes]]:
        self._rest += data
        found = list[tuple[bytes, bytes]]()
        while True:
            head = 1 if self._began else 0
            if len(self._rest) < head + 4:
                return found
            (length,) = struct.unpack(">I", self._rest[head : head + 4])
            if len(self._rest) < head + length:
                return found
            message, self._rest = self._rest[: head + length], self._rest[head + length :]
            if not self._began:
                self._began = length > 8  # A request for TLS or GSS has 8 bytes, and another first follows.
                self._writes = WRITER in message
            found.append((message[:head], message))
