"""What each step of a ban case asks of the official who takes it, and the body that comes of it.

One form a step, with the fields its statement needs (``statement.proto``); the rest is known from the case:
its number, its decision, what was announced. Texts that law asks for in every decision begin with a draft
that the official completes.

Example: 法制审核 asks for 审核结论, 审核意见 and 审核日期 and makes a ``BanReview``.
"""

from __future__ import annotations

from collections.abc import Mapping

from google.protobuf.message import Message

from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb
from registry_client.procedure_words import DEFENCES
from registry_web.console.pages.ban_decision_forms import (
    after_fields,
    correction,
    correction_fields,
    decision,
    decision_fields,
    lifting,
    note,
    revocation,
    revocation_fields,
)
from registry_web.console.pages.ban_matter import Matter, StepForm
from registry_web.console.pages.forms import (
    Answers,
    Field,
    choices_of,
    document_fields,
    document_of,
    service_fields,
    service_of,
)

_NO_UPLOAD = "只提交摘要和文件名, 文件不上传、不保存。"


def _review_fields(matter: Matter) -> list[Field]:
    choices = {"yes": "合法, 可以继续办理", "no": "不合法, 案件终结"}
    return [
        Field("lawful", "审核结论", "radio", choices=choices),
        Field("opinion", "审核意见", "area", hint="事实、证据、程序、适用法律、裁量是否适当。", rows=5),
        Field("on", "审核日期", "day", value=matter.today.isoformat()),
    ]


def _review(matter: Matter, answers: Answers) -> Message:
    return pb.BanReview(
        case_number=matter.case.case_number,
        lawful=answers.flag("lawful"),
        opinion=answers["opinion"],
        on=answers["on"],
    )


def _notice_fields(matter: Matter) -> list[Field]:
    day = matter.today.isoformat()
    return [*document_fields("document", "事先告知书", day=day), *service_fields(day=day)]


def _notice(matter: Matter, answers: Answers) -> Message:
    return pb.BanNotice(
        case_number=matter.case.case_number,
        document=matter.document(answers, "document"),
        announced=matter.case.proposal,
        service=service_of(answers),
    )


def _defence_fields(matter: Matter) -> list[Field]:
    return [
        Field("kind", "当事人的意见", "radio", choices=choices_of(DEFENCES)),
        Field(
            "on", "提出、放弃或者期满的日期", "day", value=matter.today.isoformat(),
            hint="当事人提出、放弃之日; 逾期未提出的, 填期满之日。",
        ),
        Field("summary", "意见摘要", "area", required=False),
        Field(
            "response", "复核情况和采纳与否的理由", "area", required=False, hint="当事人陈述申辩的必须填写。"
        ),
        Field("evidence", "当事人提交的证据", "evidences", required=False, hint=_NO_UPLOAD),
    ]  # fmt: skip


def _defence(matter: Matter, answers: Answers) -> Message:
    return pb.BanDefence(
        case_number=matter.case.case_number,
        kind=pb.DefenceKind.ValueType(answers.number("kind")),
        on=answers["on"],
        summary=answers["summary"],
        response=answers["response"],
        evidence=answers.evidence["evidence"],
    )


def _hearing_notice_fields(matter: Matter) -> list[Field]:
    day = matter.today.isoformat()
    return [
        *document_fields("document", "听证通知书", day=day),
        Field("hearing_on", "听证日期", "day", hint="须在送达之日起七个工作日以后。"),
        Field("place", "听证地点"),
        *service_fields(day=day),
    ]


def _hearing_notice(matter: Matter, answers: Answers) -> Message:
    return pb.BanHearingNotice(
        case_number=matter.case.case_number,
        document=matter.document(answers, "document"),
        hearing_on=answers["hearing_on"],
        place=answers["place"],
        service=service_of(answers),
    )


def _hearing_fields(matter: Matter) -> list[Field]:
    return [
        Field("held_on", "举行日期", "day", value=matter.case.hearing_on),
        Field("absent", "当事人未到场或者中途退场, 视为放弃听证", "flag", required=False),
        Field("record", "笔录要点", "area", rows=5),
        Field("opinion", "听证意见", "area"),
        Field("minutes", "听证笔录文件", "evidence", hint=_NO_UPLOAD),
    ]


