"""Unified social credit codes as numbers, thousands at a time (统一社会信用代码, GB 32100-2015).

A code of 18 characters over 31 symbols is a number below 31^18 < 2^90, so it is packed without loss: two
codes have one key only if they are one code. The first eight characters are ``high`` (below 2^40), the last
ten ``low`` (below 2^50); a key is the two words

    k0 = low | (high mod 2^14) << 50        k1 = high >> 14   (26 bits)

What comes in is one field of bytes, 18 to a code. Lower case is read as upper case, as ``normalise`` reads
it; whatever else it would change does not fit into 18 bytes of ASCII, so there a code is *malformed*. Bytes
above 7f are *foreign*: a few characters (㎤) become several in the normal form, so such a code must be read
as text.

Worked example: ``pack(b"91350100M000100Y43")`` is well formed with k1 = 15,172,823, as is the same in lower
case; ``O`` is no symbol of the alphabet, so ``pack(b"9135O100M000100Y43")`` is malformed.
"""

from __future__ import annotations

from operator import mul
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.domain.uscc import ALPHABET

CODE_BYTES = 18
_LOW = 31**10
_LOW_BITS, _SPLIT = 50, 14
_NO_DIGIT = 255
_FOREIGN = 0x80

_DIGITS = np.full(256, _NO_DIGIT, np.uint8)
for _value, _char in enumerate(ALPHABET):
    _DIGITS[[ord(_char), ord(_char.lower())]] = _value
# Two characters at a time, the first in the low byte; what is no pair of symbols spoils every sum it is in.
_ONE = np.where(_DIGITS == _NO_DIGIT, np.nan, _DIGITS.astype(np.float64))
_PAIRS = np.ascontiguousarray((_ONE[np.newaxis, :] * 31 + _ONE[:, np.newaxis]).reshape(-1))
_HIGH_PLACES = np.array([float(961**power) for power in range(3, -1, -1)])
_LOW_PLACES = np.array([float(961**power) for power in range(4, -1, -1)])
_WEIGHTS = (*(pow(3, place, 31) for place in range(17)), 1)
_CHECK = np.array(_WEIGHTS, np.int64)
_DIGIT_TABLE = _DIGITS.tobytes()
# As int(…, 31) reads digits.
_BASE_31 = bytearray(b"!" * 256)
for _value, _char in enumerate(ALPHABET):
    _BASE_31[ord(_char)] = _BASE_31[ord(_char.lower())] = b"0123456789abcdefghijklmnopqrstu"[_value]
_BASE_31_TABLE = bytes(_BASE_31)


class Packed(NamedTuple):
    """Codes as keys; those of ``malformed`` ones (None: there are none) mean nothing."""

    k0: NDArray[np.uint64]
    k1: NDArray[np.uint64]
    malformed: NDArray[np.bool_] | None


def pack(codes: bytes | memoryview) -> Packed:
    """The keys of codes, 18 bytes each. ValueError if the bytes are not a whole number of codes."""
    if len(codes) % CODE_BYTES:
        raise ValueError(f"{len(codes)} bytes are no whole number of codes of {CODE_BYTES}")
    pairs = _PAIRS.take(np.frombuffer(codes, "<u2").reshape(-1, CODE_BYTES // 2))
    high, low = pairs[:, :4] @ _HIGH_PLACES, pairs[:, 4:] @ _LOW_PLACES
    malformed = np.isnan(high + low)
    spoilt = bool(malformed.any())
    if spoilt:
        high[malformed] = low[malformed] = 0.0
    first, last = high.astype(np.uint64), low.astype(np.uint64)
    k0 = last | (first << np.uint64(_LOW_BITS))
    return Packed(k0, first >> np.uint64(_SPLIT), malformed if spoilt else None)


def pack_one(code: bytes) -> tuple[int, int] | None:
    """The key of one code; None if it is malformed or foreign."""
    if len(code) != CODE_BYTES:
        return None
    try:
        high, low = divmod(int(code.translate(_BASE_31_TABLE), 31), _LOW)
    except ValueError:
        return None
    return low | (high & 0x3FFF) << _LOW_BITS, high >> _SPLIT


def check_fails_one(code: bytes) -> bool:
    """Whether the check character of a well formed code is wrong."""
    return bool(sum(map(mul, code.translate(_DIGIT_TABLE), _WEIGHTS)) % 31)


def check_fails(codes: bytes | memoryview, at: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Of the codes at some places, all of them well formed, those whose check character is wrong."""
    digits = _DIGITS[np.frombuffer(codes, np.uint8).reshape(-1, CODE_BYTES)[at]]
    wrong: NDArray[np.bool_] = (digits @ _CHECK) % 31 != 0
    return wrong


def are_foreign(codes: bytes | memoryview, at: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Of the codes at some places, those with bytes that are not ASCII."""
    foreign = np.frombuffer(codes, np.uint8).reshape(-1, CODE_BYTES)[at] >= _FOREIGN
    return np.asarray(foreign.any(axis=1))
