"""What a reader typed into the search box: a name, an organisation's code, or what must not be looked for.

* A citizen's number is refused before anything is asked, and never repeated: the registry shows nothing about
  natural persons, and what was typed by mistake belongs in no page and no log.
* What was meant as a code and is none is told in one line, by ``registry.domain``: a character of which no
  code is made, a wrong length, a check character that does not fit, digits that a spreadsheet lost.
* Everything else is a name of two to a hundred characters.

Example: ``read_typed("91130902DEM00001 0X")`` is the code 91130902DEM000010X; ``read_typed("9113…000")`` of
eighteen digits with a tail of zeros is the fault that says that a spreadsheet cut it off.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from registry.domain.identifiers import code_faults, normalise
from registry.domain.quoting import names_somebody
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC

LONGEST = 100
"""Of a name, in characters."""
SHORTEST = 2
_LIKE_A_CODE = 15
"""So many letters and digits, and nothing else, are no name."""
_LEAST_DIGITS = 8
_ORGANISATION_CODE = 9

PERSON = (
    "您填写的内容含有公民身份号码的样式。本站只公示单位的信息，不提供自然人的任何信息；"
    "所填内容没有被查询，也没有被记录。"
)
EMPTY = "请填写单位名称（两个字以上）或者18位统一社会信用代码。"
TOO_LONG = f"名称最多{LONGEST}个字。"


class Typed(Enum):
    """What it was."""

    NAME = "name"
    CODE = "code"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed: ``text`` is the name, or the code in its normal form; ``faults`` say why it is neither,
    and ``text`` is then what may be shown again in the box."""

    kind: Typed
    text: str = ""
    faults: tuple[str, ...] = ()


def read_typed(text: str) -> Query:
    """What a text in the search box asks for."""
    if names_somebody(text[:2000]):
        return Query(Typed.FAULT, faults=(PERSON,))
    name, code = " ".join(text.split()), normalise(text) if len(text) <= LONGEST else ""
    if not code and not name:
        return Query(Typed.FAULT, faults=(EMPTY,))
    if len(name) > LONGEST:
        return Query(Typed.FAULT, faults=(TOO_LONG,))
    if _is_meant_as_code(code):
        return read_code(code)
    if sum(map(str.isalnum, name)) < SHORTEST:
        return Query(Typed.FAULT, name, (EMPTY,))
    return Query(Typed.NAME, name)


def read_code(text: str) -> Query:
    """What was given as a code."""
    if names_somebody(text[:2000]):
        return Query(Typed.FAULT, faults=(PERSON,))
    code = normalise(text[:LONGEST])
    faults = tuple(dict.fromkeys(fault.message for fault in code_faults(IDENTIFIER_TYPE_USCC, code)))
    return Query(Typed.FAULT, code[:40], faults[:3]) if faults else Query(Typed.CODE, code)


def _is_meant_as_code(text: str) -> bool:
    """Letters and digits without any word: an organisation's code, one of before, or one mistyped."""
    if not text.isascii() or not text.isalnum():
        return text[:1].isdecimal() and sum(map(str.isdecimal, text)) >= _LIKE_A_CODE
    digits = sum(map(str.isdecimal, text))
    of_before = len(text) == _ORGANISATION_CODE and digits >= _LEAST_DIGITS - 3
    return digits >= _LEAST_DIGITS or of_before or (len(text) >= _LIKE_A_CODE and digits > 0)
