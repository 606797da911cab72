"""Citizen identity number (公民身份号码), GB 11643-1999, and the check it shares with ISO 7064 mod 11-2.

Format, 18 characters::

    110105 19491231 002 X
    │      │        │   └ check character, X stands for 10
    │      │        └ sequence (odd: male, even: female)
    │      └ date of birth
    └ region of first registration (GB/T 2260 of its time)

With the weights W(i) = 2^(18-i) mod 11 the weighted sum over all 18 characters, the last with weight 1,
is 1 mod 11.

What that guarantees. 11 is prime, no weight is 0 and digits differ by less than 11, so every change of one
character is found. Of two neighbours the left weighs twice the right, mod 11, so every exchange of two
neighbours is found (an X moved to position 17 is not a digit). Other exchanges are found as well, except
between positions ten apart, whose weights are equal: 1 and 11, 2 and 12 … 8 and 18. Two changes at once
slip through once in 11.

The date of birth must be a day of the calendar in the years 1800…2199; it is not compared with today, for
there is no clock here. A region that is unknown, or did not exist in the year of birth, is no error: regions
were renumbered, people were not. The 15-digit form of before 1999 is obsolete and is refused with a hint.

The number of a foreigner's permanent residence card of 2023 (see ``travel_papers``) has the same check.

Worked examples: 11010519491231002X and 440524188001010014 are valid.
"""

from __future__ import annotations

import re
from datetime import date
from operator import mul

from registry.domain.code_fault import DIGITS, CodeFault, Form
from registry.v1 import error_reason_pb2

FORM = Form(
    noun="公民身份号码",
    shapes=((DIGITS,) * 17 + (f"{DIGITS}X",),),
    personal=True,
    length_hints={15: "；15位的旧号码已停止使用，请填写18位公民身份号码"},
)
"""Length and alphabet of a citizen identity number, with the words for what is wrong."""

_BIRTH_YEARS = range(1800, 2200)
_WEIGHTS = (*(pow(2, 18 - position, 11) for position in range(1, 18)), 1)
_FITS = re.compile(r"[0-9]{17}[0-9X]").fullmatch
_VALUES = bytes.maketrans(b"0123456789X", bytes(range(11)))


def resident_id_faults(value: str) -> list[CodeFault]:
    """Every fault of a normalised citizen identity number; [] = valid."""
    if not _FITS(value):
        return FORM.faults(value)
    faults = [] if agrees_mod_11_2(value) else [FORM.check_fault(value)]
    if not _has_birth_date(value):
        message = "公民身份号码第7至14位不是有效的出生日期"
        faults.append(CodeFault(error_reason_pb2.ERROR_REASON_CODE_DATE, message))
    return faults


def resident_id_check_character(body17: str) -> str:
    """The 18th character for the first 17 digits (GB 11643-1999).

    Raises ValueError if ``body17`` is not 17 digits.
    """
    if not _FITS(body17 + "0"):
        # The message must not repeat what may be most of somebody's number.
        raise ValueError("公民身份号码的本体应为17位数字")
    return f"{DIGITS}X"[(1 - _weighted_sum(body17)) % 11]


def resembles_resident_id(value: str) -> bool:
    """Whether the form is that of a citizen identity number and positions 7-14 are a date of birth.

    The check character does not matter: a mistyped number is no less personal.
    """
    return _FITS(value) is not None and _has_birth_date(value)


def agrees_mod_11_2(value: str) -> bool:
    """Whether the check character agrees, for a value of 17 digits and a digit or X."""
    return _weighted_sum(value) % 11 == 1


def _weighted_sum(code: str) -> int:
    return sum(map(mul, code.encode("ascii").translate(_VALUES), _WEIGHTS))


def _has_birth_date(value: str) -> bool:
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    return born.year in _BIRTH_YEARS
