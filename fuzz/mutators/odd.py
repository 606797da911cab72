"""Values that programs stumble over."""

from __future__ import annotations

from random import Random

TEXTS = (
    "", " ", "\x00", "a\x00b", "１２", "٣", "²", "①", "Ⅻ", "K", "ſ", "ﬀ", "İ", "ß", "e\u0301", "\u00e9",
    "\u200b", "\u202e", "\ufeff", "\u2028", "\x85", "\U0001f600", "\ufffd", "NaN", "Infinity", "-0", "+1",
    "1_0",
    "0x10", "1e999", "0", "00", "-1", "18446744073709551616", "9" * 30, "9" * 5000, "2026-02-29",
    "0000-00-00",
    "9999-12-31", "10000-01-01", "2026-W01-1", "20260101", "２０２６-０１-０１", "2026-01-01T00:00:00+08:00",
    "null", "true", "{}", "[]", "../../etc/passwd", "%00", "%2e%2e", "<script>", "'\"--", "=1+1", "\r\n",
    "91130902DEMAY4CLX6", "91130902demay4clx6", "９１１３０９０２ＤＥＭＡＹ４ＣＬＸ６", "〔2026〕1号",
    "长" * 300,
)  # fmt: skip
"""Digits of other scripts, case that folds to something else, marks, days that are none, numbers too
large."""
NUMBERS = (
    0, 1, 2, 3, 127, 128, 255, 256, 1023, 1024, 1025, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1,
    2**63,
    2**64 - 1,
)  # fmt: skip
"""Where integers end."""


def text(random: Random) -> str:
    """An odd text, mostly one alone."""
    chosen = random.choice(TEXTS)
    return chosen + random.choice(TEXTS) if random.random() < 0.1 else chosen


def number(random: Random) -> int:
    """A number near an edge, or any."""
    return (
        random.choice(NUMBERS) if random.random() < 0.8 else random.getrandbits(random.choice((3, 8, 20, 64)))
    )
