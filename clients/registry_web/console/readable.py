"""A statement in words and in full (所签内容): every field that is in the bytes, under its Chinese name.

Nothing is left out, abbreviated or made nicer, for this is what the official signs. What has a field of its
own on the page (id, log, department) comes first, then the body, nested as it is::

    (Line("案号", "SF-2026-12", 0), Line("合法", "是", 0), Line("意见", "适用法律正确", 0), …)

Characters that a page would not show stand there in brackets (``pages.marked``). Bytes are hex; long ones of
a known kind (a public key) are their SHA-256 with what they are. Several texts stand one after the other with
；between; where one holds such a mark itself, each has a line and a number of its own. A truth value is shown
even where it is "no", for it is a part of what is said; other fields that are absent are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from registry.domain.files import act_of
from registry.provenance.keys import keyid_of
from registry.v1.statement_pb2 import Field, Statement
from registry_web.console.statement_words import KINDS, field_word, value_word
from registry_web.console.supervision_words import ACTS

_BETWEEN = re.compile("[；「」]")
"""What could make one text two, or two one, which are signed as something else. Quoting alone does not help:
``甲」；「乙`` in 「」 is ``甲`` and ``乙`` in 「」."""
_FOLDED = 2_000
"""Characters beyond which a text is folded on the page; it is there whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: what, which value, how deep. A heading has no value; ``number`` tells like lines apart.

    ``named``: the word is the statement's own; ``coded``: the value is one of a list. Only words of ours are
    ever said in another language, nothing that somebody wrote."""

    word: str
    value: str
    depth: int
    number: int = 0
    named: bool = False
    coded: bool = False

    @property
    def folded(self) -> bool:
        """Whether it is long."""
        return len(self.value) > _FOLDED


def kind_word(statement: Statement) -> str:
    """What kind of statement it is; of an act of supervision, which act."""
    if statement.HasField("supervision"):
        return ACTS.get(act_of(statement), KINDS["supervision"])
    return KINDS.get(statement.WhichOneof("body") or "", "陈述")


def lines_of(statement: Statement) -> tuple[Line, ...]:
    """What a statement says, line by line."""
    kind = statement.WhichOneof("body")
    head = [
        Line(field_word("Statement", name), str(getattr(statement, name)), 0)
        for name in ("statement_id", "origin", "department")
    ]
    body = _lines(getattr(statement, kind), 0) if kind else iter(())
    return (*head, *body)


def _lines(message: Message, depth: int) -> Iterator[Line]:
    for field in message.DESCRIPTOR.fields:
        word = field_word(message.DESCRIPTOR.name, field.name)
        if field.is_repeated:
            yield from _repeated(list(getattr(message, field.name)), field, word, depth)
        elif field.message_type is not None:
            if message.HasField(field.name):
                yield from _nested(getattr(message, field.name), word, depth)
        else:
            value = getattr(message, field.name)
            if value or field.type == FieldDescriptor.TYPE_BOOL or _present(message, field):
                yield Line(word, _text(value, field), depth, coded=_is_coded(field))


def _present(message: Message, field: Any) -> bool:
    return bool(field.has_presence and field.containing_oneof and message.HasField(field.name))


def _repeated(values: list[Any], field: Any, word: str, depth: int) -> Iterator[Line]:
    if field.message_type is None:
        texts = [_text(each, field) for each in values]
        if any(map(_BETWEEN.search, texts)):
            yield from (Line(word, f"「{each}」", depth, number) for number, each in enumerate(texts, 1))
        elif texts:
            yield Line(word, "；".join(texts), depth, coded=_is_coded(field))
        return
    for number, each in enumerate(values, 1):
        yield from _nested(each, word, depth, number if len(values) > 1 else 0)


def _nested(message: Message, word: str, depth: int, number: int = 0) -> Iterator[Line]:
    if isinstance(message, Field):
        yield Line(message.name, message.value, depth, named=True)
        return
    yield Line(word, "", depth, number)
    yield from _lines(message, depth + 1)


def _is_coded(field: Any) -> bool:
    return field.enum_type is not None or field.type == FieldDescriptor.TYPE_BOOL


def _text(value: Any, field: Any) -> str:
    if field.enum_type is not None:
        return value_word(field.enum_type.name, value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, bytes):
        return f"密钥编号 {keyid_of(value)}" if field.name == "public_key" else value.hex()
    return str(value)
