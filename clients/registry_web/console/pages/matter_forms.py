"""What the catalogue of matters and the intermediaries ask for, and the acts that come of it.

A body that the registry would refuse is made all the same: the registry says why, in its words. Rules and
notes of associations have forms of their own (``rule_forms``, ``association_forms``).

Example: a matter of the kind 取消 asks for the department that still watches; with none it says 不再监管.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from registry.v1 import supervision_pb2 as pb
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, Identifier, Subject
from registry_client.instants import today
from registry_client.supervision.matter_words import MATTER_KINDS
from registry_client.words import KINDS
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.framing import Departments

NUMBER_HINT = "字母、数字和 . _ : - , 本部门内不重复。"


def known(fields: list[Field], values: Mapping[str, str]) -> list[Field]:
    """The fields with values that are known beforehand."""
    return [replace(each, value=values.get(each.name) or each.value) for each in fields]


def day_field(name: str, label: str, *, required: bool = True, hint: str = "") -> Field:
    """A day; today where it is required."""
    return Field(name, label, "day", required, hint, value=today().isoformat() if required else "")


def _bodies(departments: Departments) -> dict[str, str]:
    return {str(each.position): each.registration.name for each in departments.entries}


def matter_fields(departments: Departments) -> list[Field]:
    """What a matter asks for."""
    bodies = _bodies(departments)
    return [
        Field("number", "审批事项编号", hint=NUMBER_HINT),
        Field("name", "事项名称"),
        Field("kind", "事项类别", "radio", choices=choices_of(MATTER_KINDS)),
        Field("approving", "审批科室", required=False, hint="和监管科室不能是同一科室; 取消的事项可以不填。"),
        Field("supervising", "监管科室", required=False),
        Field("class", "类别", required=False, hint="同一类别的事项可以适用一个监管制度。"),
        Field("basis", "法律依据", "lines", hint="一行一条"),
        Field("taker", "承接机关", "choice", required=False, choices=bodies, hint="下放、委托的事项必填。"),
        Field("taker_code", "承接单位统一社会信用代码", required=False, hint="转移给未登记单位的填写。"),
        Field("supervisor", "监管承接机关的部门", "choice", required=False, choices=bodies),
        Field("watcher", "继续监管的部门", "choice", required=False, choices=bodies, hint="取消的事项填写。"),
        Field("unwatched", "不再监管", "flag", required=False),
        day_field("since", "实施日期"),
        day_field("ended", "停止实施日期", required=False, hint="不再列入目录的第一日"),
    ]


def matter_values(matter: pb.ApprovalMatter, departments: Departments) -> dict[str, str]:
    """A matter as its form shows it, to be stated again."""
    taker = departments.number(matter.taken_over_by)
    return {
        "number": matter.number,
        "name": matter.name,
        "kind": str(matter.kind),
        "approving": matter.approving_section,
        "supervising": matter.supervising_section,
        "class": matter.matter_class,
        "basis": "\n".join(matter.legal_basis),
        "taker": str(taker or ""),
        "taker_code": "" if taker else matter.taken_over_by,
        "supervisor": str(departments.number(matter.taker_supervised_by) or ""),
        "watcher": str(departments.number(matter.still_watched_by) or ""),
        "unwatched": "1" if matter.no_more_supervision else "",
        "ended": matter.ended_on,
    }


def matter_of(answers: Answers, departments: Departments) -> pb.Supervision:
    """The matter that was filled in."""
    body = pb.ApprovalMatter(
        number=answers["number"],
        name=answers["name"],
        kind=answers.number("kind"),  # type: ignore[arg-type]
        approving_section=answers["approving"],
        supervising_section=answers["supervising"],
        matter_class=answers["class"],
        legal_basis=answers.lines("basis"),
        taken_over_by=departments.code(answers["taker"]) or answers["taker_code"],
        taker_supervised_by=departments.code(answers["supervisor"]),
        still_watched_by=departments.code(answers["watcher"]),
        no_more_supervision=answers.flag("unwatched"),
        effective_from=answers["since"],
        ended_on=answers["ended"],
    )
    return pb.Supervision(matter=body)


def subject_fields() -> list[Field]:
    """What tells an organisation."""
    kinds = {value: word for value, word in choices_of(KINDS).items() if word != "自然人"}
    return [
        Field("subject", "单位名称"),
        Field("code", "统一社会信用代码"),
        Field("subject_kind", "主体类别", "choice", choices=kinds),
    ]


def subject_of(answers: Answers) -> Subject:
    """The organisation that was filled in."""
    identifier = Identifier(type=IDENTIFIER_TYPE_USCC, value=answers["code"])
    kind = answers.number("subject_kind")
    return Subject(identifier=identifier, name=answers["subject"], kind=kind)  # type: ignore[arg-type]


def intermediary_fields() -> list[Field]:
    """What an intermediary asks for."""
    return [
        Field("number", "登记编号", hint=NUMBER_HINT),
        *subject_fields(),
        Field("service", "服务事项"),
        Field("fee", "收费标准", hint="定价有文件的写明文号。"),
        Field("qualification", "资质名称", required=False),
        Field("qualification_number", "资质证书编号", required=False),
        day_field("qualified_until", "资质有效期截止日", required=False),
        Field("matters", "所涉审批事项", "lines", hint="一行一个事项编号"),
        day_field("since", "登记日期"),
        day_field("ended", "停止登记日期", required=False),
    ]


def intermediary_of(answers: Answers) -> pb.Supervision:
    """The intermediary that was filled in."""
    body = pb.Intermediary(
        number=answers["number"],
        subject=subject_of(answers),
        service=answers["service"],
        fee_standard=answers["fee"],
        qualification=answers["qualification"],
        qualification_number=answers["qualification_number"],
        qualified_until=answers["qualified_until"],
        matters=answers.lines("matters"),
        effective_from=answers["since"],
        ended_on=answers["ended"],
    )
    return pb.Supervision(intermediary=body)
