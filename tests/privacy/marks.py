"""Marked values: what belongs to a person and to nobody else in the tests, and the shapes it can turn up in.

    found = Shapes().found_in(path.read_bytes())     # {"number": {"hex"}}

A number is looked for whole, in any ten of its digits and in eight that stand alone, forwards and backwards,
spaced, in full width, and as an unkeyed hash: of eighteen digits there are so few that such a hash is the
number itself.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import quote

from registry.domain.resident_id import resident_id_check_character
from registry.v1 import subject_pb2

STANDING, PIECE = 8, 10
"""Digits by which somebody is found: eight that stand alone, as a date of birth; ten among others.
Eight among the digits of a measured time would be met by chance once in twenty runs."""
_BODIES = {
    "number": "13099919880417417",
    "number asked about": "13099919910926591",
    "number in a wrong field": "13099919760813753",
    "number at the faces": "13099919690305807",
    "number erased": "13099919830712641",
    "number in the console": "13099919571128249",
}
NUMBERS = {name: body + resident_id_check_character(body) for name, body in _BODIES.items()}
NUMBER, ASKED, MISPLACED, AT_FACES, ERASED, IN_CONSOLE = NUMBERS.values()
OLD_NUMBER = "130999640229683"
"""Of fifteen digits, as before 1999."""
TEXTS = {
    "name": "靐龘旻",
    "name of the erased": "龗麤飍",
    "phone": "13941741741",
    "address": "密址巷四一七弄九号",
    "passport": "E41774177",
    "reporter": "驫羴某",
    "reporter's phone": "13852852852",
    "reporter's text": "密言八五二后厨",
    "reason": "密由六三九",
    "official": "爨燚甲",
}
NAME, NAME_ERASED, PHONE, ADDRESS, PASSPORT, REPORTER, CONTACT, SAID, REASON, OFFICIAL = TEXTS.values()
SIGN_IN = "miyong-hu-417"
"""The name under which somebody signs in to the console: it is in the console's own database alone."""
_DIGITS = re.compile(rb"(?<![0-9.])[0-9]{8,9}[Xx]?(?![0-9])|[0-9]{10,}[Xx]?")
_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def person(number: str, name: str = NAME) -> subject_pb2.Subject:
    """A marked person."""
    identifier = subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, value=number)
    return subject_pb2.Subject(identifier=identifier, kind=subject_pb2.SUBJECT_KIND_NATURAL_PERSON, name=name)


def spaced(number: str, between: str = " ") -> str:
    """A number as people write it."""
    return between.join((number[:6], number[6:14], number[14:]))


def wide(text: str) -> str:
    """Digits in full width."""
    return text.translate(_WIDE)


@cache
def values() -> dict[str, str]:
    """Every marked value by its name."""
    return {**NUMBERS, "old number": OLD_NUMBER, **TEXTS, "sign-in": SIGN_IN}


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of values; ``without`` names those that may stand where it is looked."""

    without: frozenset[str] = frozenset()
    _needles: list[tuple[bytes, str, str]] = field(default_factory=list)
    _pieces: dict[bytes, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in values().items():
            if name in self.without:
                continue
            self._needles.extend((needle, name, shape) for shape, needle in _shapes_of(value))
            if value[0].isdigit():
                self._pieces.update(dict.fromkeys(_pieces_of(value), name))

    def found_in(self, content: bytes) -> dict[str, set[str]]:
        """Which values stand in it, and in which shapes."""
        found: dict[str, set[str]] = {}
        for needle, name, shape in self._needles:
            if needle in content:
                found.setdefault(name, set()).add(shape)
        for run in _DIGITS.findall(content):
            for piece in _parts_of(run, min(len(run), PIECE)):
                if piece in self._pieces:
                    found.setdefault(self._pieces[piece], set()).add("piece")
        return found


def names_of_shapes() -> list[str]:
    """The shapes that are looked for, in order."""
    shapes = [shape for value in values().values() for shape, _ in _shapes_of(value)]
    return [*dict.fromkeys(shapes), "piece"]


def _pieces_of(number: str) -> Iterator[bytes]:
    for text in (number.encode(), number.encode()[::-1]):
        for length in range(STANDING, PIECE + 1):
            yield from _parts_of(text, length)


def _parts_of(text: bytes, length: int) -> Iterator[bytes]:
    return (text[at : at + length] for at in range(len(text) - length + 1))


def _shapes_of(value: str) -> Iterator[tuple[str, bytes]]:
    plain = value.encode()
    yield "plain", plain
    yield "gb18030", value.encode("gb18030")
    for coding in ("utf-16-le", "utf-16-be"):
        yield coding, value.encode(coding)
    yield from (("base64", each) for each in _base64_of(plain))
    yield "hex", plain.hex().encode()
    yield "hex", plain.hex().upper().encode()
    if not value.isascii():
        yield "url", quote(value).encode()
        yield "url", quote(value).lower().encode()
        yield "json", value.encode("unicode-escape")
        yield "python", repr(plain)[2:-1].encode()
        yield "octal", "".join(f"\\{byte:03o}" for byte in plain).encode()
    if value[0].isdigit():
        yield "full width", wide(value).encode()
        if len(value) > PHONE_DIGITS:
            yield from (("spaced", spaced(value, between).encode()) for between in (" ", "-", "\u00a0"))
        yield from _hashes_of(value)


PHONE_DIGITS = 11


def _base64_of(plain: bytes) -> Iterator[bytes]:
    """The characters that stand for the value wherever in a text it begins."""
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            first = -(-before * 8 // 6)
            last = (before + len(plain)) * 8 // 6
            yield encode(b"\0" * before + plain)[first:last]


def _hashes_of(number: str) -> Iterator[tuple[str, bytes]]:
    for algorithm in ("sha256", "sha1", "md5", "sm3"):
        for text in (number, f"2:{number}", f"2{number}"):
            digest = hashlib.new(algorithm, text.encode()).digest()
            yield f"unkeyed {algorithm}", digest
            yield f"unkeyed {algorithm}", digest.hex().encode()
            yield f"unkeyed {algorithm}", digest.hex().upper().encode()
            yield f"unkeyed {algorithm}", b64encode(digest).rstrip(b"=")
