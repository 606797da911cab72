"""Messages changed by their contract: a field is set to another value of its own type, or to an odd one.

Where ``fuzz.mutators.wire`` breaks the form, this keeps it, so that what is tried is the meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from fuzz.mutators import odd
from fuzz.mutators.plain import changed as plainly
from fuzz.target import Mutator

_DAYS = ("2026-11-25", "2026-11-26", "2020-01-01", "2030-12-31", "1949-10-01", "2026-02-30", "9999-12-31", "")
_UNSIGNED = {FieldDescriptor.TYPE_UINT32: 32, FieldDescriptor.TYPE_UINT64: 64}
_SIGNED = {
    FieldDescriptor.TYPE_INT32: 31,
    FieldDescriptor.TYPE_SINT32: 31,
    FieldDescriptor.TYPE_INT64: 63,
    FieldDescriptor.TYPE_SINT64: 63,
}
_DEEPEST = 6


def changing(kind: type[Message]) -> Mutator:
    """Changes one to three fields of a message of this kind."""

    def changed(data: bytes, random: Random) -> bytes:
        message = kind()
        try:
            message.ParseFromString(data)
        except DecodeError:
            return plainly(data, random)
        for _ in range(random.choice((1, 1, 2, 3))):
            held = list(_held(message, 0))
            _act(random.choice(held), random)
        content: bytes = message.SerializeToString()
        return content

    return changed


def _held(message: Message, depth: int) -> Iterator[Message]:
    yield message
    if depth >= _DEEPEST:
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for part in [value] if isinstance(value, Message) else list(value)[:20]:
            yield from _held(part, depth + 1)


def _act(message: Message, random: Random) -> None:
    fields: list[Any] = list(message.DESCRIPTOR.fields)
    present: list[Any] = [field for field, _ in message.ListFields()]
    field = random.choice(present if present and random.random() < 0.7 else fields) if fields else None
    if field is None:
        return
    act = random.random()
    if act < 0.15:
        message.ClearField(field.name)
    elif field.is_repeated:
        _repeated(message, field, random)
    elif field.message_type is not None:
        getattr(message, field.name).SetInParent()
    else:
        setattr(message, field.name, _scalar(field, getattr(message, field.name), random))


def _repeated(message: Message, field: Any, random: Random) -> None:
    values = getattr(message, field.name)
    if field.message_type is not None:
        if values and random.random() < 0.6:
            values.add().CopyFrom(random.choice(list(values)))
        else:
            values.add()
    elif values and random.random() < 0.5:
        at = random.randrange(len(values))
        values[at] = _scalar(field, values[at], random)
    else:
        values.append(_scalar(field, values[-1] if values else None, random))


def _scalar(field: Any, held: Any, random: Random) -> Any:
    kind = field.type
    if field.enum_type is not None:
        return random.choice([*(each.number for each in field.enum_type.values), 999])
    if kind == FieldDescriptor.TYPE_BOOL:
        return random.random() < 0.5
    if kind == FieldDescriptor.TYPE_STRING:
        return _text(held or "", random)
    if kind == FieldDescriptor.TYPE_BYTES:
        return plainly(held or bytes(32), random)
    if kind in _UNSIGNED:
        return odd.number(random) & ((1 << _UNSIGNED[kind]) - 1)
    if kind in _SIGNED:
        return random.choice((1, -1)) * (odd.number(random) & ((1 << _SIGNED[kind]) - 1))
    return random.choice((0.0, -1.5, float("nan"), float("inf"), 1e308))


def _text(held: str, random: Random) -> str:
    act = random.random()
    if act < 0.25:
        return random.choice(_DAYS)
    if act < 0.5:
        return plainly(held.encode(), random).decode("utf-8", "ignore")
    if act < 0.6:
        return held.swapcase() if act < 0.55 else held + held
    return odd.text(random)
