"""Streams that are open (打开的流): how many at a time, and each only while its caller may call.

A stream is let in once and may last for days, so its caller is asked for again with each message of either
direction, and is told why there are no more. While nothing is said a thread asks every few seconds: a stream
that is silent would otherwise keep its place among the few there are, for a caller whose certificate or token
was revoked. Such a one is cancelled at the second look, so that a message in between can still tell why;
whoever opens it again is told then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock, Thread
from time import sleep
from typing import TypeVar

from registry.errors import RegistryError
from registry.v1 import error_reason_pb2 as reasons

LOOK_EVERY_S = 3.0
_Message = TypeVar("_Message")


@dataclass(frozen=True, eq=False, slots=True)
class OpenStream:
    """One stream: ``admit`` raises RegistryError once its caller may no longer call, ``hang_up`` ends it."""

    admit: Callable[[], object]
    hang_up: Callable[[], object]

    def while_admitted(self, messages: Iterator[_Message]) -> Iterator[_Message]:
        """The messages, for as long as their caller may call. Raises RegistryError."""
        for message in messages:
            self.admit()
            yield message


class OpenStreams:
    """The streams of a server, at most so many at a time. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._places = BoundedSemaphore(most)
        self._open: set[OpenStream] = set()
        self._lock = Lock()
        self._looking = False

    @contextmanager
    def place(self, admit: Callable[[], object], hang_up: Callable[[], object]) -> Iterator[OpenStream]:
        """A place among them until the block ends. Raises RegistryError if all are taken."""
        if not self._places.acquire(blocking=False):
            message = "同时打开的流已达上限, 请稍后重试。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message)
        stream = OpenStream(admit, hang_up)
        try:
            self._enter(stream)
            yield stream
        finally:
            self._leave(stream)
            self._places.release()

    def _enter(self, stream: OpenStream) -> None:
        with self._lock:
            self._open.add(stream)
            if not self._looking:
                Thread(target=self._look, name="registry-streams", daemon=True).start()
                self._looking = True

    def _leave(self, stream: OpenStream) -> None:
        with self._lock:
            self._open.discard(stream)

    def _look(self) -> None:
        """Looks after the streams for as long as there are any."""
        refused: set[OpenStream] = set()
        while True:
            sleep(LOOK_EVERY_S)
            with self._lock:
                streams = set(self._open)
                if not streams:
                    self._looking = False
                    return
            before = refused
            refused = {stream for stream in streams if not _may_stay(stream)}
            for stream in refused & before:
                stream.hang_up()


def _may_stay(stream: OpenStream) -> bool:
    try:
        stream.admit()
    except Exception:  # Whatever the reason: who cannot be let in cannot stay.
        return False
    return True
