"""Fields that a message holds and this program does not know (未知字段).

protobuf reads past them, so that whoever signed them meant something that nobody here has read. What is
signed is therefore refused with such a field: at intake, since what a statement says would be recorded only
in part and no receipt about its subject could ever be verified; in a receipt, since what cannot be read
cannot be checked. What travels unsigned may have them: that is how releases get along.

Example: a ``Statement`` with ``a0 3f 01`` after it (field 1012, varint 1) parses, and has unknown fields.
"""

from __future__ import annotations

from google.protobuf.message import Message


def has_unknown_fields(message: Message) -> bool:
    """Whether a message holds a field that its definition does not know, at any depth."""
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()  # type: ignore[attr-defined, unused-ignore]
    return known.ByteSize() != message.ByteSize()
