"""What each step of a complaint asks of whoever takes it, and the act that comes of it.

    accept    是否受理    投诉: 受理 or 不予受理, and why not
    mediate   调解        begun, agreed, ended
    verify    核查        a case or none, referred, extended, decided
    answer    告知        what a named reporter was told
    consent   同意开启    reason and law; signed by two custodians

``offered`` says which of them the reader's department may take now; the registry decides all the same.

Example: a 举报 that was verified and has a named reporter is offered ``answer``, a nameless one is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from registry.domain.files import ACT_NUMBERS
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry_client.instants import today
from registry_client.supervision.complaint_words import (
    COMPLAINT_CHANNELS,
    COMPLAINT_KINDS,
    MEDIATION_STAGES,
    VERIFICATION_RESULTS,
)
from registry_web.console.pages.forms import Answers, Field, choices_of

_BY_OFFICE = tuple(value for word, value in COMPLAINT_CHANNELS.items() if word != "互联网")
_SUMMARY = Field("summary", "摘要", "area", hint="有关人员都能看到: 不写举报人的任何情况。")
_MATTER = Field("matter", "审批事项编号", required=False)


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step: its name, its fields, the act that comes of it, what follows."""

    title: str
    fields: Callable[[Mapping[str, str]], list[Field]]
    act: Callable[[pb.FileReference, Answers], pb.Supervision]
    effect: str


def offered(file: SupervisionFile, custodians: Mapping[str, str]) -> tuple[str, ...]:
    """What the department of a complaint may do in it now, the next step first. ``custodians`` are the other
    custodians in force, where the reader is one."""
    accepted, mediated = _results(file, "complaint_acceptance"), _results(file, "complaint_mediation")
    verified = _results(file, "complaint_verification")
    dispute = file.variant == pb.COMPLAINT_KIND_DISPUTE
    outcome = next((each for each in verified if each != pb.VERIFICATION_RESULT_EXTENDED), 0)
    decided = pb.VERIFICATION_RESULT_DECIDED in verified
    answered = any(act.act == ACT_NUMBERS["complaint_answer"] for act in file.acts)
    told_of = file.acts[0].named and bool(accepted or outcome)
    steps = {
        "answer": told_of and not answered and bool(outcome),
        "accept": dispute and not accepted,
        "mediate": 1 in accepted and (not mediated or mediated == [pb.MEDIATION_STAGE_BEGUN]),
        "verify": (not dispute or 1 in accepted)
        and (not outcome or (outcome == pb.VERIFICATION_RESULT_CASE_FILED and not decided)),
        "answer again": told_of and (answered or not outcome),
        "consent": bool(custodians),
    }
    return tuple(name.partition(" ")[0] for name, may in steps.items() if may)


def _results(file: SupervisionFile, name: str) -> list[int]:
    return [act.result for act in file.acts if act.act == ACT_NUMBERS[name]]


def lodging_fields() -> list[Field]:
    """What taking in from the web asks for."""
    return [_SUMMARY, _MATTER]


def new_fields() -> list[Field]:
    """What a complaint by telephone, letter or visit asks for."""
    return [
        Field("number", "编号", hint="本部门的编号, 如 TS-2026-12。"),
        Field("kind", "种类", "choice", choices=choices_of(COMPLAINT_KINDS)),
        Field("channel", "来源", "choice", choices=choices_of(COMPLAINT_CHANNELS, only=_BY_OFFICE)),
        Field("received_on", "收到日期", "day", value=today().isoformat()),
        _SUMMARY,
        _MATTER,
        Field("subject_name", "被投诉举报的单位名称", required=False),
        Field("subject_code", "它的统一社会信用代码", required=False),
        Field("region", "行政区划代码", required=False, hint="六位, 有则填写"),
        Field("sealed", "密封的内容", "head"),
        Field("text", "所说所写的内容", "area", rows=8, hint="在管理台密封后才存放, 明文不保存。"),
        Field("reporter", "举报人姓名和联系方式", "area", required=False, hint="匿名的不填。同样密封。"),
    ]


def said_of(answers: Answers) -> dict[str, str | int]:
    """The fields of the act that are not sealed."""
    texts = {name: answers[name] for name in ("summary", "matter", "region", "received_on")}
    return {**texts, "kind": answers.number("kind"), "channel": answers.number("channel")}


