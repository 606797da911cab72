"""DER (ITU-T X.690 §10), as little of it as time stamps need: elements read strictly, and written.

    element = tag (1 byte) ‖ length (1 byte below 128; else 80+n and n bytes, the fewest possible) ‖ content

Every value has one spelling: a length that is longer than it must be, bytes left over, tags above 30 and
indefinite lengths are refused. What an element means is for whoever reads it to say.

Example: SEQUENCE { INTEGER 1, BOOLEAN TRUE } = 3006 020101 0101ff.
"""

from __future__ import annotations

from dataclasses import dataclass

BOOLEAN, INTEGER, OCTETS, NULL, OID = 0x01, 0x02, 0x04, 0x05, 0x06
GENERALIZED_TIME, SEQUENCE, SET = 0x18, 0x30, 0x31
CONTEXT_0 = 0xA0
"""[0], constructed."""
MAX_BYTES = 1 << 20
_LONGEST_NUMBER = 64
"""Bytes of an INTEGER: of serial numbers RFC 5280 allows twenty; one of thousands cannot even be told."""

_LONG = 0x80
_HIGH_TAG = 0x1F


class DerError(ValueError):
    """The bytes are not DER, or not the element that was to be read."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, its content, and all its bytes as they stood."""

    tag: int
    content: bytes
    encoded: bytes

    def within(self, tag: int) -> list[Element]:
        """The elements inside, once this one has the tag expected. Raises DerError."""
        return elements(self.expect(tag))

    def expect(self, tag: int) -> bytes:
        """The content, once this one has the tag expected. Raises DerError."""
        if self.tag != tag:
            raise DerError(f"an element of tag {tag:02x} was expected, not {self.tag:02x}")
        return self.content

    def number(self) -> int:
        """The value of an INTEGER of any sign. Raises DerError."""
        content = self.expect(INTEGER)
        padded = len(content) > 1 and (content[0], content[1] >> 7) in ((0x00, 0), (0xFF, 1))
        if not content or padded:
            raise DerError("an INTEGER has the fewest bytes possible")
        if len(content) > _LONGEST_NUMBER:
            raise DerError(f"an INTEGER has at most {_LONGEST_NUMBER} bytes here")
        return int.from_bytes(content, "big", signed=True)


def only(data: bytes) -> Element:
    """The one element that the bytes are. Raises DerError."""
    found = elements(data)
    if len(found) != 1:
        raise DerError(f"one element was expected, not {len(found)}")
    return found[0]


def elements(data: bytes) -> list[Element]:
    """The elements that the bytes are, one after the other. Raises DerError."""
    if len(data) > MAX_BYTES:
        raise DerError(f"longer than {MAX_BYTES} bytes")
    found, at = [], 0
    while at < len(data):
        element = _element(data, at)
        found.append(element)
        at += len(element.encoded)
    return found


def _element(data: bytes, at: int) -> Element:
    if data[at] & _HIGH_TAG == _HIGH_TAG:
        raise DerError("a tag above 30")
    start, length = _length(data, at + 1)
    end = start + length
    if end > len(data):
        raise DerError("cut short")
    return Element(data[at], data[start:end], data[at:end])


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Where the content begins, and how long it is."""
    first = data[at] if at < len(data) else _LONG
    if first < _LONG:
        return at + 1, first
    end = at + 1 + (first & ~_LONG)
    length = int.from_bytes(data[at + 1 : end], "big")
    if not at + 1 < end <= len(data) or data[at + 1] == 0 or length < _LONG:
        raise DerError("a length that is indefinite, cut short or longer than it must be")
    return end, length


def encode(tag: int, *parts: bytes) -> bytes:
    """An element of this tag with these parts as its content."""
    content = b"".join(parts)
    if len(content) < _LONG:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def encode_number(number: int) -> bytes:
    """An INTEGER, not negative."""
    return encode(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))
