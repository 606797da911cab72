"""Forms of the console: what they ask for, what was filled in, what is wrong with it.

A form is a list of ``Field``; one template shows any of them, and ``Answers`` reads what came back.
Everything that is wrong is found at once, each at its field; what only the registry can know, it says when
the act is submitted. Labels and hints may be in pieces, each of which is translated: ``告知期限|24|个月``.

* Days are ISO 8601 (``<input type="date">``). Numbers are whole.
* Evidence (证据) is a file of which the registry gets the SHA-256 and the name. The page's script hashes it
  in the browser; without script it is hashed here as it comes in. It is stored nowhere. A form that comes
  back with faults keeps the digests, so that nothing is chosen twice (``<name>.held``: ``<64 hex> <title>``).
* Characters that make a text read other than it is written are a fault: what is signed is what was read. The
  field comes back without them.
* A document (文书) is two fields, number and day; its authority is the official's own department unless the
  form asks for it.

Example: ``Answers.read([Field("on", "审核日期", "day")], {"on": "2026-10-14"})["on"]`` is that day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

from starlette.datastructures import FormData, UploadFile

from registry.domain.misleading import CHARACTERS, MISLEADING
from registry.v1 import statement_pb2 as pb
from registry_client.procedure_words import SERVICE_METHODS

LONGEST = 8000
"""Characters of a text; the registry's own bounds are narrower, and it says so in its words."""
_CHUNK = 1 << 20
_HELD = re.compile(r"([0-9a-f]{64}) ([^\r\n]{1,200})")
_MISLEADING = "含有看不见的字符, 会使显示的文字与所写的不同; 已从这一栏去掉, 请核对后再提交"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HIDDEN = re.compile(f"[\x00-\x1f\x7f{CHARACTERS}]")


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. ``kind``: line, area, day, number, position (of the log, which has more than
    numbers have digits), choice, radio, flag, lines, evidence, evidences, head (a heading, asks nothing)."""

    name: str
    label: str
    kind: str = "line"
    required: bool = True
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """What is sent, and the word that is shown."""
    value: str = ""
    rows: int = 3


@dataclass(slots=True)
class Answers:
    """What a form holds: texts and evidence by field, and faults as (label, what is wrong)."""

    texts: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, list[pb.Evidence]] = field(default_factory=dict)
    faults: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def initial(cls, fields: Iterable[Field]) -> Answers:
        """A form that nobody has filled in yet."""
        return cls({each.name: each.value for each in fields})

    @classmethod
    def read(cls, fields: Iterable[Field], data: FormData | Mapping[str, Any]) -> Answers:
        """What came back, with every fault."""
        found = cls()
        for each in fields:
            found._read(each, data)
        for _, value in data.multi_items() if isinstance(data, FormData) else ():
            if isinstance(value, UploadFile):
                value.file.close()
        return found

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    def number(self, name: str) -> int:
        """A number; 0 where nothing was filled in, or something that is a fault."""
        return int(self[name]) if self[name].isdecimal() and name not in self.faults else 0

    def flag(self, name: str) -> bool:
        """Whether a box was ticked, or 是 was chosen."""
        return self[name] in ("1", "yes")

    def lines(self, name: str) -> list[str]:
        """A text of several entries, one a line."""
        return [line.strip() for line in self[name].splitlines() if line.strip()]

    def one(self, name: str) -> pb.Evidence | None:
        """The paper of a field."""
        return next(iter(self.evidence.get(name, ())), None)

    def fault(self, name: str, label: str, message: str) -> None:
        """Notes what is wrong with a field; the first counts."""
        self.faults.setdefault(name, (label, message))

    def _read(self, asked: Field, data: FormData | Mapping[str, Any]) -> None:
        if asked.kind == "head":
            return
        if asked.kind in ("evidence", "evidences"):
            self.evidence[asked.name] = read_evidence(asked.name, data, several=asked.kind == "evidences")
            if asked.required and not self.evidence[asked.name]:
                self.fault(asked.name, asked.label, "没有选择文件")
            return
        given = data.get(asked.name, "")
        text = _CONTROL.sub("", given).strip() if isinstance(given, str) else ""
        self.texts[asked.name] = plain = MISLEADING.sub("", text)
        if plain != text:
            self.fault(asked.name, asked.label, _MISLEADING)
        if not text:
            if asked.required and asked.kind != "flag":
                self.fault(asked.name, asked.label, "没有填写")
        elif wrong := _wrong(asked, text):
            self.fault(asked.name, asked.label, wrong)


def _wrong(asked: Field, text: str) -> str:
    if len(text) > LONGEST:
        return "文字过长"
    if asked.kind == "day" and not is_day(text):
        return "应为日期, 如 2026-04-01"
    longest = {"number": 6, "position": 18}.get(asked.kind)
    if longest and not (text.isascii() and text.isdecimal() and len(text) <= longest):
        return "应为整数"
    if asked.kind in ("choice", "radio") and text not in asked.choices:
        return "请从列出的选项中选择"
    return ""


def is_day(text: str) -> bool:
    """Whether a text is a day as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def read_evidence(name: str, data: FormData | Mapping[str, Any], *, several: bool) -> list[pb.Evidence]:
    """The papers of a field: those chosen now, before those whose digest the form already held."""
    chosen = data.getlist(name) if isinstance(data, FormData) else []
    uploads = [each for each in chosen if isinstance(each, UploadFile) and each.filename]
    found = [pb.Evidence(sha256=_digest(each), title=file_title(each.filename or "")) for each in uploads]
    held = data.getlist(f"{name}.held") if isinstance(data, FormData) else []
    for each in held:
        matched = _HELD.fullmatch(each) if isinstance(each, str) else None
        if matched and (several or not found):
            found.append(pb.Evidence(sha256=bytes.fromhex(matched[1]), title=file_title(matched[2])))
    unique = {(each.sha256, each.title): each for each in found}
    return list(unique.values())[: 20 if several else 1]


