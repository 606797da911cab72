"""Messages of any kind of the contract, as hypothesis draws them.

message = data.draw(messages(restriction_service_pb2.CheckResponse))
"""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import strategies as st

from registry_web.gateway.json_message import BOUNDS, is_instant

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


def messages(kind: type[Message], depth: int = 3) -> st.SearchStrategy[Message]:
    """Messages of a kind, as they might be asked with or answered."""
    descriptor: Any = kind.DESCRIPTOR
    fields = {field.name: _values(field, depth) for field in descriptor.fields if _fits(field, depth)}
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: _made(kind, given))


def _fits(field: FieldDescriptor, depth: int) -> bool:
    return depth > 0 or field.message_type is None or is_instant(field)


def _made(kind: type[Message], given: dict[str, Any]) -> Message:
    message = kind()
    for name, value in given.items():
        if isinstance(value, list):
            getattr(message, name).extend(value)
        elif isinstance(value, Message):
            getattr(message, name).CopyFrom(value)
        else:
            setattr(message, name, value)
    return message


def _values(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    single = _single(field, depth)
    return st.lists(single, max_size=3) if field.is_repeated else single


def _single(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    if is_instant(field):
        seconds, nanos = st.integers(-62135596800, 253402300799), st.integers(0, 999_999_999)
        return st.builds(Timestamp, seconds=seconds, nanos=nanos)
    if field.message_type is not None:
        return messages(GetMessageClass(field.message_type), depth - 1)
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values])
    if field.type in BOUNDS:
        return st.integers(*BOUNDS[field.type])
    plain: dict[int, st.SearchStrategy[Any]] = {
        FieldDescriptor.TYPE_STRING: TEXT,
        FieldDescriptor.TYPE_BYTES: st.binary(max_size=9),
        FieldDescriptor.TYPE_BOOL: st.booleans(),
    }
    return plain[field.type]
