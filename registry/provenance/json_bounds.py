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
