"""Which evidence a statement names (证据材料): by digest, wherever in its act it stands.

Example: an inspection with two pictures and a video names three digests; a filed rule names that of its text.
"""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_pb2 import EvidenceItem


def named_in(statement: Statement) -> Iterator[EvidenceItem]:
    """Every piece of evidence that an act of supervision names, in the order of its fields."""
    if statement.HasField("supervision"):
        yield from _within(statement.supervision)


def _within(message: Message) -> Iterator[EvidenceItem]:
    for field, value in message.ListFields():
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        for each in value if field.is_repeated else (value,):
            if isinstance(each, EvidenceItem):
                yield each
            else:
                yield from _within(each)