def _hearing(matter: Matter, answers: Answers) -> Message:
    return pb.BanHearing(
        case_number=matter.case.case_number,
        held_on=answers["held_on"],
        absent=answers.flag("absent"),
        record=answers["record"],
        opinion=answers["opinion"],
        minutes=answers.one("minutes"),
    )


def _deliberation_fields(matter: Matter) -> list[Field]:
    known = "、".join(f"{number} {name}" for number, name in list(matter.names.items())[:12])
    return [
        Field("on", "讨论日期", "day", value=matter.today.isoformat()),
        Field("collective", "经负责人集体讨论", "flag", required=False, value="1"),
        Field("members", "参加人员工号", "lines", hint=f"一行一个。本部门|: {known}"),
        Field("agreed", "讨论结论", "radio", choices={"yes": "同意作出决定", "no": "不同意, 结案"}),
        Field("opinion", "讨论意见", "area"),
        Field("minutes", "讨论纪要文件", "evidence", hint=_NO_UPLOAD),
        Field("consent", "上级部门同意", "head", hint="列入名单须经上一级同意的填写。"),
        *document_fields("consent", "同意文书", required=False, authority=True),
    ]


def _deliberation(matter: Matter, answers: Answers) -> Message:
    body = pb.BanDeliberation(
        case_number=matter.case.case_number,
        on=answers["on"],
        collective=answers.flag("collective"),
        members=answers.lines("members"),
        agreed=answers.flag("agreed"),
        opinion=answers["opinion"],
        minutes=answers.one("minutes"),
    )
    if answers["consent_number"]:
        body.upper_consent.CopyFrom(document_of(answers, "consent", authority="", code=""))
    return body


def _service_fields(matter: Matter) -> list[Field]:
    return [
        *service_fields(day=matter.today.isoformat()),
        Field("with_repair_notice", "信用修复告知书一并送达(两书同达)", "flag", required=False, value="1"),
    ]


def _service(matter: Matter, answers: Answers) -> Message:
    return pb.BanServed(
        target=matter.target,
        service=service_of(answers),
        with_repair_notice=answers.flag("with_repair_notice"),
    )


FORMS: Mapping[str, StepForm] = {
    form.slug: form
    for form in (
        StepForm("review", ban.BAN_STEP_REVIEW, _review_fields, _review),
        StepForm("notice", ban.BAN_STEP_NOTICE, _notice_fields, _notice, "notice"),
        StepForm("defence", ban.BAN_STEP_DEFENCE, _defence_fields, _defence),
        StepForm("hearing-notice", ban.BAN_STEP_HEARING_NOTICE, _hearing_notice_fields, _hearing_notice,
                 "hearing_notice"),
        StepForm("hearing", ban.BAN_STEP_HEARING, _hearing_fields, _hearing),
        StepForm("deliberation", ban.BAN_STEP_DELIBERATION, _deliberation_fields, _deliberation),
        StepForm("decision", ban.BAN_STEP_DECISION, decision_fields, decision, "decision", grave=True),
        StepForm("service", ban.BAN_STEP_SERVICE, _service_fields, _service, "service"),
        StepForm("stay", ban.BAN_STEP_STAY, after_fields("中止执行的文书", authority=True),
                 note(pb.NOTED_STATUS_STAYED), grave=True),
        StepForm("resumption", ban.BAN_STEP_RESUMPTION, after_fields("恢复执行的文书", authority=True),
                 note(pb.NOTED_STATUS_RESUMED), grave=True),
        StepForm("lifting", ban.BAN_STEP_LIFTING, after_fields("解除决定书"), lifting, "lifting",
                 grave=True),
        StepForm("revocation", ban.BAN_STEP_REVOCATION, revocation_fields, revocation, grave=True),
        StepForm("correction", ban.BAN_STEP_CORRECTION, correction_fields, correction, grave=True),
    )
}  # fmt: skip
"""The form of each step but the first, by its address."""
SLUGS: Mapping[int, str] = {form.step: form.slug for form in FORMS.values()}
