"""Whole numbers from a seed: SHA-256 in counter mode, and refusal of what would make some likelier.

    block i   = SHA-256(key ‖ i as u64 big-endian), i = 0, 1, 2 …
    numbers   = each block cut into four u64, big-endian, one after the other
    below(n)  = the first number v not yet used with v < 2^64 − (2^64 mod n); then v mod n

So every value below n is exactly as likely as any other (no bias of the remainder), whatever n is.

Example: of ``Randoms(bytes(32))`` the numbers ``below(6)`` begin 0, 3, 3, 5, 2, 1.
"""

from __future__ import annotations

import struct
from hashlib import sha256

_FOUR = struct.Struct(">4Q")
_ALL = 1 << 64


class Randoms:
    """The numbers that follow from a key."""

    __slots__ = ("_block", "_key", "_waiting")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._block = 0
        self._waiting: list[int] = []

    def below(self, bound: int) -> int:
        """The next number of 0 to ``bound`` - 1. ValueError for a bound that is none."""
        if not 0 < bound <= _ALL:
            raise ValueError(f"numbers are drawn below 1 to 2^64, not below {bound}")
        limit = _ALL - _ALL % bound
        while (number := self._next()) >= limit:
            pass
        return number % bound

    def _next(self) -> int:
        if not self._waiting:
            block = sha256(self._key + self._block.to_bytes(8, "big")).digest()
            self._waiting = list(reversed(_FOUR.unpack(block)))
            self._block += 1
        return self._waiting.pop()
