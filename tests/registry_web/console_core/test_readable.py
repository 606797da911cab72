"""Whatever a statement says stands on the page that its signer reads, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from registry.v1 import statement_pb2 as pb
from registry.v1.supervision_pb2 import Supervision
from registry_web.console.readable import lines_of
from registry_web.console.statement_words import KINDS, field_word, value_word
from registry_web.pages import english

_SCRIPT = re.compile(r"[A-Za-z_]{3,}")
_NAMES = frozenset({"Ed25519", "ECDSA", "SHA"})
BODIES = [field.name for field in pb.Statement.DESCRIPTOR.oneofs_by_name["body"].fields]


def messages(kind: Descriptor, seen: set[str]) -> Iterator[Descriptor]:
    if kind.full_name not in seen:
        seen.add(kind.full_name)
        yield kind
        for field in kind.fields:
            if field.message_type is not None:
                yield from messages(field.message_type, seen)


def test_every_kind_field_and_value_of_a_statement_has_a_word() -> None:
    without = [body for body in BODIES if body not in KINDS]
    for kind in messages(pb.Statement.DESCRIPTOR, set()):
        for field in kind.fields:
            known = field_word(kind.name, field.name) != field.name or field.name in KINDS
            without += [] if known else [f"{kind.name}.{field.name}"]
            if field.enum_type is not None:
                values = [value for value in field.enum_type.values if value.number]
                words = [value_word(field.enum_type.name, value.number) for value in values]
                without += [word for word in words if word.isdecimal()]
    assert without == []


def filled(message: Any, depth: int = 0) -> list[str]:
    """Fills every field with something of its own; what must then be read."""
    said: list[str] = []
    for field in message.DESCRIPTOR.fields:
        place = f"{message.DESCRIPTOR.name}.{field.name}"
        if field.message_type is not None:
            inner = getattr(message, field.name)
            said += filled(inner.add() if field.is_repeated else inner, depth + 1)
        elif field.containing_oneof is None or not field.containing_oneof.fields[0].message_type:
            value, told = some(field, place)
            if field.is_repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)
            said.append(told)
    return said


def some(field: FieldDescriptor, place: str) -> tuple[Any, str]:
    if field.enum_type is not None:
        return 1, value_word(field.enum_type.name, 1)
    if field.type == FieldDescriptor.TYPE_BOOL:
        return True, "是"
    if field.type == FieldDescriptor.TYPE_STRING:
        return f"~{place}~", f"~{place}~"
    if field.type == FieldDescriptor.TYPE_BYTES:
        return b"\xab" * 32, "密钥编号 " if field.name == "public_key" else "ab" * 32
    return 17, "17"


ACTS = [field.name for field in Supervision.DESCRIPTOR.fields]
WHOLE = [(body, "") for body in BODIES if body not in ("registry_key_change", "supervision")]


@pytest.mark.parametrize(("body", "act"), WHOLE + [("supervision", act) for act in ACTS])
def test_no_field_of_a_statement_is_left_out(body: str, act: str) -> None:
    statement = pb.Statement(statement_id="S-1", origin="o.example", department="D")
    filled_in = getattr(statement, body)
    said = filled(getattr(filled_in, act) if act else filled_in)
    text = "\n".join(f"{line.word}\t{line.value}" for line in lines_of(statement))
    assert [each for each in said if each not in text] == []
    for line in lines_of(statement):
        named = line.word if not line.word.startswith("~") else ""
        assert set(_SCRIPT.findall(named)) <= _NAMES, line


def test_no_is_said_as_clearly_as_yes() -> None:
    statement = pb.Statement(ban_review=pb.BanReview(case_number="K-1"))
    assert ("合法", "否") in [(line.word, line.value) for line in lines_of(statement)]


def test_every_text_of_the_core_pages_has_its_english() -> None:
    templates = Path("clients/registry_web/templates/console")
    own = (
        "act.html", "act_done.html", "act_parts.html", "acts.html", "failed.html", "first.html", "frame.html",
        "invite.html", "me.html", "outside.html", "second.html", "settle.html", "sign_in.html",
    )  # fmt: skip
    texts = set()
    for name in own:
        texts |= set(re.findall(r"""\bt\((["'])(.+?)\1\)""", (templates / name).read_text("utf-8")))
    assert sorted(text for _, text in texts if text not in english()) == []


@pytest.mark.parametrize(
    "articles",
    [
        ["行政处罚法 第九条；政府采购法 第七十七条"],
        ["「行政处罚法 第九条", "政府采购法 第七十七条」"],
        ["「行政处罚法 第九条；政府采购法 第七十七条」"],
    ],
)
def test_two_lists_of_texts_that_differ_are_read_differently(articles: list[str]) -> None:
    plain = ["行政处罚法 第九条", "政府采购法 第七十七条"]

    def read(basis: list[str]) -> str:
        said = lines_of(pb.Statement(event=pb.Event(legal_basis=basis)))
        return next(line.value for line in said if line.word == "法律依据")

    assert read(plain) == "；".join(plain)
    others = [plain, ["行政处罚法 第九条；政府采购法 第七十七条"]]
    assert all(read(articles) != read(other) for other in others if other != articles)


def test_one_text_that_closes_the_brackets_itself_is_read_as_one() -> None:
    def read(basis: list[str]) -> list[tuple[int, str]]:
        said = lines_of(pb.Statement(event=pb.Event(legal_basis=basis)))
        return [(line.number, line.value) for line in said if line.word == "法律依据"]

    two = ["政府采购法；第七十七条", "招标投标法；第五十四条"]
    assert read(two) == [(1, "「政府采购法；第七十七条」"), (2, "「招标投标法；第五十四条」")]
    assert len(read(["」；「".join(two)])) == 1
