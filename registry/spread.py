"""How values spread (分布): counts by bucket and a sum, kept as they come.

Bounds are the upper ends of the buckets, rising, in the values' own unit; what is beyond the last has a
bucket too.

Example: 0.3 and 1.2 with the bounds 0.5 and 1: one up to 0.5, one up to 1, two in all; the sum is 1.5.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

BOUNDS_S = (
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
)  # fmt: skip
"""In seconds: a question takes some hundred microseconds, a batch a second."""


class Spread:
    """How values spread over buckets, and their sum. Not safe between threads by itself."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float] = BOUNDS_S) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        """Counts a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def buckets(self) -> tuple[list[tuple[str, float]], float]:
        """Cumulative buckets as Prometheus has them, and the sum."""
        found, total = [], 0
        for bound, number in zip((*map(str, self.bounds), "+Inf"), list(self.counts), strict=True):
            total += number
            found.append((bound, float(total)))
        return found, self.sum
