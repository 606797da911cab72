"""The form of a referral, and the act that comes of it.

Whom it concerns is an organisation or nobody; what is personal goes into evidence. A piece of evidence is a
line: digest, bytes, media type, title, as the evidence store tells them. Where it comes from may be known
beforehand: the page of an inspection leads here with it.

Example: ``照片 7 image/jpeg 现场`` is no line of evidence, and is told at its field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from registry.v1 import supervision_pb2 as pb
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, Identifier, Subject
from registry_client.supervision.referral_words import FILE_KINDS, REFERRAL_DIRECTIONS, REFERRAL_KINDS
from registry_client.words import KINDS
from registry_web.console.pages.forms import Answers, Field, choices_of, prefilled
from registry_web.console.pages.framing import Departments
from registry_web.console.pages.referral_forms import day_field, part_of

SOURCES = (
    pb.FILE_KIND_INSPECTION, pb.FILE_KIND_COMPLAINT, pb.FILE_KIND_ALERT, pb.FILE_KIND_REFERRAL,
)  # fmt: skip
_ITEM = re.compile(r"([0-9a-fA-F]{64})\s+([0-9]{1,13})\s+([a-z]+/[a-z0-9.+-]+)\s+(\S.{0,199})")
_EVIDENCE = Field(
    "evidence", "证据材料", "lines", required=False,
    hint="一行一件: SHA-256、字节数、媒体类型、名称, 以空格分开。案件移送、涉嫌犯罪移送的必填。",
)  # fmt: skip


def telling_fields(departments: Departments, own: str, source: Mapping[str, str]) -> list[Field]:
    """What a referral asks for; the file from which it comes may be known beforehand."""
    others = {
        str(each.position): each.registration.name
        for each in departments.entries
        if each.registration.code != own
    }
    everybody = {str(each.position): each.registration.name for each in departments.entries}
    found = [
        Field("number", "移送编号", hint="字母、数字和 . _ : - , 本部门内不重复。"),
        Field("kind", "移送种类", "radio", choices=choices_of(REFERRAL_KINDS)),
        Field("direction", "移送方向", "radio", choices=choices_of(REFERRAL_DIRECTIONS)),
        Field("to", "接收部门", "choice", choices=others),
        Field("name", part_of("所涉主体", "名称"), required=False, hint="只写单位; 个人的情况放入证据材料。"),
        Field("code", part_of("所涉主体", "统一社会信用代码"), required=False),
        Field("subject_kind", "主体类别", "choice", required=False, choices=_organisations()),
        Field("facts", "事实", "area", rows=6, hint="不写个人信息。"),
        Field("basis", "依据", "lines", hint="一行一条"),
        _EVIDENCE,
        Field(
            "source_kind",
            part_of("来源", "种类"),
            "choice",
            required=False,
            choices=choices_of(FILE_KINDS, only=SOURCES),
        ),
        Field("source_of", part_of("来源", "开立部门"), "choice", required=False, choices=everybody),
        Field("source_number", part_of("来源", "编号"), required=False),
        day_field("移送日期"),
    ]
    return prefilled(found, source)


def _organisations() -> dict[str, str]:
    return {value: word for value, word in choices_of(KINDS).items() if word != "自然人"}


def telling_of(departments: Departments, answers: Answers) -> pb.Referral:
    """The referral that was filled in; what is wrong with its evidence is noted."""
    body = pb.Referral(
        number=answers["number"],
        kind=answers.number("kind"),  # type: ignore[arg-type]
        direction=answers.number("direction"),  # type: ignore[arg-type]
        to=departments.code(answers["to"]),
        facts=answers["facts"],
        legal_basis=answers.lines("basis"),
        evidence=_items(answers),
        on=answers["on"],
    )
    if answers["code"] or answers["name"]:
        identifier = Identifier(type=IDENTIFIER_TYPE_USCC, value=answers["code"])
        kind = answers.number("subject_kind")
        body.subject.CopyFrom(Subject(identifier=identifier, name=answers["name"], kind=kind))  # type: ignore[arg-type]
    if answers["source_number"]:
        body.source.kind = answers.number("source_kind")  # type: ignore[assignment]
        body.source.department = departments.code(answers["source_of"])
        body.source.number = answers["source_number"]
    return body


def _items(answers: Answers) -> list[pb.EvidenceItem]:
    found = []
    for line in answers.lines("evidence"):
        matched = _ITEM.fullmatch(line)
        if matched is None:
            answers.fault("evidence", _EVIDENCE.label, "应是: SHA-256、字节数、媒体类型、名称")
            continue
        sha256, size, media_type, title = matched.groups()
        item = pb.EvidenceItem(
            sha256=bytes.fromhex(sha256), size=int(size), media_type=media_type, title=title
        )
        found.append(item)
    return found
