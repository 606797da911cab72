"""What a message may repeat of what somebody wrote (引用), and whether anything was written at all.

Columns slide: a personal number turns up where a date, a category or an authority's code belongs.
Messages are stored, logged and shown, so they repeat only what cannot be one: texts shorter than any
personal number with hardly any digits, and codes of organisations, which are public.

Example: the category ``E-3`` is repeated as “E-3”, eighteen digits in its place as “(未显示)”.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from registry.domain.identifiers import code_faults, normalise
from registry.domain.resident_id import resembles_resident_id
from registry.v1 import subject_pb2

HIDDEN = "“(未显示)”"
_EIGHTEEN = re.compile(r"(?=([0-9]{17}[0-9X]))")
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])"  # GB/T 2260; no year begins so.
_FIFTEEN = re.compile(
    rf"(?<![0-9]){_PROVINCE}[0-9]{{4}}([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})[0-9]{{3}}(?![0-9])"
)
_HEX = "[0-9a-f]"
_DIGEST = f"(?=[0-9]*[a-f]){_HEX}{{32,128}}"
_UUID = f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_RANDOM = re.compile(f"(?<![0-9A-Za-z])(?:{_DIGEST}|{_UUID})(?![0-9A-Za-z])")
"""A digest or a UUID: what looks like a number within it is chance, and the same at every attempt."""
_DIGIT = re.compile(r"[0-9]")
_DIGITS_OF_A_NUMBER = 17
_LONGEST = 12
MAX_LOOKED_AT = 4000
"""Characters: a longer text is refused for its length."""
_DIGITS_OF_A_DATE = 8
_DIGITS_BESIDE_LETTERS = 6


def is_blank(text: str) -> bool:
    """Whether nothing can be seen: white space, control and invisible format characters only."""
    if text[:1].isalnum():
        return False  # Nearly every text: told by its first character.
    return all(char.isspace() or unicodedata.category(char) in ("Cc", "Cf") for char in text)


def quoted(text: str) -> str:
    """The text in quotation marks if it cannot be a personal number, ``HIDDEN`` otherwise."""
    digits = sum(map(str.isdigit, text[: _LONGEST + 1]))
    allowed = _DIGITS_BESIDE_LETTERS if any(map(str.isalpha, text)) else _DIGITS_OF_A_DATE
    return HIDDEN if len(text) > _LONGEST or digits > allowed else f"“{text}”"


def names_a_person(text: str) -> bool:
    """Whether a resident number stands anywhere in the text, as written or in full width; digests and UUIDs
    are no place for one."""
    if unicodedata.is_normalized("NFKC", text) and len(_DIGIT.findall(text)) < _DIGITS_OF_A_NUMBER:
        return False  # Of such a text normalising makes no further digits.
    told = normalise(_RANDOM.sub("~", text))
    return any(resembles_resident_id(number) for number in _EIGHTEEN.findall(told))


def holds_an_old_number(text: str) -> bool:
    """Whether fifteen digits stand in the text alone that are a resident number of before 1999: a region, a
    birthday, a sequence. A number that begins with a year (20261126103012 and one more) is none; one of
    something else looks so once in seventy. Digests and UUIDs are not looked into."""
    told = _RANDOM.sub("~", text)
    forms = told, normalise(told)  # Hyphens may part its digits, or part it from others.
    return any(_is_day(*found.groups()) for form in forms for found in _FIFTEEN.finditer(form))


def old_numbers(text: str) -> list[tuple[int, int]]:
    """Where, in a text as written, what ``holds_an_old_number`` looks for stands: first place and end."""
    told = _RANDOM.sub(lambda found: "~" * len(found[0]), text)
    return [found.span() for found in _FIFTEEN.finditer(told) if _is_day(*found.groups())]


def names_somebody(text: str) -> bool:
    """Whether a resident number stands in a text, of today's form or of that before 1999."""
    looked_at = text[:MAX_LOOKED_AT]
    return names_a_person(looked_at) or holds_an_old_number(looked_at)


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(1900 + int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def quoted_code(text: str) -> str:
    """A 统一社会信用代码 in quotation marks; ``HIDDEN`` for what is none, or may be a person's number."""
    code = normalise(text)
    is_public = not code_faults(subject_pb2.IDENTIFIER_TYPE_USCC, code) and not resembles_resident_id(code)
    return f"“{code}”" if is_public else HIDDEN
