"""How much a JSON text holds, told before it is parsed (RFC 8259); and one that is nested too deep.

Three bytes (``[],``) become a list of some seventy in memory, so a text that is small enough to be read may
be too large to be held. Each value but the first follows a comma or an opening bracket: so many they are.

Example: ``[[], []]`` has at most four values by this count, and ``few(b"[" * 10**6)`` is false.
"""

from __future__ import annotations

import json
from typing import Any

MAX_VALUES = 500_000
"""A receipt about a whole tender has some ten thousand."""


def few(text: bytes, most: int = MAX_VALUES) -> bool:
    """Whether a text holds no more values than that, by its commas and brackets, within strings too."""
    return sum(map(text.count, (b",", b"[", b"{"))) <= most


def parsed(text: str | bytes) -> Any:
    """The value of a text. Raises ValueError, also for one that is nested too deep to be read: what
    ``json.loads`` raises for that is no ValueError, and who reads a file does not think of it."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def parsed_once(text: str | bytes) -> Any:
    """As ``parsed``, of what is signed. Raises ValueError also for a key that stands twice in one object:
    which of the two counts must not be a guess, and the other would be left out unseen."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        # What is no name of a field may be anything, a person's number too.
        raise ValueError(f"一个对象中有两个“{twice if twice.isidentifier() else '…'}”")
    return found
