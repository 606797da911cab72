"""How much a JSON text holds, told before it is parsed (RFC 8259).

Three bytes (``[],``) become a list of some seventy in memory, so a text that is small enough to be read may
be too large to be held. Each value but the first follows a comma or an opening bracket: so many they are.

Example: ``[[], []]`` has at most four values by this count, and ``few(b"[" * 10**6)`` is false.
"""

from __future__ import annotations

MAX_VALUES = 500_000
"""A receipt about a whole tender has some ten thousand."""


def few(text: bytes, most: int = MAX_VALUES) -> bool:
    """Whether a text holds no more values than that, by its commas and brackets, within strings too."""
    return sum(map(text.count, (b",", b"[", b"{"))) <= most
