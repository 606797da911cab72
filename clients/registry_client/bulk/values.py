"""What a cell holds (单元格的值), and the text that it is read as.

A csv file has texts alone. A workbook has numbers, dates and truths as well, and what a clerk typed may have
become one of them. Each is read as the text a clerk would have written:

    2026-01-05 (a date)        2026-01-05
    2026-01-05 08:30 (a time)  2026-01-05 08:30:00       the time is dropped where a day is wanted
    46113.0                    46113
    0.5                        0.5
    9.11309000000000123E+17    9.11309E+17               18 digits, lost
    TRUE                       是

A formula is never evaluated: its cell has the value that was saved with it, and an error value is empty.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from math import isfinite

Value = str | int | float | bool | date | datetime | time | timedelta

_EXACT = 1e15
"""IEEE 754 doubles keep 15 significant digits of what was typed; above that a number is not what it was."""


_LOST = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2}").fullmatch
DIGITS_LOST = "被电子表格存成了科学记数，其余各位已丢失；请将该列设为文本格式，再按原始材料重新填写"


def has_lost_digits(text: str) -> bool:
    """Whether a text is a long number of which a spreadsheet, or ``number_text``, kept the first digits."""
    return _LOST(text) is not None


def cell_text(value: Value) -> str:
    """The text of a cell, without blanks around it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return str(value) if value.time() != time() else value.date().isoformat()
    return str(value)


def number_text(number: float) -> str:
    """A number as it would be typed; in scientific notation where its digits are lost."""
    if not isfinite(number):
        return str(number)
    if abs(number) >= _EXACT:
        return f"{number:.5E}"
    if number == int(number):
        return str(int(number))
    return f"{number:.10f}".rstrip("0") if abs(number) < 1e6 else repr(number)


def is_blank(value: Value) -> bool:
    """Whether a cell has nothing in it."""
    return isinstance(value, str) and not value.strip()


def column_letters(index: int) -> str:
    """The letters of a column, counted from 0: A, …, Z, AA, …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column, from 0, for its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
