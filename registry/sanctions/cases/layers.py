"""A mapping of a case laid over the one that it changes (用例的变化): what the upper one names counts.

Example: ``{day: 2028-03-02}`` over ``{role: bidder, day: 2026-06-01}`` is a bidder on 2028-03-02; a null in
the upper one takes a value away.
"""

from __future__ import annotations

from datetime import date

from registry.sanctions.catalogue.located_yaml import Row


class Layers:
    """A mapping laid over the one that it changes: what the upper one names counts, null takes it away."""

    def __init__(self, *rows: Row) -> None:
        self._rows = rows

    def at(self, key: str) -> Row:
        """The mapping that a key is to be read from."""
        return next((row for row in self._rows if key in row.listed_keys()), self._rows[-1])

    def has(self, key: str) -> bool:
        """Whether the key has a value. A null is read with that."""
        row = self.at(key)
        if row.has(key):
            return True
        row.optional_text(key)
        return False

    def text(self, key: str) -> str:
        """A text, empty if none is named."""
        return self.at(key).optional_text(key)

    def day(self, key: str, otherwise: date) -> date:
        """A day, or another if none is named."""
        return self.at(key).day(key) if self.has(key) else otherwise

    def number(self, key: str, otherwise: int) -> int:
        """A number, or another if none is named."""
        return self.at(key).number(key) if self.has(key) else otherwise

    def close(self) -> None:
        """Notes every key that was not read."""
        for row in self._rows:
            row.close()
