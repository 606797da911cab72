"""Trying again for as long as something is away (断线重试): after longer pauses each time, up to a bound.

By chance some are shorter than others, so that callers who were cut off together do not come back together.

Example: the pauses after the first failures are at most 0.2, 0.4 and 0.8 seconds; after a week there is one
at least every half minute, as after an hour.
"""

from __future__ import annotations

import random

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 30.0
_DOUBLINGS = 10
"""More than lead to the longest pause: beyond some thousand a number would be too large."""


def pause_s(failures: int, longest_s: float = LONGEST_PAUSE_S) -> float:
    """How long to pause after so many failures in a row, the first of which counts 1."""
    wanted = FIRST_PAUSE_S * 2.0 ** min(failures - 1, _DOUBLINGS)
    return min(longest_s, LONGEST_PAUSE_S, wanted) * random.uniform(0.5, 1.0)
