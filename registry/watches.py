"""Waiting for subjects to be touched: how a caller learns that an answer may have changed.

A watch names references of subjects and sleeps until a statement about one of them is taken into account.
Whoever writes only looks whether the references of a group are among those that are watched; it waits for
nobody. Statements about others wake nobody.

The order makes it certain that nothing is missed: the index moves its position first and touches then, and a
watcher names its subjects first, takes the touch away, and reads the position then.

    with index.watches.open() as watch:
        watch.look_for(refs)
        answer = answered_at(index.position)
        while not watch.ended:
            if watch.wait(1.0):
                answer = answered_at(index.position)

A watch holds a thread, so there are few at a time; each waits by itself, none before another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Lock

from registry.waiting import waiting

MAX_WATCHES = 6
"""Fewer than the streams that the server lets in: departments can submit by stream while all are in use."""


class TooManyWatchesError(Exception):
    """As many watch as may; come again."""


class Watch:
    """Waits until one of its subjects is touched, or until it is ended by somebody else."""

    def __init__(self) -> None:
        self._refs: frozenset[str] = frozenset()
        self._everything = False
        self._changed = Condition()
        self._touched = False
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether nobody needs it any more."""
        return self._ended

    def look_for(self, refs: Iterable[str]) -> None:
        """Watches these subjects and no others."""
        self._refs = frozenset(refs)

    def look_for_everything(self) -> None:
        """Watches whatever is taken into account, about whomever."""
        self._everything = True

    def wait(self, timeout_s: float) -> bool:
        """Sleeps until a subject is touched, the time is over or the watch is ended; whether one was touched
        since the last time."""
        with waiting(), self._changed:
            self._changed.wait_for(lambda: self._touched or self._ended, timeout_s)
            touched, self._touched = self._touched, False
            return touched

    def pause(self, timeout_s: float) -> None:
        """Sleeps whatever is touched, unless the watch is ended."""
        with waiting(), self._changed:
            self._changed.wait_for(lambda: self._ended, timeout_s)

    def touch(self, refs: Sequence[str]) -> None:
        """Wakes the watcher if one of the subjects is among its own."""
        if self._everything or not self._refs.isdisjoint(refs):
            with self._changed:
                self._touched = True
                self._changed.notify_all()

    def end(self) -> None:
        """Wakes the watcher for the last time; from any thread, and as often as one likes."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class Watches:
    """The watches that are open, ``limit`` at most."""

    def __init__(self, limit: int = MAX_WATCHES) -> None:
        self._limit = limit
        self._lock = Lock()
        self._open: tuple[Watch, ...] = ()

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def open(self) -> Iterator[Watch]:
        """A watch, until the block ends. Raises TooManyWatchesError."""
        watch = Watch()
        with self._lock:
            if len(self._open) >= self._limit:
                raise TooManyWatchesError
            self._open = (*self._open, watch)
        try:
            yield watch
        finally:
            with self._lock:
                self._open = tuple(each for each in self._open if each is not watch)

    def touch(self, refs: Sequence[str]) -> None:
        """Wakes those who watch one of these subjects."""
        for watch in self._open:
            watch.touch(refs)
