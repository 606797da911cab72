"""What objection and repair ask of whoever files or decides them, and the bodies that come of it.

One form a step: the department concerned decides an objection, accepts an application or not, grants or
refuses it, and annuls a repair that rested on false papers; any window files. What is known from the matter
(what it is about, what was filed) is not asked for.

Example: 受理决定 asks for 受理 or 不予受理 and the reason, and makes a ``RepairAcceptance``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from google.protobuf.message import Message

from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb
from registry_client.instants import today
from registry_client.procedure_words import OBJECTION_GROUNDS, OBJECTION_OUTCOMES
from registry_web.console.pages.catalogue_rows import Rows
from registry_web.console.pages.event_form import event_fields, event_in, event_of
from registry_web.console.pages.forms import (
    Answers,
    Field,
    choices_of,
    document_fields,
    document_of,
)
from registry_web.console.pages.framing import Departments

_NO_UPLOAD = "只提交摘要和文件名, 文件不上传、不保存。"
_REPLACED = frozenset({pb.OBJECTION_OUTCOME_CORRECTED, pb.OBJECTION_OUTCOME_SUPPLEMENTED})
_DATED = frozenset({pb.OBJECTION_OUTCOME_DISCLOSURE_ENDED, pb.OBJECTION_OUTCOME_REMOVED})
_OPEN = frozenset({remedy.REMEDY_STATE_FILED, remedy.REMEDY_STATE_ACCEPTED})


@dataclass(frozen=True, slots=True)
class Filed:
    """What was filed, as the reader sees it."""

    response: remedy.GetRemedyResponse
    departments: Departments
    rows: Rows
    names: Mapping[str, str]
    target: pb.Statement | None
    own: pb.DepartmentRegistration

    @property
    def remedy(self) -> remedy.Remedy:
        """It."""
        return self.response.remedy

    @property
    def event(self) -> pb.Event | None:
        """The record that it is about; None where the reader may not read it."""
        return event_in(self.target) if self.target is not None else None

    def document(self, answers: Answers) -> pb.Document:
        """The document of a decision."""
        return document_of(answers, "document", authority=self.own.name, code=self.own.code)

    @property
    def acts(self) -> tuple[str, ...]:
        """What the reader's department may do now."""
        told = self.remedy
        if told.target.department != self.own.code:
            return ()
        if told.kind == remedy.REMEDY_KIND_OBJECTION:
            return ("decide",) if told.state in _OPEN else ()
        return {
            remedy.REMEDY_STATE_FILED: ("accept",),
            remedy.REMEDY_STATE_ACCEPTED: ("grant", "refuse"),
            remedy.REMEDY_STATE_GRANTED: ("annul",),
        }.get(told.state, ())


@dataclass(frozen=True, slots=True)
class ActForm:
    """A step: its name, its fields, the body that comes of it, the role whose it is."""

    title: str
    fields: Callable[[Filed], list[Field]]
    body: Callable[[Filed, Answers], Message]
    effect: str


def _decide_fields(filed: Filed) -> list[Field]:
    fields = [
        Field("outcome", "处理结果", "radio", choices=choices_of(OBJECTION_OUTCOMES)),
        *document_fields("document", "处理决定书", day=today().isoformat()),
        Field(
            "effective_on", "生效日期", "day", required=False, value=today().isoformat(),
            hint="终止披露、移出的必填。",
        ),
        Field("reason", "核实情况和理由", "area"),
    ]  # fmt: skip
    return fields + (event_fields(filed.event, filed.rows, required=False) if filed.event else [])


def _decide(filed: Filed, answers: Answers) -> Message:
    outcome = answers.number("outcome")
    body = pb.ObjectionResult(
        target=filed.remedy.target,
        objection=filed.remedy.filed,
        outcome=outcome,  # type: ignore[arg-type]
        document=filed.document(answers),
        effective_on=answers["effective_on"] if outcome in _DATED else "",
        reason=answers["reason"],
    )
    if outcome in _REPLACED and filed.event is not None:
        body.replacement.CopyFrom(event_of(filed.event, answers))
    return body


def _accept_fields(_filed: Filed) -> list[Field]:
    choices = {"yes": "受理", "no": "不予受理"}
    return [
        Field("accepted", "受理决定", "radio", choices=choices),
        Field("reason", "理由", "area", required=False, hint="不予受理的必填。"),
    ]


def _accept(filed: Filed, answers: Answers) -> Message:
    return pb.RepairAcceptance(
        target=filed.remedy.target,
        application=filed.remedy.filed,
        accepted=answers.flag("accepted"),
        reason=answers["reason"],
    )


