"""The first of many by a key, in bounded memory, and whether there were more."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

T = TypeVar("T")


class First(Generic[T]):
    """Keeps the ``limit`` smallest by their keys; keys are tuples of numbers and texts, all different.

    Example: of 5, 1, 3 with a limit of 2 it keeps 1 and 3, and there were more."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: list[tuple[_Falling, T]] = []
        self.more = False

    def takes(self, key: tuple[object, ...]) -> bool:
        """Whether a value with this key would be kept; if not, notes that there are more."""
        if len(self._kept) < self._limit or (self._kept and key < self._kept[0][0].key):
            return True
        self.more = True
        return False

    def offer(self, key: tuple[object, ...], value: T) -> None:
        """Keeps a value, if its key is among the smallest."""
        entry = (_Falling(key), value)
        if len(self._kept) < self._limit:
            heapq.heappush(self._kept, entry)
            return
        self.more = True
        if self._kept and entry[0] > self._kept[0][0]:
            heapq.heapreplace(self._kept, entry)

    def rising(self) -> list[T]:
        """What was kept, the smallest first."""
        return [value for _, value in sorted(self._kept, key=lambda entry: entry[0].key)]


class _Falling:
    """A key that sorts the other way round, so that the largest is at hand."""

    __slots__ = ("key",)

    def __init__(self, key: tuple[object, ...]) -> None:
        self.key = key

    def __lt__(self, other: _Falling) -> bool:
        return self.key > other.key

    def __gt__(self, other: _Falling) -> bool:
        return self.key < other.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)
