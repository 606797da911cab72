"""Messages written by hand as JSON, read with every fault told at once, in Chinese and by its place.

protobuf's own reader stops at the first fault and tells of it in English; it has the last word all the same.

Example: ``{"proposal": {"severity": "SEVERE"}}`` as a ``BanDraft``::

    proposal.severity：没有“SEVERE”这个取值，可写 SEVERITY_MINOR、…
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from registry_client.cli.failure import Failure

_M = TypeVar("_M", bound=Message)
_SHOWN = 40
"""Characters of a wrong value that are repeated."""
_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


def message_from(path: Path, content: Any, message: _M) -> _M:
    """The message in what a JSON file holds. Raises Failure with a line for each fault."""
    faults = list(_faults(content, message.DESCRIPTOR, ""))
    if faults:
        raise Failure("\n".join(f"{path}：{fault}" for fault in faults))
    try:
        return ParseDict(content, message)
    except ParseError as fault:
        raise Failure(f"{path}：{' '.join(str(fault).split())}") from None


def _faults(content: Any, kind: Any, place: str) -> Iterator[str]:
    if not isinstance(content, dict):
        yield f"{place}：应是对象 {{…}}" if place else "应是一个JSON对象"
        return
    fields = {field.json_name: field for field in kind.fields} | {field.name: field for field in kind.fields}
    for name, value in content.items():
        within = f"{place}.{name}" if place else name
        if name not in fields:
            yield f"{within}：没有这一项，可写 {'、'.join(field.name for field in kind.fields)}"
        elif value is not None:
            yield from _faults_of_field(value, fields[name], within)


def _faults_of_field(value: Any, field: FieldDescriptor, place: str) -> Iterator[str]:
    if not field.is_repeated:
        yield from _faults_of_one(value, field, place)
    elif not isinstance(value, list):
        yield f"{place}：应是列表 […]"
    else:
        for number, each in enumerate(value):
            yield from _faults_of_one(each, field, f"{place}[{number}]")


def _faults_of_one(value: Any, field: FieldDescriptor, place: str) -> Iterator[str]:
    if field.message_type is not None:
        if not field.message_type.full_name.startswith("google.protobuf."):  # These have forms of their own.
            yield from _faults(value, field.message_type, place)
    elif field.enum_type is not None:
        names = list(field.enum_type.values_by_name)
        if value not in names and value not in list(field.enum_type.values_by_number):
            yield f"{place}：没有“{_shown(value)}”这个取值，可写 {'、'.join(names[1:])}"
    elif word := _not_a(value, field):
        yield f"{place}：应是{word}，这里是“{_shown(value)}”"


def _not_a(value: Any, field: FieldDescriptor) -> str:
    """What a plain value should be; empty if it is."""
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_STRING:
        return "" if isinstance(value, str) else "文字（写在引号里）"
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return "" if isinstance(value, bool) else "true 或 false"
    if kind in _INTEGERS:
        low, high = _INTEGERS[kind]
        return "" if _is_integer(value) and low <= int(value) <= high else f"{low}至{high}的整数"
    return ""


def _is_integer(value: Any) -> bool:
    if isinstance(value, str):  # As 64 bits are written in JSON.
        return value.removeprefix("-").isascii() and value.removeprefix("-").isdigit()
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
