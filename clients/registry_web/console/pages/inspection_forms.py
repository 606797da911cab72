"""What the pages of inspections ask for, and the acts that come of it.

A visit is one form: whom, on which matter and why; when, where and how; the other inspector, who signs
second; results, up to five findings, evidence. Publication and the check of a rectification are small ones.

Instants are asked for as 2026-11-20 09:00, in China. What is only the registry's to know (whether the rule is
filed, the draw has a result) it says when the act is submitted.

Example: results 5 ticked, one finding, by 2026-12-05: an ``Inspection`` that orders to rectify.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from registry.v1 import supervision_pb2 as pb
from registry.v1.directory_service_pb2 import OfficialEntry
from registry.v1.statement_pb2 import OFFICIAL_ROLE_SUBMITTER
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, Identifier, Subject
from registry_client.instants import today
from registry_client.supervision.inspection_words import (
    INSPECTION_CAUSES,
    INSPECTION_MANNERS,
    INSPECTION_RESULTS,
    SOURCE_KINDS,
)
from registry_client.words import KINDS
from registry_web.console.official import Official
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.framing import Departments

FINDINGS = 5
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2})")
_FROM_OTHERS = (pb.FILE_KIND_REFERRAL, pb.FILE_KIND_ALERT)


def visit_fields(
    departments: Departments, official: Official, others: Mapping[str, str], known: Mapping[str, str]
) -> list[Field]:
    """What a visit asks for; ``others`` may sign second; ``known``: what is known beforehand."""
    openers = {str(each.position): each.registration.name for each in departments.entries}
    found = [
        Field("number", "检查编号", hint="字母、数字和 . _ : - , 本部门内不重复。"),
        Field("whom", "检查对象和事项", "head"),
        Field("name", "主体名称", hint="只写单位; 个人的情况放入证据材料。"),
        Field("code", "统一社会信用代码"),
        Field("kind", "主体类别", "choice", choices=_organisations()),
        Field("matter", "审批事项编号", hint="须有已备案的监管制度。"),
        Field("cause", "检查缘由", "radio", choices=choices_of(INSPECTION_CAUSES)),
        Field("source", "来源卷宗编号", required=False, hint="专项整治不填。"),
        Field(
            "source_of", "来源卷宗的开立部门", "choice", required=False, choices=openers,
            hint="移送线索、预警的必填; 其他为本部门。",
        ),
        Field("drawn", "被抽中的名录行", required=False, hint="双随机抽查的必填。"),
        Field("when", "时间、地点和方式", "head"),
        Field("began", "开始时间", hint="如 2026-11-20 09:00"),
        Field("ended", "结束时间", hint="如 2026-11-20 10:30"),
        Field("place", "检查地点"),
        Field("region", "行政区划代码", required=False, hint="六位, 如 130902"),
        Field("manner", "检查方式", "radio", choices=choices_of(INSPECTION_MANNERS)),
        Field("who", "检查人员", "head", hint="两名检查人员都须以本人密钥签名, 先由本人, 再由另一名。"),
        Field("certificate", "本人执法证号"),
        Field("second", "另一名检查人员", "choice", choices=others),
        Field("second_certificate", "另一名的执法证号"),
        Field("found", "检查结果", "head", hint="未发现问题的, 不与其他结果并列。"),
        *(Field(f"result_{value}", word, "flag") for word, value in INSPECTION_RESULTS.items()),
        Field("rectify_by", "改正期限", "day", required=False, hint="责令改正的必填。"),
    ]  # fmt: skip
    return [*(_known(each, known) for each in found), *finding_fields()]


def finding_fields() -> Iterator[Field]:
    """Those of the findings, one after the other; which one, its fields' names say."""
    for place in range(1, FINDINGS + 1):
        yield Field(f"item_{place}", "检查事项", required=False)
        yield Field(f"fact_{place}", "事实", "area", required=False, hint="不写个人信息。")
        yield Field(f"basis_{place}", "依据", "lines", required=False, hint="一行一条", rows=2)
        yield Field(f"outside_{place}", "超出本部门职责, 应告知其他部门", "flag")


