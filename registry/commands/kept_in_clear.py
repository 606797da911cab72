"""What of a statement rests in clear and is shown: its id, names, articles, numbers, and all of supervision.

Everything else of it rests sealed. A person's number that slid into one of these would be found by whoever
searches by name, and would stand in the store, its index and its backups; so it is refused when it is
received. What a log already has is not judged again: it could not be folded any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.domain.faults import Fault, Findings
from registry.domain.quoting import MAX_LOOKED_AT, names_a_person, names_somebody
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, supervision_pb2

_NUMBERS = frozenset({"statement_id", "number", "case_number", "official_id"})
"""Of a number of today's form in these, and anywhere in supervision, admission has a word of its own; in the
number of a document it has one only where a document is required."""
_IN_CLEAR = _NUMBERS | {
    "name", "names", "authority", "legal_basis", "section", "licensing_section", "filing_number",
}  # fmt: skip
_ELSEWHERE = (subject_pb2.Identifier.DESCRIPTOR, pb.Field.DESCRIPTOR)
"""Judged by rules of their own; a record's fields rest sealed."""
_DOCUMENT = pb.Document.DESCRIPTOR
_SUPERVISION = supervision_pb2.Supervision.DESCRIPTOR
_MESSAGE = "这里含有身份证号码; 名称、依据、文书号和编号以明文保存和显示, 不得写入个人信息。"


def check_kept_in_clear(found: Findings, statement: pb.Statement) -> tuple[Fault, ...]:
    """Notes numbers of persons where they would rest in clear. Answers those in numbers of documents, for
    which the statement is refused too, in admission's own words if it looks at them."""
    mentioned = Findings()
    for path, text, admitted_by in _in_clear("", statement):
        if not names_somebody(text):
            continue
        if admitted_by is None or not names_a_person(text[:MAX_LOOKED_AT]):
            found.add(reasons.ERROR_REASON_FIELD_INVALID, path, _MESSAGE)
        elif admitted_by is _DOCUMENT:
            mentioned.add(reasons.ERROR_REASON_FIELD_INVALID, path, _MESSAGE)
    return tuple(mentioned.faults)


def _in_clear(before: str, message: Any, *, whole: bool = False) -> Iterator[tuple[str, str, Any]]:
    """The texts of a message and of what stands in it, and of those that admission looks at too what kind of
    message they stand in; ``whole``: not only those of these names."""
    whole = whole or message.DESCRIPTOR is _SUPERVISION
    for field, value in message.ListFields():
        is_text = field.type == field.TYPE_STRING
        if field.message_type in _ELSEWHERE or not (field.message_type or is_text):
            continue
        if is_text and not whole and field.name not in _IN_CLEAR:
            continue
        admitted_by = message.DESCRIPTOR if whole or field.name in _NUMBERS else None
        for place, each in _each(f"{before}{field.name}", field, value):
            if is_text:
                yield place, each, admitted_by
            else:
                yield from _in_clear(f"{place}.", each, whole=whole)


def _each(path: str, field: Any, value: Any) -> Iterator[tuple[str, Any]]:
    if field.is_repeated:
        yield from ((f"{path}[{number}]", each) for number, each in enumerate(value))
    else:
        yield path, value
