"""Rows of the tables on the page: a field with its type, in the words of whoever writes JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from registry_web.gateway.comments import comment_of
from registry_web.gateway.json_message import BOUNDS, WIDE, is_instant, message_in

_WORDS: Mapping[int, str] = {
    FieldDescriptor.TYPE_STRING: "字符串",
    FieldDescriptor.TYPE_BOOL: "true / false",
    FieldDescriptor.TYPE_BYTES: "base64 字符串",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A name, its type and what is said of it; ``link`` is the message or enum that the type is."""

    name: str
    kind: str
    said: str
    link: str = ""


def rows_of(kind: Descriptor | EnumDescriptor) -> list[Row]:
    """The fields of a message, or the names of an enum."""
    if isinstance(kind, EnumDescriptor):
        return [Row(each.name, "", comment_of(f"{kind.full_name}.{each.name}")) for each in kind.values]
    return [_row(field) for field in kind.fields]


def _row(field: FieldDescriptor) -> Row:
    link = message_in(field) or field.enum_type
    said = comment_of(str(field.full_name)) or (comment_of(link.full_name) if link is not None else "")
    oneof = field.containing_oneof
    if oneof is not None and len(oneof.fields) > 1:
        said = f"{said} ({oneof.name}: 只能写其中一项)".strip()
    named = str(link.name) if link is not None else ""
    return Row(field.name, _kind(field) + ("[]" if field.is_repeated else ""), said, named)


def _kind(field: FieldDescriptor) -> str:
    if is_instant(field):
        return "时间 (RFC 3339)"
    if named := message_in(field) or field.enum_type:
        return str(named.name)
    if field.type in BOUNDS:
        return "整数 (写成字符串)" if field.type in WIDE else "整数"
    return _WORDS[field.type]
