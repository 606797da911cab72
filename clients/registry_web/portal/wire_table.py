"""The tables by which the page of verification reads messages (``verify-schema.js``), from the protos.

    .venv/bin/python -m registry_web.portal.wire_table > clients/registry_web/static/verify-schema.js

A browser has no protobuf library of ours. ``verify-wire.js`` reads by these tables and refuses every field
that they do not name, as ``registry.verification.form`` does. A test holds the file against the protos.

    MESSAGES["registry.v1.MapLeaf"] = [[1, "key", "bytes"], [2, "count", "uint64"], [3, "head", "bytes"]]

Of a field: number, name, kind (of a message or an enumeration its name), then ``*`` repeated or ``?`` present
even where it is the default. ``WORDS`` are the Chinese words of enumerations (``registry_client.words``),
``CHECKS`` those of the lines of a verification.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from registry.v1 import envelope_pb2, receipt_pb2, statement_pb2
from registry.v1 import record_service_pb2 as record
from registry.v1 import restriction_service_pb2 as restriction
from registry_client import words
from registry_papers.answers.wording import LEVELS, SHORTFALLS, VERDICTS
from registry_web.portal.words import CHECKS

_ROOTS = (
    receipt_pb2.Receipt,
    receipt_pb2.Answer,
    receipt_pb2.AnswersHeader,
    envelope_pb2.BatchHeader,
    statement_pb2.Statement,
    restriction.CheckRequest,
    restriction.CheckResponse,
    restriction.BatchCheckRequest,
    restriction.BatchCheckResponse,
    restriction.ScreenRequest,
    restriction.ScreenResponse,
    record.GetRecordRequest,
    record.GetRecordResponse,
    record.GetCertificateRequest,
    record.GetCertificateResponse,
)
_KINDS = {
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_UINT64: "uint64",
}
_WORDS: Mapping[str, Mapping[str, int]] = {
    "Domain": words.DOMAINS,
    "SubjectRole": words.ROLES,
    "TenderKind": words.TENDERS,
    "IdentifierType": words.IDENTIFIERS,
    "HitEffect": words.EFFECTS,
    "HitReason": words.HIT_REASONS,
    "HitStatus": words.STATUSES,
    "IndeterminateReason": words.INDETERMINATE,
    "ResolutionStatus": words.RESOLUTIONS,
}
_HEADING = """\
/* Tables of the messages in a receipt, and the words of their enumerations. Written from the protos by
   registry_web.portal.wire_table, which says what they mean; not to be edited. */
"""


def messages(roots: Iterable[Any] = _ROOTS) -> dict[str, list[list[Any]]]:
    """The table of each message that can be reached, by its name."""
    found: dict[str, list[list[Any]]] = {}
    waiting: list[Descriptor] = [root.DESCRIPTOR for root in roots]
    while waiting:
        message = waiting.pop()
        if message.full_name not in found:
            found[message.full_name] = [_field(each) for each in message.fields]
            waiting += [each.message_type for each in message.fields if each.message_type is not None]
    return dict(sorted(found.items()))


def enumeration_words() -> dict[str, dict[int, str]]:
    """What each value of an enumeration is called, in Chinese."""
    found = {name: _first_words(table) for name, table in _WORDS.items()}
    found |= {"Verdict": dict(VERDICTS), "EvidenceLevel": dict(LEVELS), "ShortfallReason": dict(SHORTFALLS)}
    return found


def source() -> str:
    """The whole file."""
    return "".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEADING
    yield "export const MESSAGES = {\n"
    for name, fields in messages().items():
        yield f"  {json.dumps(name)}: {json.dumps(fields, separators=(', ', ': '))},\n"
    yield "};\nexport const WORDS = {\n"
    for name, table in enumeration_words().items():
        yield f"  {name}: {json.dumps(dict(sorted(table.items())), ensure_ascii=False)},\n"
    yield f"}};\nexport const CHECKS = {json.dumps(dict(CHECKS), ensure_ascii=False, indent=2)};\n"


def _field(field: FieldDescriptor) -> list[Any]:
    kind = _KINDS.get(field.type)
    if field.message_type is not None:
        kind = field.message_type.full_name
    elif field.enum_type is not None:
        kind = "enum"
    if kind is None:
        raise ValueError(f"{field.full_name}: verify-wire.js reads no fields of type {field.type}")
    mark = "*" if field.is_repeated else "?" if field.has_presence and field.message_type is None else ""
    return [field.number, field.name, kind, *([mark] if mark else [])]


def _first_words(table: Mapping[str, int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for word, value in table.items():
        found.setdefault(value, word)
    return found


if __name__ == "__main__":
    print(source(), end="")
