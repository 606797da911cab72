"""What befalls a line between two processes, and how long it lasts; all by chance that is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Any

from torture.network.line import Line, Passage

AFTER_S = (0.0, 0.2)
Mishap = Callable[[Line, Random], None]


def _cut(line: Line, chance: Random) -> None:
    """Every connection breaks, and for a while nobody gets through."""
    time.sleep(chance.uniform(*AFTER_S))
    line.cut()
    time.sleep(chance.uniform(0.0, 0.5))


def _flaps(line: Line, chance: Random) -> None:
    """Connections break again and again."""
    for _ in range(chance.randint(3, 8)):
        line.cut(refusing=False)
        time.sleep(chance.uniform(0.0, 0.15))


def _stall(line: Line, chance: Random) -> None:
    """A black hole that heals."""
    time.sleep(chance.uniform(*AFTER_S))
    line.stall()
    time.sleep(chance.uniform(0.2, 1.5))


def _stall_and_cut(line: Line, chance: Random) -> None:
    """A black hole, and then what was in it is gone."""
    _stall(line, chance)
    line.cut(refusing=False)


def _half_close(line: Line, chance: Random) -> None:
    """One direction ends, again and again."""
    for _ in range(chance.randint(1, 4)):
        line.half_close()
        time.sleep(chance.uniform(0.0, 0.2))


def _slow(line: Line, chance: Random) -> None:
    """Everything takes longer."""
    line.delay_s = chance.uniform(0.005, 0.08)
    time.sleep(chance.uniform(0.3, 0.8))


def _torn(line: Line, chance: Random) -> None:
    """Connections break after some bytes of their own."""
    line.struck = BrokenAfter(chance).connection
    line.cut(refusing=False)
    time.sleep(chance.uniform(0.3, 0.8))


MISHAPS: Mapping[str, Mishap] = {
    "cut": _cut,
    "flaps": _flaps,
    "stall": _stall,
    "stall, then cut": _stall_and_cut,
    "half closed": _half_close,
    "slow": _slow,
    "torn": _torn,
}


@dataclass(slots=True)
class BrokenAfter:
    """Each connection ends after a number of bytes up, or down, that chance says."""

    chance: Random
    _lock: Any = field(default_factory=Lock)

    def connection(self) -> _Bounded:
        """See ``Line.struck``."""
        with self._lock:
            bytes_left = int(10 ** self.chance.uniform(1.0, 4.5))
            return _Bounded(bytes_left, up_is_bounded=self.chance.random() < 0.5)


@dataclass(slots=True)
class _Bounded:
    left: int
    up_is_bounded: bool

    def up(self, data: bytes, passage: Passage) -> bytes:
        """See ``Struck``."""
        return self._some(data, passage, passage.target) if self.up_is_bounded else data

    def down(self, data: bytes, passage: Passage) -> bytes:
        """See ``Struck``."""
        return data if self.up_is_bounded else self._some(data, passage, passage.client)

    def _some(self, data: bytes, passage: Passage, sink: Any) -> bytes:
        self.left -= len(data)
        if self.left >= 0:
            return data
        sink.sendall(data[: self.left])
        passage.cut()
        raise ConnectionResetError


@dataclass(slots=True)
class LostAnswers:
    """The first connection is cut after some pieces of what the client sends, when the registry answers: what
    was asked was done, and nobody is told. The handshake of TLS is over by then."""

    pieces: int
    taken: bool = False

    def connection(self) -> _Deafened:
        """See ``Line.struck``."""
        first, self.taken = not self.taken, True
        return _Deafened(self.pieces if first else -1)


@dataclass(slots=True)
class _Deafened:
    left: int
    _said: int = 0

    def up(self, data: bytes, _passage: Passage) -> bytes:
        """See ``Struck``."""
        self._said += 1
        return data

    def down(self, data: bytes, passage: Passage) -> bytes:
        """See ``Struck``. What comes is lost from the piece on that was named; and then the line."""
        if self.left < 0:
            return data
        if self._said > _HANDSHAKE:
            self.left -= 1
            if self.left < 0:
                passage.cut()
                raise ConnectionResetError
        return data


_HANDSHAKE = 2
"""Pieces that a client sends before its first request: its hello, and the end of its handshake."""