def _accept_fields(_custodians: Mapping[str, str]) -> list[Field]:
    return [
        Field("accepted", "受理决定", "radio", choices={"yes": "受理", "no": "不予受理"}),
        Field("reason", "理由", "area", required=False, hint="不予受理的必填, 不写个人信息。"),
        Field("on", "日期", "day", value=today().isoformat()),
    ]


def _accept(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    told = pb.ComplaintAcceptance(
        file=file, accepted=answers.flag("accepted"), reason=answers["reason"], on=answers["on"]
    )
    return pb.Supervision(complaint_acceptance=told)


def _mediate_fields(_custodians: Mapping[str, str]) -> list[Field]:
    return [
        Field("stage", "阶段", "radio", choices=choices_of(MEDIATION_STAGES)),
        Field("text", "说明", "area", required=False, hint="不写个人信息。"),
        Field("on", "日期", "day", value=today().isoformat()),
    ]


def _mediate(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    stage = pb.MediationStage.ValueType(answers.number("stage"))
    told = pb.ComplaintMediation(file=file, stage=stage, text=answers["text"], on=answers["on"])
    return pb.Supervision(complaint_mediation=told)


def _verify_fields(_custodians: Mapping[str, str]) -> list[Field]:
    return [
        Field("result", "核查结果", "radio", choices=choices_of(VERIFICATION_RESULTS)),
        Field("text", "说明", "area", required=False, hint="不予立案、延长的必填, 不写个人信息。"),
        Field("decision", "决定的信用信息编号", required=False, hint="已作出决定的必填: 所报陈述的编号。"),
        Field("referral", "移送编号", required=False, hint="移送的必填。"),
        Field("on", "日期", "day", value=today().isoformat()),
    ]


def _verify(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    result = pb.VerificationResult.ValueType(answers.number("result"))
    told = pb.ComplaintVerification(file=file, result=result, text=answers["text"], on=answers["on"])
    if answers["decision"]:
        told.decision.CopyFrom(
            pb.RecordedStatement(department=file.department, statement_id=answers["decision"])
        )
    if answers["referral"]:
        told.referral.CopyFrom(
            pb.FileReference(
                kind=pb.FILE_KIND_REFERRAL, department=file.department, number=answers["referral"]
            )
        )
    return pb.Supervision(complaint_verification=told)


def _answer_fields(_custodians: Mapping[str, str]) -> list[Field]:
    return [
        Field("manner", "告知方式", value="电话"),
        Field("text", "告知内容", "area", hint="不写个人信息。"),
        Field("on", "日期", "day", value=today().isoformat()),
    ]


def _answer(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    told = pb.ComplaintAnswer(file=file, manner=answers["manner"], text=answers["text"], on=answers["on"])
    return pb.Supervision(complaint_answer=told)


def _consent_fields(custodians: Mapping[str, str]) -> list[Field]:
    return [
        Field("second", "另一名保管人", "choice", choices=custodians),
        Field("reason", "开启理由", "area", hint="不写个人信息。"),
        Field("basis", "法律依据", "lines", hint="一行一条。"),
        Field("on", "日期", "day", value=today().isoformat()),
    ]


def _consent(file: pb.FileReference, answers: Answers) -> pb.Supervision:
    told = pb.IdentityOpening(
        file=file, reason=answers["reason"], legal_basis=answers.lines("basis"), on=answers["on"]
    )
    return pb.Supervision(identity_opening=told)


STEPS: Mapping[str, StepForm] = {
    "accept": StepForm("是否受理", _accept_fields, _accept, "受理的, 四十五个工作日内调解完毕。"),
    "mediate": StepForm("调解", _mediate_fields, _mediate, "达成协议或者终止, 调解即告结束。"),
    "verify": StepForm(
        "核查", _verify_fields, _verify, "核查结果不是信用信息; 只有登记的决定才进入信用记录。"
    ),
    "answer": StepForm("告知举报人", _answer_fields, _answer, "只告知留下姓名的举报人。"),
    "consent": StepForm(
        "同意开启", _consent_fields, _consent,
        "两名保管人签名登记后, 才能各自在本机用 registryctl custodian 开启; 私钥不经过管理台。",
    ),
}  # fmt: skip
"""The steps by their name in addresses."""