def _digest(upload: UploadFile) -> bytes:
    digest = sha256()
    upload.file.seek(0)
    with upload.file as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def file_title(name: str) -> str:
    """A file's own name, as it reads; browsers of old send its whole path."""
    return _HIDDEN.sub("", re.split(r"[/\\]", name)[-1]).strip()[:200] or "文件"


def document_fields(
    name: str, label: str, *, day: str = "", number: str = "", required: bool = True, authority: bool = False
) -> list[Field]:
    """Number and day of a document; with its authority where that may be another."""
    fields = [
        Field(f"{name}_number", f"{label}|文号", required=required, value=number),
        Field(f"{name}_day", f"{label}|日期", "day", required=required, value=day),
    ]
    if authority:
        fields[1:1] = [
            Field(f"{name}_authority", f"{label}|作出机关", required=required),
            Field(
                f"{name}_code", f"{label}|作出机关统一社会信用代码", required=False, hint="十八位, 有则填写"
            ),
        ]
    return fields


def document_of(answers: Answers, name: str, *, authority: str, code: str) -> pb.Document:
    """The document that was filled in."""
    return pb.Document(
        number=answers[f"{name}_number"],
        authority=answers[f"{name}_authority"] or authority,
        authority_code=answers[f"{name}_code"] if f"{name}_authority" in answers.texts else code,
        decided_on=answers[f"{name}_day"],
    )


def service_fields(*, day: str = "") -> list[Field]:
    """A service: day, way, receipt."""
    methods = {str(value): word for word, value in SERVICE_METHODS.items()}
    return [
        Field("service", "送达", "head"),
        Field("served_on", "送达日期", "day", value=day),
        Field("method", "送达方式", "choice", choices=methods),
        Field("receipt", "送达回证", "evidence", hint="只提交摘要, 文件不上传、不保存。"),
    ]


def service_of(answers: Answers) -> pb.ServiceRecord:
    """The service that was filled in."""
    method = pb.ServiceMethod.Name(answers.number("method"))  # type: ignore[arg-type]
    record = pb.ServiceRecord(served_on=answers["served_on"], method=pb.ServiceMethod.Value(method))
    if receipt := answers.one("receipt"):
        record.receipt.CopyFrom(receipt)
    return record


def choices_of(table: Mapping[str, int], *, only: Sequence[int] = ()) -> dict[str, str]:
    """A table of words as choices; of several words for one value the first."""
    found: dict[str, str] = {}
    for word, value in table.items():
        if not only or value in only:
            found.setdefault(str(value), word)
    return found


def prefilled(fields: Iterable[Field], values: Mapping[str, str]) -> list[Field]:
    """The fields with values known beforehand."""
    return [replace(each, value=values.get(each.name, each.value)) for each in fields]