def _decision_fields(*, dated: bool) -> Callable[[Filed], list[Field]]:
    def fields(_filed: Filed) -> list[Field]:
        day = today().isoformat()
        found = document_fields("document", "决定书", day=day)
        if dated:
            found.append(Field("effective_on", "生效日期", "day", value=day))
        return [*found, Field("reason", "理由", "area")]

    return fields


def _grant(filed: Filed, answers: Answers) -> Message:
    return pb.Repair(
        target=filed.remedy.target,
        application=filed.remedy.filed,
        document=filed.document(answers),
        effective_on=answers["effective_on"],
        reason=answers["reason"],
    )


def _refuse(filed: Filed, answers: Answers) -> Message:
    return pb.RepairRefusal(
        target=filed.remedy.target,
        application=filed.remedy.filed,
        document=filed.document(answers),
        reason=answers["reason"],
    )


def _annul(filed: Filed, answers: Answers) -> Message:
    return pb.RepairAnnulment(
        target=filed.remedy.target,
        document=filed.document(answers),
        effective_on=answers["effective_on"],
        reason=answers["reason"],
    )


ACTS: Mapping[str, ActForm] = {
    "decide": ActForm("异议处理", _decide_fields, _decide, "处理结果记入日志, 标注随之终结。"),
    "accept": ActForm("受理决定", _accept_fields, _accept, "受理后须在规定期限内作出决定。"),
    "grant": ActForm(
        "准予修复", _decision_fields(dated=True), _grant, "公示和可以提前终止的措施自生效日期起终止。"
    ),
    "refuse": ActForm("不予修复", _decision_fields(dated=False), _refuse, "公示和措施不变。"),
    "annul": ActForm(
        "撤销修复",
        _decision_fields(dated=True),
        _annul,
        "修复自始无效, 公示和措施恢复; 一定期限内不得仅凭承诺修复。",
    ),
}
"""The steps of the department concerned, by their address."""


def check(answers: Answers) -> None:
    """What one field by itself does not show."""
    outcome = answers.number("outcome")
    if outcome in _DATED and not answers["effective_on"]:
        answers.fault("effective_on", "生效日期", "没有填写")
    if outcome in _REPLACED and "new_number" in answers.texts and not answers["new_number"]:
        answers.fault("new_number", "文书文号", "没有填写")
    if "accepted" in answers.texts and answers["accepted"] == "no" and not answers["reason"]:
        answers.fault("reason", "理由", "没有填写")


def _target_fields(departments: Departments, own: str, statement: str) -> list[Field]:
    choices = {str(each.position): each.registration.name for each in departments.entries}
    return [
        Field("department", "作出陈述的部门", "choice", choices=choices, value=str(departments.number(own))),
        Field("statement", "陈述编号", value=statement, hint="记录上写明的陈述编号, 如 E-03-CF.1d0c6a…"),
    ]


def _objection_fields(departments: Departments, own: str, statement: str) -> list[Field]:
    return [
        *_target_fields(departments, own, statement),
        Field("ground", "异议理由", "radio", choices=choices_of(OBJECTION_GROUNDS)),
        Field("filed_on", "提出日期", "day", value=today().isoformat()),
        Field("by_agent", "由当事人授权的人提出", "flag", required=False),
        Field("claim", "异议请求", "area"),
        Field("evidence", "当事人提交的材料", "evidences", required=False, hint=_NO_UPLOAD),
    ]


def _repair_fields(departments: Departments, own: str, statement: str) -> list[Field]:
    return [
        *_target_fields(departments, own, statement),
        Field("filed_on", "申请日期", "day", value=today().isoformat()),
        Field("corrected_on", "失信行为纠正、义务履行完毕的日期", "day"),
        Field("commitment", "信用承诺书", "evidence", hint=_NO_UPLOAD),
        Field(
            "proof", "履行义务的证明", "evidences", required=False,
            hint="规则允许仅凭承诺修复的可以不附。" + _NO_UPLOAD,
        ),
    ]  # fmt: skip


FILING: Mapping[str, Callable[[Departments, str, str], list[Field]]] = {
    "objection": _objection_fields,
    "repair": _repair_fields,
}
"""The fields of what is filed: departments, the own one, the statement if it is known."""


def objection_of(target: pb.StatementReference, answers: Answers) -> pb.Objection:
    """The objection that was filled in."""
    return pb.Objection(
        target=target,
        ground=answers.number("ground"),  # type: ignore[arg-type]
        filed_on=answers["filed_on"],
        by_agent=answers.flag("by_agent"),
        claim=answers["claim"],
        evidence=answers.evidence["evidence"],
    )


def application_of(target: pb.StatementReference, answers: Answers) -> pb.RepairApplication:
    """The application that was filled in."""
    return pb.RepairApplication(
        target=target,
        filed_on=answers["filed_on"],
        corrected_on=answers["corrected_on"],
        commitment=answers.one("commitment"),
        proof=answers.evidence["proof"],
    )
