"""The records of which a large index is made: real ones, under other codes, with texts and days of their own.

firm_code(7)            as ``population.firm``
firm_code(10**6 + 7)    another division, the same organisation part
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from registry.domain.identifiers import uscc_check_character
from registry.domain.periods import Period
from registry.sanctions.ground import Ground, SubjectRecord
from registry.v1 import statement_pb2

REAL, CLEAR = 1000, 100
"""Firms put on record by statements: restricted ones, and others."""
SHIFTS = 60
"""Days by which the days of different firms differ at most, beside those of the real ones."""
_dice = random.Random(20261126)


def firm_code(number: int) -> str:
    """The code of a firm that does not exist."""
    body = f"91{130902 + number // 10**6:06d}DEM{number % 10**6:06d}"
    return body + uscc_check_character(body)


def restricted(record: SubjectRecord) -> bool:
    """Whether a real firm is restricted in procurement, and not in compulsory tenders alone."""
    return any(ground.code in ("M-PRO-01", "L-01") for ground in record.grounds)


def multiplied(patterns: Sequence[SubjectRecord], count: int) -> Iterator[SubjectRecord]:
    """So many records as the patterns, under codes that the real firms do not have."""
    for number in range(REAL + CLEAR, REAL + CLEAR + count):
        pattern, earlier = patterns[number % len(patterns)], timedelta(days=number // REAL % SHIFTS)
        code = firm_code(number)
        names = tuple(replace(each, name=f"{each.name}{number}") for each in pattern.names)
        grounds = tuple(_moved(each, code, number, earlier) for each in pattern.grounds)
        yield replace(pattern, ref=code, grounds=grounds, names=names)


def _moved(ground: Ground, code: str, number: int, earlier: timedelta) -> Ground:
    last, document = ground.period.last, statement_pb2.Document()
    document.CopyFrom(ground.document)
    document.number = f"{document.number}-{number}"
    period = Period(ground.period.first - earlier, None if last is None else last - earlier)
    return replace(ground, subject=code, document=document, period=period, statement_id=f"G-{number}")


def drawn(made: int, count: int) -> list[str]:
    """Codes of firms out of the first so many that were made."""
    return [firm_code(REAL + CLEAR + _dice.randrange(made)) for _ in range(count)]
