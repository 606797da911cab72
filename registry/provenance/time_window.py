"""When a leaf entered the log, by outside time alone (时间窗口).

A time anchor is a leaf that holds a stamp over a checkpoint. It bounds other leaves by log order, whatever
the registry's clock said:

* a leaf **behind** the anchor's entered after the stamp was made: the stamp is in the log already;
* a leaf that the stamped checkpoint **covers** entered before the stamp was made: its hash is in the root.

    leaf       0 … 6      7      8   9 …  20     21        22
                        anchor                 anchor
                     of size 5              of size 21
                    at 10:00:00 ± 1 s       at 11:00:00 ± 1 s

Example: leaf 9 is behind the first anchor and covered by the second: from 09:59:59 to 11:00:01. Leaf 3 is
covered by the first, and nothing bounds it below: to 10:00:01. Leaf 22 is bounded below alone. Leaf 6 is not
covered by the first anchor, though it stands before its leaf: only by the second, to 11:00:01.

Each bound is that of the authority which stamped; see `registry.provenance.timestamp` for what is checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Anchor:
    """A time anchor: position of its leaf, size of the checkpoint stamped, and the stamp's
    ``earliest_ms`` and ``latest_ms``. ValueError if the checkpoint covers the leaf itself, which cannot be,
    or the instants are out of order."""

    position: int
    size: int
    earliest_ms: int
    latest_ms: int

    def __post_init__(self) -> None:
        if not 0 < self.size <= self.position or self.earliest_ms > self.latest_ms:
            raise ValueError(f"the leaf at {self.position} cannot hold a stamp over {self.size} leaves")


class TimeWindow(NamedTuple):
    """Unix milliseconds between which a leaf entered; None: not bounded on that side."""

    not_before_ms: int | None = None
    not_after_ms: int | None = None

    @property
    def is_possible(self) -> bool:
        """Whether the bounds leave anything between them; if not, somebody's clock or stamp is wrong."""
        return None in self or self.contains(self.not_before_ms or 0)

    def contains(self, instant_ms: int) -> bool:
        """Whether an instant, such as the time of receipt in the leaf, lies within."""
        first, last = self
        return (first is None or first <= instant_ms) and (last is None or instant_ms <= last)


def time_window(position: int, anchors: Iterable[Anchor]) -> TimeWindow:
    """The narrowest window for the leaf at a position that the anchors give, in whatever order they come.

    An anchor's own leaf is bounded below by its own stamp."""
    first, last = _narrowest(position, anchors)
    return TimeWindow(first.earliest_ms if first else None, last.latest_ms if last else None)


def bounding_anchors(position: int, anchors: Iterable[Anchor]) -> list[Anchor]:
    """Those one or two of the anchors that give the window for a leaf; none if there are none."""
    return [anchor for anchor in _narrowest(position, anchors) if anchor is not None]


def _narrowest(position: int, anchors: Iterable[Anchor]) -> tuple[Anchor | None, Anchor | None]:
    first = last = None
    for anchor in anchors:
        if anchor.position <= position and (first is None or anchor.earliest_ms > first.earliest_ms):
            first = anchor
        if position < anchor.size and (last is None or anchor.latest_ms < last.latest_ms):
            last = anchor
    return first, last
