"""What rosters, plans and orders of draws ask for, and the acts that come of it.

A body that the registry would refuse is made all the same: the registry says why, in its words. Weights are
one a line, ``D=4``; a grade that is not named has weight 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from registry.provenance.draw.seed import ALGORITHM
from registry.v1 import inspection_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client.instants import today
from registry_client.supervision.roster_files import Prepared, PreparedPlan
from registry_web.console.pages.forms import Answers, Field

ROSTER_KINDS = {"objects": "检查对象名录", "inspectors": "检查人员名录"}
_KINDS = {"objects": pb.ROSTER_KIND_OBJECTS, "inspectors": pb.ROSTER_KIND_INSPECTORS}
_NUMBER_HINT = "字母、数字和 . _ : - , 本部门内不重复。"
_WEIGHTS_HINT = "一行一个, 如 D=4; 未写明的为1, 只是监管手段。"
_WEIGHT = re.compile(r"([A-Za-z0-9]{0,8})\s*=\s*([0-9]{1,3})").fullmatch


def roster_fields() -> list[Field]:
    """What a roster asks for beside its file."""
    return [
        Field("kind", "名录种类", "radio", choices=ROSTER_KINDS, value="objects"),
        Field("number", "名录编号", hint=_NUMBER_HINT),
        Field("title", "名称"),
        Field("as_of", "名录截止日期", "day", value=today().isoformat()),
    ]


def roster_of(answers: Answers, prepared: Prepared) -> pb.Supervision:
    """The roster over a file."""
    return pb.Supervision(
        roster=pb.Roster(
            number=answers["number"],
            kind=_KINDS[answers["kind"]],
            title=answers["title"],
            root=prepared.root,
            rows=prepared.rows,
            file=prepared.evidence(answers["title"]),
            as_of=answers["as_of"],
        )
    )


def plan_fields() -> list[Field]:
    """What a plan asks for beside its file."""
    return [
        Field("number", "计划编号", hint=_NUMBER_HINT),
        Field("title", "名称", value=f"{today().year}年度抽查工作计划"),
        Field("year", "计划年度", "number", value=str(today().year)),
        Field("filing_number", "报上级备案的文号"),
        Field("filed_on", "备案日期", "day", value=today().isoformat()),
    ]


def plan_of(answers: Answers, prepared: PreparedPlan) -> pb.Supervision:
    """The plan with the items of a file."""
    return pb.Supervision(
        plan=pb.InspectionPlan(
            number=answers["number"],
            year=answers.number("year"),
            title=answers["title"],
            items=prepared.items,
            filing_number=answers["filing_number"],
            filed_on=answers["filed_on"],
        )
    )


def order_fields(plans: list[service.PublishedPlan], rosters: Mapping[str, list[pb.Roster]]) -> list[Field]:
    """What an order asks for. Items are named by plan and item, such as ``JH-2026/1``."""
    items = {
        f"{each.file.number}/{item.number}": f"{each.plan.title} {item.number} {item.content}"[:120]
        for each in plans
        for item in each.plan.items
    }
    objects, inspectors = (
        {each.number: f"{each.number} {each.title} ({each.rows})" for each in rosters[kind]}
        for kind in ("objects", "inspectors")
    )
    return [
        Field("number", "抽取编号", hint=_NUMBER_HINT),
        Field("item", "计划事项", "choice", choices=items),
        Field("objects", "检查对象名录", "choice", choices=objects),
        Field("inspectors", "检查人员名录", "choice", choices=inspectors),
        Field("wanted", "抽取户数", "number"),
        Field("each", "每户检查人员数", "number", value="2", hint="不少于2人。"),
        Field("weights", "信用等级的权重", "lines", required=False, hint=_WEIGHTS_HINT),
        Field("anchored", "随机数取自外部时间戳机构", "flag", required=False),
        Field("on", "抽取日期", "day", value=today().isoformat()),
        Field("inspect_by", "检查截止日期", "day"),
    ]  # fmt: skip


def order_of(answers: Answers, department: str, recusals: Prepared | None) -> pb.Supervision:
    """The order that was filled in; what is wrong with its weights is noted in the answers."""

    def named(kind: pb.FileKind.ValueType, number: str) -> pb.FileReference:
        return pb.FileReference(kind=kind, department=department, number=number)

    plan, _, item = answers["item"].partition("/")
    body = pb.DrawOrder(
        number=answers["number"],
        plan=named(pb.FILE_KIND_PLAN, plan),
        plan_item=item,
        objects=named(pb.FILE_KIND_ROSTER, answers["objects"]),
        inspectors=named(pb.FILE_KIND_ROSTER, answers["inspectors"]),
        wanted=answers.number("wanted"),
        inspectors_each=answers.number("each"),
        algorithm=ALGORITHM,
        time_anchored=answers.flag("anchored"),
        on=answers["on"],
        inspect_by=answers["inspect_by"],
    )
    for line in answers.lines("weights"):
        if (found := _WEIGHT(line)) is None:
            answers.fault("weights", "信用等级的权重", "应一行一个, 如 D=4")
        else:
            body.weights.add(grade=found[1].upper(), weight=int(found[2]))
    if recusals is not None and recusals.rows:
        body.recusals.CopyFrom(recusals.evidence("回避名单"))
    return pb.Supervision(draw_order=body)
