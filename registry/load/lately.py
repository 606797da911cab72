"""Whether more comes than can be served (拥塞): what became of the last calls of a class. Pure."""

from __future__ import annotations

from dataclasses import dataclass

CROWDED, CROWD = 0.1, 10
"""From what part of its calls, and from how many, refused lately a class has a standing queue: nothing is a
burst then, and nobody waits long only to be refused after all."""
LATELY_S = 0.5
"""How long lately is: this and what has passed of the next."""


@dataclass(slots=True)
class Lately:
    """What came of the last calls of a class: in this half of a second, and in the one before."""

    begun: float = 0.0
    served: int = 0
    refused: int = 0
    served_before: int = 0
    refused_before: int = 0

    def count(self, now: float, *, refused: bool) -> None:
        """Counts a call."""
        self._turn(now)
        self.refused += refused
        self.served += not refused

    def is_crowded(self, now: float) -> bool:
        """Whether so many were refused that more come than can be served."""
        self._turn(now)
        refused = self.refused + self.refused_before
        return refused >= CROWD and refused > CROWDED * (refused + self.served + self.served_before)

    def _turn(self, now: float) -> None:
        if now - self.begun < LATELY_S:
            return
        is_next = now - self.begun < 2 * LATELY_S
        self.served_before, self.refused_before = (self.served, self.refused) if is_next else (0, 0)
        self.begun, self.served, self.refused = now, 0, 0
