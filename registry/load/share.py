"""Shares of the thread that reads the wire (读网线程的份额), where it answers some calls itself.

What is answered at once (``registry.at_once``) stands in no lane. While that thread has time to spare, the
time it spends is added up, and that is all. After a tenth of a second in which it had hardly any, callers are
counted, and from then on one that takes more than its share, by the weight of its class, is refused until the
thread has time again. Where there is but one, nobody is kept waiting, and it is looked again after a second.

Example: one platform asks as fast as it can, two others a little. The two are answered as ever; of the first
is refused what exceeds its third and what the two leave over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.load.classes import STANDINGS, Lane

WINDOW_S = 0.1
BUSY = 0.8
"""From which part of the time on the thread counts as busy."""
WINDOWS = 10
"""For how many windows nobody looks again where there was but one caller."""
AT_LEAST = 16
"""Calls of a caller that are answered in a window, whoever else asks."""


@dataclass(slots=True)
class Share:
    """What one thread spent in this window, and on whom; used by that thread alone. ``looks``: whether it is
    to be asked who calls."""

    looks: bool = False
    answered: int = 0
    _began: float = 0.0
    _spent_s: float = 0.0
    _alone: int = 0
    _served: int = 0
    _counts: dict[str, int] = field(default_factory=dict)
    _weights: dict[str, int] = field(default_factory=dict)
    _most: dict[str, float] = field(default_factory=dict)

    def spent(self, began: float, ended: float) -> None:
        """Notes a call that was answered, and when."""
        self.answered += 1
        self._served += 1
        self._spent_s += ended - began
        if ended - self._began >= WINDOW_S:
            self._next(ended)

    def admits(self, caller: str, lane: Lane) -> bool:
        """Whether a caller may have another call answered; asked while the thread is busy."""
        count = self._counts.get(caller, 0)
        self._counts[caller] = count + 1
        self._weights[caller] = STANDINGS[lane].weight
        return count < AT_LEAST or count < self._most.get(caller, float("inf"))

    def _next(self, now: float) -> None:
        passed, whole = now - self._began, sum(self._weights.values())
        busy = self._spent_s > BUSY * passed
        per_window = self._served * WINDOW_S / passed
        self._most = _shares(self._counts, self._weights, per_window) if busy and whole else {}
        self._alone = WINDOWS if self.looks and len(self._counts) <= 1 else max(0, self._alone - 1)
        self.looks = busy and not self._alone
        self._began, self._spent_s, self._served, self._counts, self._weights = now, 0.0, 0, {}, {}


def _shares(asked: dict[str, int], weights: dict[str, int], whole: float) -> dict[str, float]:
    """What each may have of a whole, by weight; what one does not need is left to the others."""
    shares: dict[str, float] = {}
    left, order = sum(weights.values()), sorted(asked, key=lambda name: asked[name] / weights[name])
    for name in order:
        shares[name] = min(asked[name], whole * weights[name] / left)
        whole -= shares[name]
        left -= weights[name]
    # Who asked for less than its share may ask for more the next time; who asked for more has what is left.
    return {name: share for name, share in shares.items() if share < asked[name]}
