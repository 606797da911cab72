"""What each step of a referral asks of whoever takes it, and the act that comes of it.

    receive   签收       nothing: the day of the act is the day of reading
    accept    受理       受理 or 不予受理, and why not
    decide    处理结果    what came of it; paper, credit event, onward referral, as the result needs
    answer    反馈       what the sender is told
    urge      督办       what is asked for, and by when; in a file of any kind

``offered`` says which of them the reader's department may take now; the registry decides all the same.

Example: 消防 read YS-3 and has not accepted it: it is offered ``accept``, everybody else nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from registry.v1 import supervision_pb2 as pb
from registry.v1.directory_service_pb2 import DepartmentEntry
from registry.v1.supervision_file_pb2 import GetFileResponse, SupervisionFile
from registry_client.instants import today
from registry_client.supervision.referral_words import (
    REFERRAL_RESULTS,
)
from registry_client.supervision.referrals import act_of
from registry_web.console.pages.forms import Answers, Field, choices_of
from registry_web.console.pages.framing import Departments
from registry_web.console.pages.supervision import OVERSEEING_KINDS


@dataclass(frozen=True, slots=True)
class Held:
    """A file as the reader sees it, and who he is."""

    view: GetFileResponse
    departments: Departments
    own: DepartmentEntry | None
    operates: bool

    @property
    def file(self) -> SupervisionFile:
        """It."""
        return self.view.file

    @property
    def code(self) -> str:
        """The reader's department; empty for an auditor."""
        return self.own.registration.code if self.own is not None else ""


def offered(held: Held) -> tuple[str, ...]:
    """What the reader's department may do in a referral now, the next step first."""
    file, found = held.file, []
    acceptance, outcome = act_of(file, "referral_acceptance"), act_of(file, "referral_outcome")
    refused = acceptance is not None and not acceptance.result
    if held.code and held.code == file.addressee:
        found = _of_recipient(file, refused=refused)
    elif held.code and held.code == file.file.department and refused and outcome is None:
        found = ["decide"]
    return (*found, *(["urge"] if may_urge(held) else []))


def _of_recipient(file: SupervisionFile, *, refused: bool) -> list[str]:
    if act_of(file, "receipt") is None:
        return ["receive"]
    if act_of(file, "referral_acceptance") is None:
        return ["accept"]
    if not refused and act_of(file, "referral_outcome") is None:
        return ["decide"]
    return ["answer"] if act_of(file, "referral_answer") is None else []


def may_urge(held: Held) -> bool:
    """Whether the reader's department may press for a step of another that is overdue."""
    if held.own is None:
        return False
    sent = held.file.file.kind == pb.FILE_KIND_REFERRAL and held.file.file.department == held.code
    if not (sent or held.operates or OVERSEEING_KINDS.intersection(held.own.registration.kinds)):
        return False
    return any(
        each.days_late and not each.met_on and each.department != held.code for each in held.view.obligations
    )


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step: its name, its fields, the act that comes of it, what follows."""

    title: str
    fields: Callable[[Held], list[Field]]
    act: Callable[[Held, Answers], pb.Supervision]
    effect: str


def _receipt(held: Held, _answers: Answers) -> pb.Supervision:
    return pb.Supervision(receipt=pb.FileReceipt(file=held.file.file))


def _acceptance_fields(_held: Held) -> list[Field]:
    return [
        Field("accepted", "受理决定", "radio", choices={"yes": "受理", "no": "不予受理"}),
        Field("reason", "理由", "area", required=False, hint="不予受理的必填, 并写明属哪一部门职责。"),
        day_field("受理日期"),
    ]


def _acceptance(held: Held, answers: Answers) -> pb.Supervision:
    body = pb.ReferralAcceptance(
        file=held.file.file, accepted=answers.flag("accepted"), reason=answers["reason"], on=answers["on"]
    )
    return pb.Supervision(referral_acceptance=body)


def _outcome_fields(_held: Held) -> list[Field]:
    return [
        Field("result", "处理结果", "radio", choices=choices_of(REFERRAL_RESULTS)),
        Field("paper_number", part_of("文书", "文号"), required=False, hint="已作出决定、刑事立案的必填。"),
        Field("paper_day", part_of("文书", "日期"), "day", required=False),
        Field("decision", "决定的信用信息", required=False, hint="本部门登记的陈述编号, 有则填写。"),
        Field("onward", "另行移送的编号", required=False, hint="另行移送的必填; 请先登记, 来源写明本卷宗。"),
        Field("reason", "理由", "area", required=False, hint="不予处罚、不立案的必填。"),
        day_field("结果日期"),
    ]


def _outcome(held: Held, answers: Answers) -> pb.Supervision:
    body = pb.ReferralOutcome(
        file=held.file.file,
        result=answers.number("result"),  # type: ignore[arg-type]
        reason=answers["reason"],
        on=answers["on"],
    )
    if answers["paper_number"]:
        body.paper.number, body.paper.issued_on = answers["paper_number"], answers["paper_day"]
        body.paper.authority_code = held.code
    if answers["decision"]:
        body.decision.department, body.decision.statement_id = held.code, answers["decision"]
    if answers["onward"]:
        body.onward.kind, body.onward.department = pb.FILE_KIND_REFERRAL, held.code
        body.onward.number = answers["onward"]
    return pb.Supervision(referral_outcome=body)


def _answer_fields(_held: Held) -> list[Field]:
    return [Field("text", "反馈内容", "area", hint="不写个人信息。"), day_field("反馈日期")]


def _answer(held: Held, answers: Answers) -> pb.Supervision:
    body = pb.ReferralAnswer(file=held.file.file, text=answers["text"], on=answers["on"])
    return pb.Supervision(referral_answer=body)


def _urging_fields(_held: Held) -> list[Field]:
    return [
        Field("text", "督办内容", "area", hint="不写个人信息。"),
        Field("due_on", "办结期限", "day"),
        day_field("督办日期"),
    ]


def _urging(held: Held, answers: Answers) -> pb.Supervision:
    body = pb.Urging(file=held.file.file, text=answers["text"], on=answers["on"], due_on=answers["due_on"])
    return pb.Supervision(urging=body)


def part_of(whole: str, part: str) -> str:
    """A label in two pieces, each of which is translated."""
    return f"{whole}|{part}"


def day_field(label: str) -> Field:
    """The day of a step; today unless another is filled in."""
    return Field("on", label, "day", value=today().isoformat())


STEPS: Mapping[str, StepForm] = {
    "receive": StepForm("签收", lambda _: [], _receipt, "签收之日即阅看之日, 记入日志, 作为责任追究的依据。"),
    "accept": StepForm(
        "受理决定", _acceptance_fields, _acceptance, "不予受理的, 退回移送部门另行移送或者处理。"
    ),
    "decide": StepForm("处理结果", _outcome_fields, _outcome, "移送本身不是信用信息; 只有登记的决定才是。"),
    "answer": StepForm("反馈", _answer_fields, _answer, "反馈内容由移送部门阅看。"),
    "urge": StepForm("督办", _urging_fields, _urging, "逾期的部门收到告知, 应在办结期限前办结。"),
}
