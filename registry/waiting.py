"""Threads that must not wait (不得等待的线程), and what a call does that has to (让出).

The thread that reads the wire of a server answers some calls itself (``registry.at_once``); whatever would
have it wait says so first:

    with without_waiting():
        answer(request)      # raises MustWaitError where it came to ``may_wait``: ask again elsewhere

On other threads a wait is told to whoever deals out the processor (``registry.load``): the call rests for as
long as the block takes, and another may work meanwhile.

    with waiting():
        answered.wait()
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Protocol

_thread = local()


class MustWaitError(Exception):
    """What is asked for cannot be had without waiting."""


class Turn(Protocol):
    """A call's turn of the processor."""

    def rest(self) -> None:
        """Gives it away: the call waits for something."""

    def resume(self) -> None:
        """Takes it again."""


def may_wait() -> None:
    """Is called before anything that may take long. Raises MustWaitError on a thread that must not wait."""
    if getattr(_thread, "forbidden", False):
        raise MustWaitError


def begin_to_wait() -> None:
    """Gives this thread's turn away, until ``end_waiting`` is called as often. Raises MustWaitError on a
    thread that must not wait."""
    may_wait()
    _thread.depth = depth = getattr(_thread, "depth", 0) + 1
    if depth == 1 and (turn := _turn()) is not None:
        turn.rest()


def end_waiting() -> None:
    """Takes this thread's turn again, if it is not waiting for something else as well."""
    _thread.depth = depth = max(getattr(_thread, "depth", 0) - 1, 0)
    if not depth and (turn := _turn()) is not None:
        turn.resume()


@contextmanager
def waiting() -> Iterator[None]:
    """This thread's turn is another's until the block ends. Raises MustWaitError on a thread that must not
    wait."""
    begin_to_wait()
    try:
        yield
    finally:
        end_waiting()


@contextmanager
def without_waiting() -> Iterator[None]:
    """This thread must not wait until the block ends."""
    _thread.forbidden = True
    try:
        yield
    finally:
        _thread.forbidden = False


@contextmanager
def has_turn(turn: Turn) -> Iterator[None]:
    """What this thread does until the block ends is done in this turn."""
    _thread.turn, _thread.depth = turn, 0
    try:
        yield
    finally:
        _thread.turn = None


def _turn() -> Turn | None:
    turn: Turn | None = getattr(_thread, "turn", None)
    return turn
