"""What of a statement rests in clear and is shown: its id, names, articles, a document's number.

Everything else of it rests sealed. A person's number that slid into one of these would be found by whoever
searches by name, and would stand in the store, its index and its backups; so it is refused when it is
received. What a log already has is not judged again: it could not be folded any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.domain.faults import Findings
from registry.domain.quoting import holds_an_old_number, names_a_person
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

_LISTS = frozenset({"legal_basis", "names"})
MAX_TEXTS = 100
MAX_LOOKED_AT = 600
"""Characters: a longer name or number is refused for its length."""


def names_somebody(text: str) -> bool:
    """Whether a resident number stands in a text, of today's form or of that before 1999."""
    looked_at = text[:MAX_LOOKED_AT]
    return names_a_person(looked_at) or holds_an_old_number(looked_at)


def check_kept_in_clear(found: Findings, statement: pb.Statement) -> None:
    """Notes numbers of persons where they would rest in clear."""
    for path, text in _in_clear(statement):
        if text and names_somebody(text):
            message = "这里含有身份证号码; 名称、依据、文书号和编号以明文保存和显示, 不得写入个人信息。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def _in_clear(statement: pb.Statement) -> Iterator[tuple[str, str]]:
    if not names_a_person(statement.statement_id[:MAX_LOOKED_AT]):  # Admission has a word of its own for it.
        yield "statement_id", statement.statement_id
    told = statement.WhichOneof("body")
    if told == "correction":
        yield from _of_body("correction.replacement", statement.correction.replacement)
    elif told is not None:
        yield from _of_body(told, getattr(statement, told))


def _of_body(path: str, body: Any) -> Iterator[tuple[str, str]]:
    for name, field in body.DESCRIPTOR.fields_by_name.items():
        if name == "subject" and field.message_type is subject_pb2.Subject.DESCRIPTOR:
            yield f"{path}.subject.name", body.subject.name
        elif name == "document":
            yield from _of_document(f"{path}.document", body.document)
        elif name in _LISTS and field.is_repeated:
            texts = getattr(body, name)[:MAX_TEXTS]
            yield from ((f"{path}.{name}[{number}]", text) for number, text in enumerate(texts))


def _of_document(path: str, document: pb.Document) -> Iterator[tuple[str, str]]:
    if not names_a_person(document.number[:MAX_LOOKED_AT]):  # As above.
        yield f"{path}.number", document.number
    yield f"{path}.authority", document.authority