def visit_of(
    answers: Answers,
    official: Official,
    departments: Departments,
    evidence: Sequence[pb.EvidenceItem],
) -> pb.Inspection:
    """The inspection that was filled in; what only this form can know to be wrong is noted."""
    identifier = Identifier(type=IDENTIFIER_TYPE_USCC, value=answers["code"])
    kind = answers.number("kind")
    visit = pb.Inspection(
        number=answers["number"],
        cause=answers.number("cause"),  # type: ignore[arg-type]
        drawn_object=answers["drawn"],
        subject=Subject(identifier=identifier, name=answers["name"], kind=kind),  # type: ignore[arg-type]
        matter=answers["matter"],
        manner=answers.number("manner"),  # type: ignore[arg-type]
        began_at=_instant(answers, "began", "开始时间"),
        ended_at=_instant(answers, "ended", "结束时间"),
        place=answers["place"],
        region=answers["region"],
        inspectors=[
            pb.Inspector(official_id=official.official_id, certificate=answers["certificate"]),
            pb.Inspector(official_id=answers["second"], certificate=answers["second_certificate"]),
        ],
        results=[each for each in INSPECTION_RESULTS.values() if answers.flag(f"result_{each}")],
        findings=_findings(answers),
        rectify_by=answers["rectify_by"],
        evidence=evidence,
    )
    if not visit.results:
        answers.fault("found", "检查结果", "至少选一项")
    _put_source(visit, answers, official, departments)
    return visit


def _put_source(visit: pb.Inspection, answers: Answers, official: Official, departments: Departments) -> None:
    kind = SOURCE_KINDS.get(visit.cause)
    if kind is None or not answers["source"]:
        if kind is not None:
            answers.fault("source", "来源卷宗编号", "没有填写")
        return
    opener = departments.code(answers["source_of"]) if kind in _FROM_OTHERS else official.department
    visit.source.CopyFrom(pb.FileReference(kind=kind, department=opener, number=answers["source"]))


def _findings(answers: Answers) -> list[pb.Finding]:
    return [
        pb.Finding(
            item=answers[f"item_{place}"],
            fact=answers[f"fact_{place}"],
            outside_remit=answers.flag(f"outside_{place}"),
            legal_basis=answers.lines(f"basis_{place}"),
        )
        for place in range(1, FINDINGS + 1)
        if answers[f"item_{place}"] or answers[f"fact_{place}"]
    ]


def _instant(answers: Answers, name: str, label: str) -> str:
    matched = _INSTANT.fullmatch(answers[name])
    if matched is None:
        answers.fault(name, label, "应为北京时间, 如 2026-11-20 09:00")
        return ""
    return f"{matched[1]}T{matched[2]}:00+08:00"


def publication_fields() -> list[Field]:
    """Where and when a result was published."""
    return [
        Field("place", "公示处", hint="如国家企业信用信息公示系统的网址。"),
        Field("on", "公示日期", "day", value=today().isoformat()),
    ]


def publication_of(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    """The publication that was filled in."""
    told = pb.ResultPublication(file=file, published_on=answers["on"], place=answers["place"])
    return pb.Supervision(result_publication=told)


def recheck_fields() -> list[Field]:
    """What a check of a rectification found."""
    return [
        Field("sufficient", "复查结论", "radio", choices={"yes": "整改到位", "no": "没有到位"}),
        Field("rectify_by", "新的改正期限", "day", required=False, hint="没有到位的必填。"),
        Field("on", "复查日期", "day", value=today().isoformat()),
    ]


def recheck_of(
    file: pb.FileReference, answers: Answers, evidence: Sequence[pb.EvidenceItem]
) -> pb.Supervision:
    """The check that was filled in."""
    checked = pb.Rectification(
        file=file,
        checked_on=answers["on"],
        sufficient=answers.flag("sufficient"),
        rectify_by=answers["rectify_by"],
        evidence=evidence,
    )
    return pb.Supervision(rectification=checked)


def may_sign_second(officials: Sequence[OfficialEntry], official: Official) -> dict[str, str]:
    """Who of the department may sign second, by staff id: whoever handles, but oneself."""
    return {
        told.official_id: f"{told.name} {told.section}"
        for told in (each.registration for each in officials if not each.HasField("revoked_position"))
        if OFFICIAL_ROLE_SUBMITTER in told.roles and told.official_id != official.official_id
    }


def _known(field: Field, values: Mapping[str, str]) -> Field:
    value = values.get(field.name, "") or field.value
    return Field(
        field.name, field.label, field.kind, field.required, field.hint, field.choices, value, field.rows
    )


def _organisations() -> dict[str, str]:
    return {value: word for value, word in choices_of(KINDS).items() if word != "自然人"}
