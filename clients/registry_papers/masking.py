"""Numbers of natural persons in papers (个人信息保护法 第二十八条): masked, but for the party's own copy.

Whatever has the form of a citizen's number is masked wherever it stands, also in full width or with blanks
and hyphens between; so is the number of the party, whatever paper it is of. Characters that nobody sees go
out: control characters, and those that turn the direction of writing (Unicode Cc, Cf).

Example: 130999199001011234 becomes 1309**********1234; in the party's own copy the party's own number stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from registry.domain.identifiers import is_personal, mask, normalise
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Identifier

_BETWEEN = r"[\s\-\u2010-\u2015\u2212\uff0d]*"
_CITIZEN = re.compile(rf"(?<!\d)(?:\d{_BETWEEN}){{17}}[\dXxＸｘ](?!\d)")
_HIDDEN = {"Cc", "Cf"}
_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


def shown_as(party: Identifier, *, own_copy: bool) -> Callable[[str], str]:
    """What makes a text of a paper about a party one that may be shown."""
    number = normalise(party.value)
    personal = is_personal(party.type)
    kept = number if own_copy and personal else ""

    def shown(text: str) -> str:
        seen = visible(text)
        if personal and not own_copy and number:
            seen = _spaced(number).sub(mask(party.type, number), seen)
        return _CITIZEN.sub(lambda found: _masked(found[0], kept), seen)

    return shown


def visible(text: str) -> str:
    """The text in one line, without what nobody sees."""
    one_line = _BREAKS.sub(" ", text).strip(" ")
    return "".join(char for char in one_line if unicodedata.category(char) not in _HIDDEN)


def _masked(written: str, kept: str) -> str:
    number = normalise(written)
    if number == kept:
        return written
    # As an organisation's code: what may be one is public and stays.
    return number if mask(subject_pb2.IDENTIFIER_TYPE_USCC, number) == number else _stars(number)


def _stars(number: str) -> str:
    return mask(subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, number)


def _spaced(number: str) -> re.Pattern[str]:
    return re.compile(_BETWEEN.join(map(re.escape, number)), re.IGNORECASE)
