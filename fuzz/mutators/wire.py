"""Protobuf as it lies on the wire, changed field by field without the contract.

Every length-delimited field may be text, bytes or a message: whichever of them it can be read as, it is
changed as that. So fields come twice, go missing, change their wire type, hold numbers written longer than
they must be, or numbers that no message knows; the rest stays readable.
"""

from __future__ import annotations

from random import Random

from fuzz.mutators import odd
from fuzz.mutators.plain import changed as plainly

Field = tuple[int, int, bytes]
"""Number, wire type, content: of a varint its bytes, of a length-delimited field what it holds."""
_FIXED = {1: 8, 5: 4}
_DEEPEST = 12


class _NotWireError(ValueError):
    pass


def varint(value: int, *, longer: int = 0) -> bytes:
    """A varint, with so many needless bytes."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    for _ in range(longer):
        out[-1] |= 0x80
        out.append(0)
    return bytes(out)


def read(data: bytes) -> list[Field]:
    """The fields of a message. ValueError if it is none."""
    fields, at = [], 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if not 0 < number < 1 << 29:
            raise _NotWireError
        if kind == 0:
            start = at
            _, at = _varint(data, at)
            fields.append((number, kind, data[start:at]))
            continue
        if kind == 2:
            length, at = _varint(data, at)
        elif kind in _FIXED:
            length = _FIXED[kind]
        else:
            raise _NotWireError
        if length > len(data) - at:
            raise _NotWireError
        fields.append((number, kind, data[at : at + length]))
        at += length
    return fields


def written(fields: list[Field]) -> bytes:
    """The message with these fields."""
    parts = []
    for number, kind, content in fields:
        head = varint(number << 3 | kind)
        parts.append(head + varint(len(content)) + content if kind == 2 else head + content)
    return b"".join(parts)


def changed(data: bytes, random: Random) -> bytes:
    """One change somewhere in the message."""
    return _changed(data, random, 0)


def _changed(data: bytes, random: Random, depth: int) -> bytes:
    try:
        fields = read(data)
    except ValueError:
        return _leaf(data, random)
    if not fields:
        return written([_field(random)])
    at = random.randrange(len(fields))
    number, kind, content = fields[at]
    if kind == 2 and depth < _DEEPEST and random.random() < 0.75:
        fields[at] = (number, kind, _inside(content, random, depth))
        return written(fields)
    return _ACTS[random.randrange(len(_ACTS))](fields, at, random)


def _inside(content: bytes, random: Random, depth: int) -> bytes:
    if content and random.random() < 0.85:
        return _changed(content, random, depth + 1)
    return _leaf(content, random)


def _leaf(content: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return odd.text(random).encode("utf-8", "surrogatepass")
    return plainly(content, random)


def _field(random: Random) -> Field:
    number = random.choice((1, 2, 3, 4, 5, 7, 9, 15, 16, 99, 1000, (1 << 29) - 1))
    if random.random() < 0.5:
        return number, 0, varint(odd.number(random))
    return number, 2, odd.text(random).encode("utf-8", "surrogatepass")


def _drop(fields: list[Field], at: int, _random: Random) -> bytes:
    del fields[at]
    return written(fields)


def _twice(fields: list[Field], at: int, random: Random) -> bytes:
    fields.insert(random.randrange(len(fields) + 1), fields[at])
    return written(fields)


def _many(fields: list[Field], at: int, random: Random) -> bytes:
    fields[at:at] = [fields[at]] * random.choice((3, 17, 120))
    return written(fields)


def _swapped(fields: list[Field], at: int, random: Random) -> bytes:
    other = random.randrange(len(fields))
    fields[at], fields[other] = fields[other], fields[at]
    return written(fields)


def _added(fields: list[Field], at: int, random: Random) -> bytes:
    fields.insert(at, _field(random))
    return written(fields)


def _renumbered(fields: list[Field], at: int, random: Random) -> bytes:
    _, kind, content = fields[at]
    fields[at] = (random.randrange(1, 64), kind, content)
    return written(fields)


def _valued(fields: list[Field], at: int, random: Random) -> bytes:
    number, kind, content = fields[at]
    if kind == 0:
        content = varint(odd.number(random), longer=random.choice((0, 0, 1, 4)))
    elif kind in _FIXED:
        content = random.randbytes(_FIXED[kind])
    else:
        content = _leaf(content, random)
    fields[at] = (number, kind, content)
    return written(fields)


def _nested(fields: list[Field], at: int, random: Random) -> bytes:
    number, _, content = fields[at]
    for _ in range(random.choice((1, 3, 30, 120))):
        content = written([(number, 2, content)])[:1_000_000]
    fields[at] = (number, 2, content)
    return written(fields)


_ACTS = (_drop, _twice, _swapped, _added, _renumbered, _valued, _valued, _valued, _many, _nested)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        if at >= len(data):
            break
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
    raise _NotWireError
