"""How fast one caller may use what is open to the public (频率限制): a bucket, refilled steadily.

The portal bounds each of its readers; this bounds the portal, so that one that is overrun, or a program with
its certificate, fills no inbox and guesses no code. Nothing is kept but a number for each caller.

Example: after 300 questions at once a caller waits half a second for the next, and 2.5 seconds to lodge.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

from registry.errors import RegistryError
from registry.v1 import error_reason_pb2 as reasons

BURST, PER_S = 300.0, 2.0
MOST_CALLERS = 1000


class Pace:
    """The buckets of all callers."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, caller: str, cost: float = 1.0) -> None:
        """Counts a question. Raises RegistryError OVERLOADED where there were too many."""
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(caller, (BURST, now))
            left = min(BURST, left + (now - since) * PER_S)
            self._left[caller] = (left - cost if left >= cost else left, now)
            if len(self._left) > MOST_CALLERS:
                self._left.popitem(last=False)
        if left < cost:
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, "提交或者查询过于频繁, 请稍后再试。")
