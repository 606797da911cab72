"""Disclosed restrictions by month (公示的限制统计), without a walk over everything at each question.

The whole is counted once a day, in a thread of its own that leaves the others most of the time, and anew when
another edition of the law applies or something was erased. In between only the records are counted again that
statements have changed since: what is repaired is gone from the counts with the next question. While the
whole is being counted, the counts of before are told, and ``Tallied`` says of which position and day they
are; where there are none yet, whoever asks is told to come back.

Example: of 1,000,000 statements a question after three new ones looks at three records, not at all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Condition, Thread
from time import monotonic, sleep

from registry.commands.ask import Ask
from registry.commands.measure_use import first_ms
from registry.commands.published import Published
from registry.commands.published_counts import TURN_S, WINDOW, Counts
from registry.errors import RegistryError
from registry.sanctions.published_tally import Key, Moment
from registry.v1 import error_reason_pb2 as reasons
from registry.waiting import waiting

APART_S = 60.0
"""Between two counts of the whole, at least."""
WAIT_S = 3.0
"""How long a question waits for the first count: that of a small registry is there by then."""
MAX_WAITING = 4
logger = logging.getLogger(__name__)
Month = tuple[int, Key, int, int]
"""Month, domain and region, how many are in force, how many began."""


@dataclass(frozen=True, slots=True)
class Tallied:
    """Counts as of a moment, and an instant of its day."""

    moment: Moment
    valid_ms: int
    months: tuple[Month, ...]
    organisations: int


class Statistics:
    """Keeps the counts. ``steady`` counts seconds and is never set."""

    def __init__(
        self,
        ask: Ask,
        published: Published,
        *,
        steady: Callable[[], float] = monotonic,
        wait_s: float = WAIT_S,
    ) -> None:
        self._ask, self._state, self._published = ask, ask.state, published
        self._steady, self._wait_s = steady, wait_s
        self._changed = Condition()
        self._counts: Counts | None = None
        self._thread: Thread | None = None
        self._counted_s = -APART_S
        self._waiting = 0

    def between(self, first: int, last: int) -> Tallied:
        """The counts of the months from one to another, as ``month_of`` numbers them. Raises RegistryError
        while there are none."""
        with self._changed:
            self._keep_up()
            counts = self._counts or self._awaited()
            if counts is None:
                message = "统计正在计算, 请稍后重试。"
                raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message)
            moment, tally = counts.moment, counts.tally
            valid_ms = min(self._ask.now_ms(), first_ms(moment.day + timedelta(days=1)) - 1)
            return Tallied(moment, valid_ms, tuple(tally.rows(first, last)), tally.organisations)

    def _keep_up(self) -> None:
        """Follows what is new where that is quick, and has done beside what is not."""
        counts, now = self._counts, self._now()
        if counts is not None and counts.sound and counts.behind <= WINDOW:
            counts.follow()
        if counts is None or not counts.sound or (counts.moment.day, counts.moment.edition) != now:
            self._beside(self._count, apart_s=APART_S)
        elif counts.behind:
            self._beside(self._catch_up)

    def _now(self) -> tuple[object, object]:
        day = self._ask.today()
        return day, self._state.edition_at(self._state.newest(), day)

    def _awaited(self) -> Counts | None:
        """The first counts, if they are there in time."""
        if self._waiting < MAX_WAITING:
            self._waiting += 1
            try:
                with waiting():
                    self._changed.wait_for(lambda: self._counts is not None, self._wait_s)
            finally:
                self._waiting -= 1
        return self._counts

    # --- beside the answers

    def _beside(self, work: Callable[[], None], *, apart_s: float = 0.0) -> None:
        """Has something done, unless something is being done, or was lately."""
        if self._thread is not None and self._thread.is_alive():
            return
        if apart_s and self._steady() - self._counted_s < apart_s:
            return
        self._counted_s = self._steady() if apart_s else self._counted_s
        self._thread = Thread(target=self._safely, args=(work,), name="registry-statistics", daemon=True)
        self._thread.start()

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # Whoever asks next has it tried again.
            logger.exception("statistics")

    def _count(self) -> None:
        """The whole, and what came in meanwhile."""
        position, day = self._state.newest(), self._ask.today()
        edition = self._state.edition_at(position, day)
        counts = Counts(self._state, self._published, Moment(position, day, edition))
        counts.count()
        while counts.sound and counts.behind > WINDOW:
            counts.follow()
        with self._changed:
            self._counts = counts
            self._changed.notify_all()

    def _catch_up(self) -> None:
        """What a question would have to wait for too long."""
        while True:
            with self._changed:
                counts = self._counts
                if counts is None or not counts.sound or counts.behind <= WINDOW:
                    return
                counts.follow()
            sleep(TURN_S)
