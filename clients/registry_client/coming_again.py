"""Coming again when the registry has too much to do (稍后再来): as it asks for, and never all at once.

A call refused as OVERLOADED was not begun. RetryInfo says after how long to come again, each caller after
another while; so much is waited, and a little more by chance. Every repetition is paid for: answers earn a
tenth of one each, and ten can be saved up. So a registry that refuses everything hears from a client one call
in ten more than it is asked to make, and not three times as many.

Example: 200 calls, all refused. Ten are made a second time; every other one raises at once.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from threading import Lock

from registry_client.errors import RegistryCallError

TIMES = 2
"""How often one call comes again at most."""
SAVED, EARNED = 10.0, 0.1
CHANCE = 0.2
"""How much longer than asked is waited, by chance, in parts of it."""


@dataclass(slots=True)
class Patience:
    """What a connection may repeat. Safe to share between threads."""

    _left: float = SAVED
    _lock: Lock = field(default_factory=Lock)

    def answered(self) -> None:
        """An answer earns a part of a repetition."""
        with self._lock:
            self._left = min(SAVED, self._left + EARNED)

    def wait_s(self, failure: RegistryCallError, times: int, left_s: float) -> float | None:
        """After how many seconds to make a call again that failed, and was repeated so many ``times`` and has
        ``left_s`` seconds left; None: not at all."""
        if failure.reason != "OVERLOADED" or failure.retry_after_s is None or times >= TIMES:
            return None
        wait_s = failure.retry_after_s * random.uniform(1.0, 1.0 + CHANCE)
        if 2 * wait_s > left_s:  # What comes back has to have time for its answer.
            return None
        with self._lock:
            if self._left < 1.0:
                return None
            self._left -= 1.0
        return wait_s
