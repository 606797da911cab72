"""The wall's clock, believed for as long as it goes on evenly (系统时钟).

What is asked about "now", and when a statement was received, rest on the wall's clock. One that jumps three
days ahead calls a ban over that has two days to go, and one that jumps back calls it to come: both would be
answered CLEAR. So the wall's clock is compared with one that nobody sets, the time since the machine was
started (``CLOCK_BOOTTIME``, which goes on while it sleeps). Where the two part by more than ``TOLERANCE_S``
at once, nothing is received and nothing is said about now, until the wall's clock is back, or the process is
started anew: that is how an operator says that the new time is the true one. Smaller steps, and the slow
steering of NTP, which both clocks follow, are taken as they come.

    clock = SteadyClock()
    clock()            # Unix milliseconds; ClockJumpedError, which is a StoreError: may be tried again

At a start the clock is believed, unless it is behind the last statement received (`Ask.now_ms`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from registry.store.interface import StoreError

TOLERANCE_S = 300.0
"""More than any correction of a clock that is steered, less than what changes an answer by more than the
minutes about midnight."""
_NS = 1_000_000_000
logger = logging.getLogger(__name__)


class ClockJumpedError(StoreError):
    """The wall's clock is not to be believed."""


def _since_boot_ns() -> int:
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Answers Unix milliseconds; safe for many threads."""

    def __init__(
        self,
        wall_ns: Callable[[], int] = time.time_ns,
        passed_ns: Callable[[], int] = _since_boot_ns,
        *,
        tolerance_s: float = TOLERANCE_S,
    ) -> None:
        self._wall_ns = wall_ns
        self._passed_ns = passed_ns
        self._tolerance_ns = int(tolerance_s * _NS)
        self._apart_ns = wall_ns() - passed_ns()
        self._jumped = False

    def __call__(self) -> int:
        """The time. Raises ClockJumpedError."""
        now_ns = self._wall_ns()
        apart_ns = now_ns - self._passed_ns()
        jump_ns = apart_ns - self._apart_ns
        if abs(jump_ns) > self._tolerance_ns:
            if not self._jumped:
                self._jumped = True
                logger.error("clock: the wall's clock jumped by %+.0f s; nothing is answered", jump_ns / _NS)
            raise ClockJumpedError("系统时钟发生跳变, 暂停受理和回答, 请联系运维")
        if self._jumped:
            self._jumped = False
            logger.warning("clock: the wall's clock is back")
        self._apart_ns = apart_ns
        return now_ns // 1_000_000
