"""From JSON to a message, by the protobuf JSON mapping (ProtoJSON), with every fault and its place.

``google.protobuf.json_format`` makes the message. Before it does, the value is held against the descriptor,
for json_format stops at the first fault, tells it in words of its own, and takes more than others do. Here

* names are those of the contract (``valid_time``) or their JSON form (``validTime``), never both at once, and
  no others; null is as if the name were absent;
* enums are their names; 64-bit integers are strings of digits or numbers, 32-bit ones numbers;
* bytes are base64 (RFC 4648 §4 or §5) and nothing beside; instants are RFC 3339;
* of a oneof at most one member is there;
* texts are Unicode: no halves of surrogate pairs.

A value is never repeated in a message: it may be somebody's number.

Example: ``{"subject": {"type": "USCC"}, "foo": 1}`` for a CheckRequest has two faults: ``subject.type`` and
``foo``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from registry_web.gateway.json_text import PLAIN_NAME, Flaw

BASE64 = r"(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:==)?|[A-Za-z0-9+/_-]{3}=?)?"
DIGITS = r"0|[1-9][0-9]{0,19}"
_INSTANT = "google.protobuf.Timestamp"
_BASE64, _DIGITS = re.compile(BASE64), re.compile(rf"-?(?:{DIGITS})")
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_EXACT = 1 << 53
"""From here on a number with a fraction or an exponent does not say which integer it is."""
BOUNDS: Mapping[int, tuple[int, int]] = {
    FieldDescriptor.TYPE_UINT32: (0, (1 << 32) - 1),
    FieldDescriptor.TYPE_SINT32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_INT32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_UINT64: (0, (1 << 64) - 1),
    FieldDescriptor.TYPE_INT64: (-(1 << 63), (1 << 63) - 1),
}
WIDE = frozenset({FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_INT64})
"""Integers that are written as strings, since many programs lose digits of such numbers."""
_SHOWN_NAMES = 12
_Message = TypeVar("_Message", bound=Message)


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit, where: a path such as ``identifiers[3]``, empty for the whole."""

    place: str
    said: str


class MisfitError(ValueError):
    """A value is not the message it should be."""

    def __init__(self, misfits: list[Misfit]) -> None:
        super().__init__(misfits[0].said)
        self.misfits = misfits


def message_of(value: Any, kind: type[_Message]) -> _Message:
    """The message that a JSON value says. Raises MisfitError with every fault."""
    misfits = list(_object(value, cast("Descriptor", kind.DESCRIPTOR), ""))
    if misfits:
        raise MisfitError(misfits)
    try:
        return json_format.ParseDict(value, kind())
    except json_format.ParseError:  # What was missed above: without its words, which repeat the value.
        raise MisfitError([Misfit("", "请求不符合这一方法的格式")]) from None


def is_instant(field: FieldDescriptor) -> bool:
    """Whether a field is an instant, which JSON has as a string."""
    return field.message_type is not None and field.message_type.full_name == _INSTANT


def message_in(field: FieldDescriptor) -> Descriptor | None:
    """The message that a field holds; None if it is a scalar or an instant."""
    return None if is_instant(field) else field.message_type


@cache
def _fields(kind: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Fields by both of their names."""
    return {name: field for field in kind.fields for name in (field.name, field.json_name)}


def _object(value: Any, kind: Descriptor, place: str) -> Iterator[Misfit]:
    if not isinstance(value, dict):
        yield Misfit(place, _flaw(value) or "应为 JSON 对象")
        return
    known, taken = _fields(kind), set[str]()
    for number, (name, part) in enumerate(value.items(), 1):
        field = known.get(name)
        if field is None:
            shown = name if PLAIN_NAME.fullmatch(name) else f"第{number}项"
            yield Misfit(_inside(place, shown), "没有这一项")
        elif part is not None:
            yield from _once(field, taken, _inside(place, field.name))
            yield from _field(part, field, _inside(place, field.name))


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _once(field: FieldDescriptor, taken: set[str], place: str) -> Iterator[Misfit]:
    oneof = field.containing_oneof
    among = oneof.name if oneof is not None and len(oneof.fields) > 1 else field.name
    if among in taken:
        others = "、".join(each.name for each in oneof.fields) if oneof is not None else ""
        yield Misfit(place, f"{others} 只能写其中一项" if others else "写了不止一次")
    taken.add(among)


def _field(value: Any, field: FieldDescriptor, place: str) -> Iterator[Misfit]:
    if not field.is_repeated:
        yield from _single(value, field, place)
    elif not isinstance(value, list):
        yield Misfit(place, _flaw(value) or "应为 JSON 数组")
    else:
        for index, each in enumerate(value):
            yield from _single(each, field, f"{place}[{index}]")


def _single(value: Any, field: FieldDescriptor, place: str) -> Iterator[Misfit]:
    kind = message_in(field)
    if kind is not None:
        yield from _object(value, kind, place)
    elif said := _flaw(value) or (_instant(value) if is_instant(field) else _scalar(value, field)):
        yield Misfit(place, said)


def _flaw(value: Any) -> str:
    return value.said if isinstance(value, Flaw) else ""


def _instant(value: Any) -> str:
    with suppress(ValueError):
        if isinstance(value, str) and _RFC_3339.fullmatch(value):  # The reader below takes more.
            Timestamp().FromJsonString(value)
            return ""
    return "应为时间, 如 2026-04-01T09:00:00+08:00 (RFC 3339)"


def _scalar(value: Any, field: FieldDescriptor) -> str:
    if field.type in BOUNDS:
        return _integer(value, field.type)
    if field.enum_type is not None:
        return _name(value, field.enum_type)
    return _SCALARS[field.type](value)


def _integer(value: Any, kind: int) -> str:
    low, high = BOUNDS[kind]
    if kind in WIDE and isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return ""
    return f"应为 {low} 到 {high} 的整数" + (", 写成数或字符串" if kind in WIDE else "")


def _name(value: Any, enum: EnumDescriptor) -> str:
    if isinstance(value, str) and value in enum.values_by_name:
        return ""
    names = list(enum.values_by_name)[:_SHOWN_NAMES]
    more = " 等" if len(enum.values_by_name) > _SHOWN_NAMES else ""
    return f"应为下列名称之一: {', '.join(names)}{more}"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return "应为字符串"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "含有不成对的代理字符 (\\ud800 至 \\udfff)"
    return ""


def _bytes(value: Any) -> str:
    return "" if isinstance(value, str) and _BASE64.fullmatch(value) else "应为 base64 的字符串"


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "应为 true 或 false"


_SCALARS: Mapping[int, Callable[[Any], str]] = {
    FieldDescriptor.TYPE_STRING: _text,
    FieldDescriptor.TYPE_BYTES: _bytes,
    FieldDescriptor.TYPE_BOOL: _truth,
}
