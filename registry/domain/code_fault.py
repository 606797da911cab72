"""What is wrong with an identifier's value (代码错误), and the check of a code's form.

A *shape* says position by position which characters a code may have; a paper may have several shapes,
of different lengths, and a value has the right form if it fits one of them. What is reported:

* a length that no shape has: one ``CODE_LENGTH`` fault that names the length found;
* a character that its position does not allow: one ``CODE_CHARACTER`` fault for each such position,
  counted from 1 (not for values over 40 characters: nobody reads a thousand faults);
* a number as a spreadsheet writes it: ``CODE_DIGITS_LOST`` alone. Spreadsheets keep numbers as IEEE 754
  doubles and show 15 significant digits, so 911301000000012345 becomes 911301000000012000 (form right,
  check digit wrong: see ``Form.digits_lost``) or 9.11301E+17.

Messages are for a clerk, in Chinese, and are stored and logged. They must not spell out a personal
number, nor a name that slid into the wrong column: beyond the first wrong character only the ASCII
characters of an organisation's code are quoted, all others are named by position alone.

Worked example: ``9I…`` where the second position allows no I gives ``CODE_CHARACTER`` with
``第2位“I”不是统一社会信用代码此位可用的字符``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.v1 import error_reason_pb2
from registry.v1.error_reason_pb2 import ErrorReason

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Shape = tuple[str, ...]
"""For each position of a code, the characters allowed there."""

_LONGEST_EXAMINED = 40

# 9.11301E+17, and what a program makes of the same cell when it writes the number out in full.
_SPREADSHEET_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+E\+?|E\+)[0-9]+|[0-9]{16,}\.0+")

_DIGITS_LOST_ADVICE = (
    "电子表格只保留15位有效数字，其余各位变为0或写成科学记数法；请先将该列设为文本格式，再按原始材料重新填写"
)


@dataclass(frozen=True, slots=True)
class CodeFault:
    """One fault of an identifier's value: why, and in Chinese words that name position and character.

    ``reason`` is CODE_LENGTH, CODE_CHARACTER, CODE_CHECK_DIGIT, CODE_DIGITS_LOST or CODE_DATE, or
    FIELD_INVALID where the identifier's type itself is not known.
    """

    reason: ErrorReason.ValueType
    message: str


@dataclass(frozen=True, slots=True)
class Form:
    """The shapes of one kind of code, and the words for a value that fits none of them.

    ``noun`` names the code in messages. ``length_hints`` says which older code a value of that length
    probably is, ``character_hints`` what a wrong character probably should be.
    """

    noun: str
    shapes: tuple[Shape, ...]
    personal: bool
    length_hints: Mapping[int, str] = field(default_factory=dict)
    character_hints: Mapping[str, str] = field(default_factory=dict)

    def faults(self, value: str) -> list[CodeFault]:
        """Every fault of length and alphabet; [] if ``value`` fits one of the shapes."""
        if _SPREADSHEET_NUMBER.fullmatch(value):
            message = f"{self.noun}被存成了数字：{_DIGITS_LOST_ADVICE}"
            return [CodeFault(error_reason_pb2.ERROR_REASON_CODE_DIGITS_LOST, message)]
        candidates = [shape for shape in self.shapes if len(shape) == len(value)]
        faults = [] if candidates else [self._length_fault(len(value))]
        if len(value) > _LONGEST_EXAMINED:
            return faults
        # The shape that the value nearly fits is the one that was meant.
        wrong = min((_misfits(shape, value) for shape in candidates or self.shapes), key=len)
        return faults + [self._character_fault(value, index, wrong[0]) for index in wrong]

    def check_fault(self, value: str) -> CodeFault:
        """The fault of a value of the right form whose last character is not the check character.

        A number of more than 15 digits that ends in 000 is usually one that a spreadsheet cut off, and is
        reported as such; one with letters in it was never a number to a spreadsheet.
        """
        if len(value) > 15 and value.isdecimal() and value.endswith("000"):
            message = f"{self.noun}校验不符且末三位为“000”，多为数字丢失：{_DIGITS_LOST_ADVICE}"
            return CodeFault(error_reason_pb2.ERROR_REASON_CODE_DIGITS_LOST, message)
        message = (
            f"{self.noun}第{len(value)}位“{value[-1]}”与前{len(value) - 1}位算得的校验码不符，请逐位核对"
        )
        return CodeFault(error_reason_pb2.ERROR_REASON_CODE_CHECK_DIGIT, message)

    def _length_fault(self, length: int) -> CodeFault:
        lengths = sorted({len(shape) for shape in self.shapes})
        few = "或".join(str(each) for each in lengths)
        wanted = few if len(lengths) <= 3 else f"{lengths[0]}至{lengths[-1]}"
        hint = self.length_hints.get(length, "")
        message = f"{self.noun}应为{wanted}位，实为{length}位{hint}"
        return CodeFault(error_reason_pb2.ERROR_REASON_CODE_LENGTH, message)

    def _character_fault(self, value: str, index: int, first: int) -> CodeFault:
        char = value[index]
        quoted = index == first or (not self.personal and char.isascii())
        shown = f"“{_visible(char)}”" if quoted else ""
        hint = self.character_hints.get(char, "")
        message = f"第{index + 1}位{shown}不是{self.noun}此位可用的字符{hint}"
        return CodeFault(error_reason_pb2.ERROR_REASON_CODE_CHARACTER, message)


def _misfits(shape: Shape, value: str) -> list[int]:
    """Indexes of characters that ``shape`` does not allow; beyond its end, its last position's set rules."""
    last = len(shape) - 1
    return [index for index, char in enumerate(value) if char not in shape[min(index, last)]]


def _visible(char: str) -> str:
    """The character, or its code point where it could not be seen or would break the line."""
    return char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}"
