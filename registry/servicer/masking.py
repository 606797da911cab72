"""What of a statement's content may be shown: natural persons masked (个人信息保护法).

* Fields that hold the number of a person's paper are masked by their names: 证件号码 is ``…zjhm`` in 双公示
  and ``…id_no`` in the other categories; 税务登记号 is ``…swdj`` and may be a citizen's number (个体工商户).
* Numbers slide: whatever has the form of a citizen's number is masked in every other text as well, also
  where blanks or hyphens part it (130902-19900101-123X), which go with it. So is one of before 1999, of
  fifteen digits (``quoting.holds_an_old_number``): old files have no other.
* In a natural person's own record the name keeps its first character, wherever it stands.

The bytes of the log are not touched; this is what leaves.

Example: 13090219900101123X in a text of facts is shown as 1309**********123X, 示例某 as 示**.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from unicodedata import is_normalized

from registry.domain.identifiers import mask, normalise
from registry.domain.quoting import old_numbers
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import Event, Field

_NUMBERS: Mapping[str, subject_pb2.IdentifierType.ValueType] = {
    "zjhm": subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
    "id_no": subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID,
    "swdj": subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER,
}
"""How the names of fields end that hold a person's number, or may; and what it is masked as."""
_EIGHTEEN = re.compile(r"(?=([0-9]{17}[0-9X]))")
_DIGIT = re.compile(r"\d")
_DIGITS_OF_A_NUMBER = 15
_OPEN = 4
"""Characters of a number that are shown, at either end."""


def shown_content(said: Event) -> list[Field]:
    """The content of an event as it may be shown."""
    personal = said.subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    name = said.subject.name if personal else ""
    return [Field(name=item.name, value=_shown(item, name)) for item in said.content]


def _shown(item: Field, name: str) -> str:
    for ending, kind in _NUMBERS.items():
        if item.name.endswith(ending):
            return mask(kind, normalise(item.value))
    return without_numbers(item.value.replace(name, _masked_name(name)) if name else item.value)


def without_numbers(text: str) -> str:
    """A text in which whatever has the form of a citizen's number is masked."""
    if len(_DIGIT.findall(text)) < _DIGITS_OF_A_NUMBER and is_normalized("NFKC", text):
        return text  # Nearly every one: of such a text folding makes no further digits.
    places = [(char, place) for place, raw in enumerate(text) for char in normalise(raw)]
    folded = "".join(char for char, _ in places)
    shown, hidden = list(text), set[int]()
    for first, end in _numbers(folded):
        of_number = places[first:end]
        for place in range(of_number[0][1], of_number[-1][1] + 1):
            shown[place] = normalise(text[place])
        hidden.update(place for _, place in of_number[_OPEN:-_OPEN])
    # As it is written, too: what a blank parts from an old number would be part of it when folded.
    hidden.update(place for first, end in old_numbers(text) for place in range(first + _OPEN, end - _OPEN))
    return "".join("*" if place in hidden else char for place, char in enumerate(shown))


def _numbers(folded: str) -> Iterator[tuple[int, int]]:
    """Where citizens' numbers stand in a text without blanks and hyphens: first place and end."""
    for found in _EIGHTEEN.finditer(folded):
        # As an organisation's code: only what cannot be one, and may be a person's, is masked.
        if mask(subject_pb2.IDENTIFIER_TYPE_USCC, found[1]) != found[1]:
            yield found.span(1)
    yield from old_numbers(folded)


def _masked_name(name: str) -> str:
    return name[0] + "*" * (len(name) - 1) if len(name) > 1 else "*"
