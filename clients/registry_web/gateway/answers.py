"""From a message to JSON, by the protobuf JSON mapping (ProtoJSON), in UTF-8 with Chinese as it is.

Names are those of the contract, as in the registry's faults, receipts and notices. What is empty is written
too (``"hits": []``): that nothing was found is said, not left out. Members of a oneof and what may be absent
are written only where they are there.

A receipt is evidence and has one spelling: that of ``registryctl``, without what is empty. Saved to a file as
it stands here it is verified by ``registryctl verify``.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from registry.v1.receipt_pb2 import Receipt


def json_of(message: Message) -> bytes:
    """A message as JSON."""
    said = MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    _spell_receipts(message, said)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _spell_receipts(message: Message, said: dict[str, Any]) -> None:
    if not _may_hold_receipts(message.DESCRIPTOR):
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        spellings = said[field.name]
        parts = zip(value, spellings, strict=True) if field.is_repeated else [(value, spellings)]
        for part, spelled in parts:
            if isinstance(part, Receipt):
                spelled.clear()
                spelled.update(MessageToDict(part, preserving_proto_field_name=True))
            elif isinstance(spelled, dict):
                _spell_receipts(part, spelled)


@cache
def _may_hold_receipts(kind: Descriptor) -> bool:
    parts = [field.message_type for field in kind.fields if field.message_type is not None]
    return any(part.full_name == Receipt.DESCRIPTOR.full_name or _may_hold_receipts(part) for part in parts)
