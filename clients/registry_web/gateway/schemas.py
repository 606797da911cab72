"""JSON Schemas (2020-12) of messages, from their descriptors: exactly what ``json_message`` takes.

* A message that can be asked with is closed (no other names); one that is only answered may gain fields.
* Nothing is required: in proto3 what is absent is empty. What the registry requires it says by its reasons.
* 64-bit integers are strings in answers; in questions they may be numbers as well.
* Of a oneof at most one member; null is taken as absent and, being nothing that anybody should send, not
  told.

Example: ``registry.v1.Scope`` is ``{"type": "object", "properties": {"region": {"type": "string", …}, …}}``,
under ``#/components/schemas/Scope``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from registry_web.gateway.comments import comment_of
from registry_web.gateway.json_message import BASE64, BOUNDS, DIGITS, WIDE, is_instant, message_in

_AT = "#/components/schemas/"
Schema = dict[str, Any]


def reached(kinds: Iterable[Descriptor]) -> dict[str, Descriptor]:
    """Messages by full name: these, and those that stand in them."""
    found: dict[str, Descriptor] = {}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind.full_name not in found:
            found[kind.full_name] = kind
            waiting += filter(None, map(message_in, kind.fields))
    return found


def enums_of(kinds: Mapping[str, Descriptor]) -> dict[str, EnumDescriptor]:
    """The enums in messages, by full name."""
    fields = (field for kind in kinds.values() for field in kind.fields)
    return {each.enum_type.full_name: each.enum_type for each in fields if each.enum_type is not None}


def schemas(asked: Iterable[Descriptor], answered: Iterable[Descriptor]) -> dict[str, Schema]:
    """Schemas of what is asked and answered, by the names under which they refer to each other."""
    questions = reached(asked)
    everything = questions | reached(answered)
    found = {kind.name: _of_message(kind, asked=name in questions) for name, kind in everything.items()} | {
        enum.name: _of_enum(enum) for enum in enums_of(everything).values()
    }
    return dict(sorted(found.items()))


def reference(name: str) -> Schema:
    """A reference to a schema."""
    return {"$ref": f"{_AT}{name}"}


def _of_message(kind: Descriptor, *, asked: bool) -> Schema:
    properties = {field.name: _described(field, asked=asked) for field in kind.fields}
    schema: Schema = {"type": "object", **_description(kind.full_name), "properties": properties}
    if asked:
        schema["additionalProperties"] = False
    if apart := list(_apart(kind)):
        schema["allOf"] = apart
    return schema


def _apart(kind: Descriptor) -> Iterator[Schema]:
    """No two members of a oneof together."""
    for oneof in kind.oneofs:
        for pair in combinations([field.name for field in oneof.fields], 2):
            yield {"not": {"required": list(pair)}}


def _of_enum(enum: EnumDescriptor) -> Schema:
    said = {value.name: comment_of(f"{enum.full_name}.{value.name}") for value in enum.values}
    lines = [comment_of(enum.full_name), *(f"* `{name}` {text}" for name, text in said.items() if text)]
    text = "\n".join(line for line in lines if line)
    return {"type": "string", **({"description": text} if text else {}), "enum": list(said)}


def _described(field: FieldDescriptor, *, asked: bool) -> Schema:
    single = _single(field, asked=asked)
    schema = {"type": "array", "items": single} if field.is_repeated else single
    return {**schema, **_description(str(field.full_name))}


def _description(full_name: str) -> Schema:
    text = comment_of(full_name)
    return {"description": text} if text else {}


def _single(field: FieldDescriptor, *, asked: bool) -> Schema:
    if is_instant(field):
        return {"type": "string", "format": "date-time"}
    if named := message_in(field) or field.enum_type:
        return reference(named.name)
    if field.type in BOUNDS:
        return _integer(field.type, asked=asked)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return {"type": "string", "contentEncoding": "base64", "pattern": f"^{BASE64}$"}
    return {"type": "boolean" if field.type == FieldDescriptor.TYPE_BOOL else "string"}


def _integer(kind: int, *, asked: bool) -> Schema:
    low, high = BOUNDS[kind]
    bounds = {"minimum": low, "maximum": high}
    if kind not in WIDE:
        return {"type": "integer", **bounds}
    as_text = {"pattern": f"^(?:{DIGITS})$"}
    return {"type": ["string", "integer"], **as_text, **bounds} if asked else {"type": "string", **as_text}
