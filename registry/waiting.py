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

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident, local
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


@dataclass(eq=False, slots=True)
class Wait:
    """One wait of a thread, until it is ended."""

    thread: int
    ended: bool = False


def begin_to_wait() -> Wait:
    """Gives this thread's turn away, until every such wait of it is ended. Raises MustWaitError on a thread
    that must not wait."""
    may_wait()
    _thread.depth = depth = getattr(_thread, "depth", 0) + 1
    if depth == 1:
        _change(lambda turn: turn.rest())
    return Wait(get_ident())


def end_waiting(wait: Wait) -> None:
    """Ends a wait, and takes this thread's turn again with the last. One that ended before, or is another
    thread's (whoever collects garbage may close what that one left open), is let be."""
    if wait.ended or wait.thread != get_ident():
        return
    wait.ended = True
    _thread.depth = depth = max(getattr(_thread, "depth", 0) - 1, 0)
    if not depth:
        _change(lambda turn: turn.resume())


def _change(how: Callable[[Turn], object]) -> None:
    """Changes the turn of this thread; not while it is being changed, for garbage is collected anywhere."""
    turn: Turn | None = getattr(_thread, "turn", None)
    if turn is None or getattr(_thread, "changing", False):
        return
    _thread.changing = True
    try:
        how(turn)
    finally:
        _thread.changing = False


@contextmanager
def waiting() -> Iterator[None]:
    """This thread's turn is another's until the block ends. Raises MustWaitError on a thread that must not
    wait."""
    wait = begin_to_wait()
    try:
        yield
    finally:
        end_waiting(wait)


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
