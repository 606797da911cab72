"""Rows as lines of JSON and back: bytes in base64, numbers and text as they are; and what they say, beside.

    {"batch":null,"batch_index":null,"department":"1113…","erased_by":null,"leaf":"AQEAAA…","payload":"CgVi…",
     "payload_type":"application/…","position":4711,"read":{"event":{…}, …},"signatures":"Ggg…", …}

``read`` is what the bytes say, by the names in the protocol's files, for people and for tools that have none
of those. It is not read back: what counts are the bytes, which were signed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError, Message
from sqlalchemy import Integer, LargeBinary, Table

from registry.archive.format import ArchiveError
from registry.domain.identifiers import masked
from registry.provenance.leaf import Leaf
from registry.provenance.vault import SECRET_BYTES, Person, Vault, is_person
from registry.store import tables
from registry.v1 import intake_service_pb2, notice_service_pb2, restriction_service_pb2, statement_pb2
from registry.v1.envelope_pb2 import Envelope
from registry.v1.subject_pb2 import Identifier

READ = "read"
_KINDS: dict[tuple[str, str], type[Message]] = {
    ("refusal", "faults"): intake_service_pb2.Refused,
    ("execution", "matter"): restriction_service_pb2.Matter,
    ("notice", "told"): notice_service_pb2.Notice,
    ("batch", "header"): Envelope,
    ("department", "registration"): statement_pb2.DepartmentRegistration,
    ("official", "registration"): statement_pb2.OfficialRegistration,
    ("key", "enrolment"): statement_pb2.KeyEnrolment,
}
"""What the bytes of a column are, where they are a message."""


def to_line(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table, with what its messages say."""
    content: dict[str, Any] = {name: _told(value) for name, value in row.items()}
    for (of, column), kind in _KINDS.items():
        if of == table.name:
            content.setdefault(READ, {})[column] = said(kind, row[column])
    return content


def from_line(table: Table, content: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a line. Raises ArchiveError if a column is missing, or of another kind."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in content:
            raise ArchiveError(f"{table.name} 的记录缺少 {column.name}")
        row[column.name] = _value(table, column.name, column.type, content[column.name], column.nullable)
    return row


def statement_line(row: Mapping[str, Any], payload: bytes | None) -> dict[str, Any]:
    """A statement; ``payload`` is None where its content is erased."""
    content = {name: _told(value) for name, value in row.items() if name != "sealed_payload"}
    content["payload"] = None if payload is None else encoded(payload)
    content["read_leaf"] = _leaf(row["leaf"])
    if payload is not None:
        content[READ] = said(statement_pb2.Statement, payload)
    return content


def statement_values(content: Mapping[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """The columns of a statement's line, without its content, and the payload. Raises ArchiveError."""
    row = from_line(tables.statement, {"sealed_payload": "", **content})
    payload = None if content.get("payload") is None else decoded(content["payload"], "payload")
    return row, payload


def person_line(ref: str, person: Person) -> dict[str, Any]:
    """A natural person: reference, paper, and the secret that keys what the log says of it."""
    told = MessageToDict(person.identifier, preserving_proto_field_name=True)
    content = {"ref": ref, "secret": encoded(person.secret), READ: told}
    return content | {"identifier": encoded(person.identifier.SerializeToString(deterministic=True))}


def person_values(content: Mapping[str, Any], vault: Vault, nonce: bytes) -> dict[str, Any]:
    """The row of a person, sealed again. Raises ArchiveError, also if this vault would call it otherwise."""
    try:
        identifier = Identifier.FromString(decoded(content["identifier"], "identifier"))
    except (KeyError, DecodeError):
        raise ArchiveError("persons.jsonl 有不能读的记录") from None
    secret, ref = decoded(content.get("secret"), "secret"), content.get("ref")
    person = Person(identifier, secret)
    erased = isinstance(ref, str) and is_person(ref) and masked(identifier) == identifier
    if len(secret) != SECRET_BYTES or not (erased or (isinstance(ref, str) and vault.names(person, ref))):
        raise ArchiveError("persons.jsonl 有不能用的记录: 密钥长度或引用不符")
    return {"ref": ref, "sealed": vault.seal_person(person, nonce)}


def said(kind: type[Message], content: bytes) -> dict[str, Any]:
    """What a message says; nothing where it cannot be read."""
    try:
        message = kind.FromString(content)
    except DecodeError:
        return {}
    told: dict[str, Any] = MessageToDict(message, preserving_proto_field_name=True)
    return told


def encoded(content: bytes) -> str:
    """Bytes in a line."""
    return base64.b64encode(content).decode()


def decoded(text: object, name: str) -> bytes:
    """The inverse of ``encoded``. Raises ArchiveError."""
    try:
        if isinstance(text, str):
            return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        pass
    raise ArchiveError(f"{name} 不是 base64")


def _told(value: object) -> object:
    return encoded(bytes(value)) if isinstance(value, bytes | memoryview) else value


def _leaf(content: bytes) -> dict[str, Any]:
    leaf = Leaf.decode(content)
    return {
        "type": leaf.type.name,
        "received_ms": leaf.received_ms,
        "subject_key": leaf.subject_key.hex(),
        "subject_sequence": leaf.subject_sequence,
        "previous": leaf.previous.hex(),
        "statement_hash": leaf.statement_hash.hex(),
        "key_position": leaf.key_position,
    }


def _value(table: Table, name: str, kind: object, value: object, nullable: bool | None) -> object:
    if value is None and nullable:
        return None
    if isinstance(kind, LargeBinary):
        return decoded(value, f"{table.name} 的 {name}")
    if not (_fits(value) if isinstance(kind, Integer) else _is_text(value)):
        raise ArchiveError(f"{table.name} 的 {name} 类型不对, 或放不下")
    return value


def _fits(value: object) -> bool:
    """Whether a value is a whole number of 64 bits."""
    return type(value) is int and -(1 << 63) <= value < 1 << 63


def _is_text(value: object) -> bool:
    """Whether a value is text that can be written: half a character, which JSON lets in, is none."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False
