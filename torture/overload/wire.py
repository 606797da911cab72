"""Many callers from one thread: the load costs some twenty microseconds a call, on whatever core is free.

Built on ``bench.wire``. Calls are begun when they are due, however many are under way (an open loop), and the
time of each is counted from when it was due: a load that waits for answers would measure its own patience.
Of an answer it is looked at whether there was a message in it; a refusal has none.
"""

from __future__ import annotations

import select
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.wire import _DATA, _END_STREAM, _HEADERS, _READ, _RESET, Connection, WireError, _data


@dataclass(frozen=True, slots=True)
class Result:
    """One call: of which kind, when it was due, how long it took from then, how late it was begun, seconds;
    whether it was answered."""

    kind: int
    due: float
    took: float
    late: float
    answered: bool


class Line(Connection):
    """One caller's connection for one method; what waits for room in its window waits here."""

    def __init__(self, port: int, credential: Path, method: str) -> None:
        super().__init__(port, credential, method)
        self._under_way: dict[int, tuple[int, float, float]] = {}
        self._with_message: set[int] = set()
        self._held: deque[tuple[tuple[bytes, bytes], int, float]] = deque()
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """For poll."""
        return self._socket.fileno()

    @property
    def calls(self) -> int:
        """Calls that have not ended."""
        return len(self._under_way) + len(self._held)

    def call(self, kind: int, message: bytes, due: float) -> None:
        """Begins a call."""
        self._held.append((_data(message), kind, due))
        self._flush()

    def results(self) -> Iterator[Result]:
        """What has ended since."""
        while True:
            try:
                read = self._socket.recv(_READ)
            except (ssl.SSLWantReadError, BlockingIOError):
                break
            if not read:
                raise WireError("the server closed a connection")
            yield from self._frames(self._rest + read)
        self._flush()

    def _flush(self) -> None:
        self._socket.settimeout(5.0)
        try:
            while self._held and self._window >= len(self._held[0][0][1]):
                data, kind, due = self._held.popleft()
                self._send(deque([data]), 1)
                self._under_way[self._stream] = (kind, due, time.perf_counter() - due)
        finally:
            self._socket.setblocking(False)

    def _frames(self, buffer: bytes) -> Iterator[Result]:
        at, end = 0, len(buffer)
        while at + 9 <= end:
            length = int.from_bytes(buffer[at : at + 3], "big")
            if at + 9 + length > end:
                break
            kind, flags = buffer[at + 3], buffer[at + 4]
            stream = int.from_bytes(buffer[at + 5 : at + 9], "big")
            if kind == _DATA:
                self._received += length
                if length:
                    self._with_message.add(stream)
            elif kind not in (_HEADERS, _RESET):
                self._socket.settimeout(5.0)
                self._control(kind, flags, buffer[at + 5 : at + 9 + length])
                self._socket.setblocking(False)
            if kind == _RESET or (kind in (_DATA, _HEADERS) and flags & _END_STREAM):
                yield from self._done(stream)
            at += 9 + length
        self._rest = buffer[at:]

    def _done(self, stream: int) -> Iterator[Result]:
        found = self._under_way.pop(stream, None)
        answered = stream in self._with_message
        self._with_message.discard(stream)
        if found is not None:
            kind, due, late = found
            yield Result(kind, due, time.perf_counter() - due, late, answered)


@dataclass(slots=True)
class Crowd:
    """The lines of all kinds; ``draw`` gives the next call: its kind, its line, its message."""

    lines: list[Line]
    draw: Callable[[], tuple[int, Line, bytes]]

    def open_loop(self, rate: float, seconds: float, gaps: Callable[[float], float]) -> list[Result]:
        """Calls at a rate a second, at random instants; then waits for what is under way."""
        results: list[Result] = []
        due = begun = time.perf_counter()
        while due < begun + seconds:
            now = time.perf_counter()
            if due <= now:
                kind, line, message = self.draw()
                line.call(kind, message, due)
                due += gaps(rate)
            else:
                results += self._wait(due - now)
        return results + self._rest()

    def closed_loop(self, depth: int, seconds: float) -> list[Result]:
        """As many calls as there are answers, so many under way."""
        results: list[Result] = []
        end = time.perf_counter() + seconds
        for _ in range(depth):
            self._one()
        while time.perf_counter() < end:
            ended = self._wait(0.05)
            for _ in ended:
                self._one()
            results += ended
        return results + self._rest()

    def _one(self) -> None:
        kind, line, message = self.draw()
        line.call(kind, message, time.perf_counter())

    def _wait(self, seconds: float) -> list[Result]:
        ready, _, _ = select.select(self.lines, [], [], max(seconds, 0.0))
        return [result for line in ready for result in line.results()]

    def _rest(self) -> list[Result]:
        results: list[Result] = []
        end = time.perf_counter() + 15.0
        while any(line.calls for line in self.lines) and time.perf_counter() < end:
            results += self._wait(0.1)
        return results
