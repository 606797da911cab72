"""Threads that must not wait (不得等待的线程): the one that reads the wire of a server answers some calls
itself (``registry.at_once``), and whatever would have it wait says so first.

    with without_waiting():
        answer(request)      # raises MustWaitError where it came to ``may_wait``: ask again elsewhere

On other threads ``may_wait`` says the same to whoever deals out the processor (``registry.load``): this call
rests from here on, and another may work meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local

_thread = local()


class MustWaitError(Exception):
    """What is asked for cannot be had without waiting."""


def may_wait() -> None:
    """Is called before anything that may take long. Raises MustWaitError on a thread that must not wait."""
    if getattr(_thread, "forbidden", False):
        raise MustWaitError
    rests: Callable[[], object] | None = getattr(_thread, "rests", None)
    if rests is not None:
        rests()


@contextmanager
def without_waiting() -> Iterator[None]:
    """This thread must not wait until the block ends."""
    _thread.forbidden = True
    try:
        yield
    finally:
        _thread.forbidden = False


@contextmanager
def resting(rests: Callable[[], object]) -> Iterator[None]:
    """Until the block ends ``rests`` is called when this thread comes to what may take long."""
    _thread.rests = rests
    try:
        yield
    finally:
        _thread.rests = None
