"""What of a statement rests in clear and is shown: its id, names, articles, numbers, and all of supervision.

Everything else of it rests sealed. A person's number that slid into one of these would be found by whoever
searches by name, and would stand in the store, its index and its backups; so it is refused when it is
received. What a log already has is not judged again: it could not be folded any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.domain.faults import Findings
from registry.domain.quoting import MAX_LOOKED_AT, names_a_person, names_somebody
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, supervision_pb2

_NUMBERS = frozenset({"statement_id", "number", "case_number", "official_id"})
"""Of a number of today's form in these, and anywhere in supervision, admission has a word of its own."""
_IN_CLEAR = _NUMBERS | {
    "name", "names", "authority", "legal_basis", "section", "licensing_section", "filing_number",
}  # fmt: skip
_ELSEWHERE = (subject_pb2.Identifier.DESCRIPTOR, pb.Field.DESCRIPTOR)
"""Judged by rules of their own; a record's fields rest sealed."""
_SUPERVISION = supervision_pb2.Supervision.DESCRIPTOR


def check_kept_in_clear(found: Findings, statement: pb.Statement) -> None:
    """Notes numbers of persons where they would rest in clear."""
    for path, text in _in_clear("", statement):
        if names_somebody(text):
            message = "这里含有身份证号码; 名称、依据、文书号和编号以明文保存和显示, 不得写入个人信息。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def _in_clear(before: str, message: Any, *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """The texts of a message and of what stands in it; ``whole``: not only those of these names."""
    whole = whole or message.DESCRIPTOR is _SUPERVISION
    for field, value in message.ListFields():
        is_text = field.type == field.TYPE_STRING
        if field.message_type in _ELSEWHERE or not (field.message_type or is_text):
            continue
        if is_text and not whole and field.name not in _IN_CLEAR:
            continue
        path = f"{before}{field.name}"
        for place, each in _each(path, field, value):
            if not is_text:
                yield from _in_clear(f"{place}.", each, whole=whole)
            elif not (whole or field.name in _NUMBERS) or not names_a_person(each[:MAX_LOOKED_AT]):
                yield place, each


def _each(path: str, field: Any, value: Any) -> Iterator[tuple[str, Any]]:
    if field.is_repeated:
        yield from ((f"{path}[{number}]", each) for number, each in enumerate(value))
    else:
        yield path, value
