"""How long a reader is waited for (慢读者): a response nobody takes holds a thread and hides what is new.

Nothing is kept for a reader but its place in the log, so what bounds it is time and distance, not memory:

* a response that was taken only after ``send_s``, or a reader that had everything once and is ``behind``
  statements behind since, is told where to go on, and cut off;
* one that takes nothing for ``dead_s`` cannot be told anything. Its call is cancelled: it has the token of
  the last response that it took.

Example: a platform's disk is full and its program stops reading. After a minute its stream is gone and its
thread free. When the disk is mended it comes with its last token and misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import monotonic
from typing import TypeVar

Answer = TypeVar("Answer")
SEND_S, DEAD_S, BEHIND = 10.0, 60.0, 100_000


@dataclass(eq=False, slots=True)
class Sending:
    """One reader's response under way, ``since`` when; None between two."""

    hang_up: Callable[[], object]
    since: float | None = None

    @contextmanager
    def one(self) -> Iterator[None]:
        """While one response is on its way."""
        self.since = monotonic()
        try:
            yield
        finally:
            self.since = None


@dataclass(slots=True)
class Patience:
    """The bounds, and who looks after those that take nothing."""

    send_s: float = SEND_S
    dead_s: float = DEAD_S
    behind: int = BEHIND
    _open: set[Sending] = field(default_factory=set)
    _changed: Condition = field(default_factory=Condition)
    _looking: bool = False

    @contextmanager
    def with_reader(self, hang_up: Callable[[], object]) -> Iterator[Sending]:
        """A reader, until the block ends; ``hang_up`` is called once if it takes nothing for too long."""
        sending = Sending(hang_up)
        with self._changed:
            if not self._looking:
                Thread(target=self._look, name="registry-patience", daemon=True).start()
                self._looking = True
            self._open.add(sending)
        try:
            yield sending
        finally:
            with self._changed:
                self._open.discard(sending)
                self._changed.notify_all()

    def paced(self, answers: Iterator[Answer], hang_up: Callable[[], object]) -> Iterator[Answer]:
        """The answers of a stream, whose reader is hung up on if it takes nothing for too long."""
        with self.with_reader(hang_up) as sending:
            for answer in answers:
                with sending.one():
                    yield answer

    def _look(self) -> None:
        """Looks after the readers for as long as there are any."""
        while True:
            with self._changed:
                self._changed.wait(self.dead_s / 10)
                if not self._open:
                    self._looking = False
                    return
                now = monotonic()
                dead = [each for each in self._open if each.since and now - each.since > self.dead_s]
                self._open.difference_update(dead)
            for each in dead:
                each.hang_up()
