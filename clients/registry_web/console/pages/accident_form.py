"""The form of an accident (事故), and the act in what was filled in.

Example: four texts, a day, a firm and ``SP-7`` on a line of its own make an ``Accident``.
"""

from __future__ import annotations

from registry.v1 import supervision_pb2 as acts
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, SUBJECT_KIND_ENTERPRISE, Identifier, Subject
from registry_papers.accountability.names import AREAS
from registry_web.console.pages.forms import Answers, Field

ACCIDENT_FIELDS = [
    Field("number", "事故编号", hint="本部门内不重复, 如 SG-2026-1。"),
    Field("area", "事故类别", "choice", choices={str(key): word for key, word in AREAS.items()}),
    Field("occurred_on", "发生日期", "day"),
    Field("region", "行政区划代码", hint="六位, 如 130902。"),
    Field("place", "地点"),
    Field("name", "涉事主体名称", required=False),
    Field("code", "统一社会信用代码", required=False, hint="与审批事项至少填写一项。"),
    Field("matters", "涉及的审批事项", "lines", required=False, hint="事项编号, 一行一个。"),
    Field("account", "事故情况", "area", hint="不写个人信息; 伤亡人员情况放入案卷。"),
    Field("look_back_days", "倒查天数", "number", required=False, hint="不填为1095天。"),
]


def accident_of(answers: Answers) -> acts.Accident:
    """The accident."""
    made = acts.Accident(
        number=answers["number"],
        area=answers.number("area"),  # type: ignore[arg-type]
        occurred_on=answers["occurred_on"],
        region=answers["region"],
        place=answers["place"],
        matters=answers.lines("matters"),
        account=answers["account"],
        look_back_days=answers.number("look_back_days"),
    )
    if answers["code"] or answers["name"]:
        identifier = Identifier(type=IDENTIFIER_TYPE_USCC, value=answers["code"])
        made.subject.CopyFrom(
            Subject(identifier=identifier, kind=SUBJECT_KIND_ENTERPRISE, name=answers["name"])
        )
    return made
