"""``registryctl complaint``: complaints and reports (投诉举报), from inbox or telephone to the answer.

Acting needs ``--act``; without it a command shows what it would submit. What was said and who said it is
sealed on this machine to the custodians of the department, and goes nowhere else; the summary is read by
everybody concerned and must not tell who reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import ListFilesRequest
from registry_client.cli.ban_steps import Step
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import (
    acting,
    acting_options,
    finish,
    own_department,
    required_key,
    sealed,
    show_step,
)
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.instants import today
from registry_client.supervision.complaint_words import (
    COMPLAINT_CHANNELS,
    COMPLAINT_KINDS,
    MEDIATION_STAGES,
    VERIFICATION_RESULTS,
)
from registry_client.supervision.complaints import (
    complaint_of,
    desk_of,
    firm_of,
    lodging,
    lodgings,
    sealed_complaint,
    statistics,
)
from registry_client.words import word_of

_KIND = WordOption(COMPLAINT_KINDS, pb.ComplaintKind, "COMPLAINT_KIND_")
_CHANNEL = WordOption(COMPLAINT_CHANNELS, pb.ComplaintChannel, "COMPLAINT_CHANNEL_")
_STAGE = WordOption(MEDIATION_STAGES, pb.MediationStage, "MEDIATION_STAGE_")
_RESULT = WordOption(VERIFICATION_RESULTS, pb.VerificationResult, "VERIFICATION_RESULT_")
_number = click.argument("number", metavar="NUMBER")
_on = click.option("--on", default="", metavar="DAY", help="日期，默认为今天。Day of the step.")
_text = click.option("--text", default="", metavar="TEXT", help="说明，不写个人信息。Without personal data.")
_summary = click.option(
    "--summary",
    required=True,
    metavar="TEXT",
    help="摘要，不写个人信息。What it is about, without personal data.",
)
_matter = click.option("--matter", default="", metavar="NUMBER", help="审批事项编号。Approval matter.")


@click.group("complaint", cls=WideGroup, short_help="投诉举报 complaints")
def complaint() -> None:
    """投诉举报：登记、受理、调解、核查、告知；内容和举报人身份密封给两名以上保管人。Complaints and
    reports; what was said and by whom is sealed."""


@complaint.command("inbox", cls=WideCommand, short_help="待登记的网上投诉举报 what waits")
@json_option
@connected
def inbox(session: Session, as_json: bool) -> None:
    """列出待登记的网上投诉举报，先收到的在前。What came from the web and is not taken in yet."""
    found = lodgings(session.registry).lodgings
    if as_json:
        for each in found:
            print_json(json_of(each))
        return
    rows = [
        (each.received_on, each.due_on, word_of(COMPLAINT_KINDS, each.kind), each.category, each.number)
        for each in found
    ]
    print_table(("收到", "期限", "种类", "类别", "编号"), rows, whole=("收到", "期限", "编号"))


@complaint.command("take-in", cls=WideCommand, short_help="登记网上投诉举报 take one in")
@_number
@_summary
@_matter
@acting
def take_in(session: Session, number: str, summary: str, matter: str) -> Step:
    """登记一件网上投诉举报；收到日期、种类和密封材料不能改。Take in what came from the web."""
    body = complaint_of(lodging(session.registry, number), summary=summary, matter=matter)
    return pb.Supervision(complaint=body), session.registry.supervision.take


@complaint.command("record", cls=WideCommand, short_help="登记电话、来信、来访 record a complaint")
@_number
@click.option("--kind", type=_KIND, required=True, metavar="WORD", help=f"种类：{_KIND.choices()}。")
@click.option("--channel", type=_CHANNEL, required=True, metavar="WORD", help=f"来源：{_CHANNEL.choices()}。")
@click.option(
    "--content",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="所说所写的内容(UTF-8文本)，在本机密封。What was said, sealed here.",
)
@click.option(
    "--reporter",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="实名的，举报人姓名和联系方式(UTF-8文本)，在本机密封。Who said it, sealed here.",
)
@_summary
@_matter
@click.option("--subject", default="", metavar="CODE", help="被投诉举报单位的统一社会信用代码。")
@click.option("--subject-name", default="", metavar="NAME", help="其名称。Its name.")
@click.option("--region", default="", metavar="CODE", help="行政区划代码。GB/T 2260.")
@click.option("--received-on", default="", metavar="DAY", help="收到日期，默认为今天。")
@acting_options
def record(session: Session, number: str, content: Path, reporter: Path | None, **given: Any) -> None:
    """登记电话、来信、来访和转来的投诉举报。Record a complaint by telephone, letter or visit."""
    key, act, fd, secret, as_json = (
        given.pop(name) for name in ("key", "act", "passphrase_fd", "secret", "as_json")
    )
    department = own_department(session)
    made = sealed_complaint(
        desk_of(session.registry, department),
        number=number,
        text=_read(content),
        reporter=_read(reporter) if reporter else "",
        **_said(given),
    )
    body = pb.Supervision(complaint=made.act)
    if not act:
        show_step(body)
        return
    envelope = sealed(session, body, required_key(key), fd, secret)
    made.shelve(session.registry, department)
    finish(session.registry.supervision.take(envelope), as_json)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of the act that are not sealed."""
    code, name = given.pop("subject"), given.pop("subject_name")
    said = {**given, "received_on": given["received_on"] or today().isoformat()}
    return {**said, "subject": firm_of(code, name)} if code else said


def _read(path: Path) -> str:
    """A text to be sealed. Raises Failure, which repeats nothing of it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Failure(f"{path}：无法读取，或者不是UTF-8文本") from None
    if not text.strip():
        raise Failure(f"{path}：没有内容")
    return text


@complaint.command("accept", cls=WideCommand, short_help="是否受理投诉 accept or not")
@_number
@click.option("--accepted/--not-accepted", required=True, default=None, help="受理，或者不予受理。")
@click.option("--reason", default="", metavar="TEXT", help="理由，不予受理的必填。Why not.")
@_on
@acting
def accept(session: Session, number: str, accepted: bool, reason: str, on: str) -> Step:
    """七个工作日内决定是否受理投诉。Accept a dispute, or not."""
    told = pb.ComplaintAcceptance(accepted=accepted, reason=reason, on=on or today().isoformat())
    return _step(session, number, complaint_acceptance=told)


@complaint.command("mediate", cls=WideCommand, short_help="调解 mediation")
@_number
@click.option("--stage", type=_STAGE, required=True, metavar="WORD", help=f"阶段：{_STAGE.choices()}。")
@_text
@_on
@acting
def mediate(session: Session, number: str, stage: pb.MediationStage.ValueType, text: str, on: str) -> Step:
    """开始调解，达成协议，或者终止；受理后四十五个工作日内。Mediation of an accepted dispute."""
    told = pb.ComplaintMediation(stage=stage, text=text, on=on or today().isoformat())
    return _step(session, number, complaint_mediation=told)


@complaint.command("verify", cls=WideCommand, short_help="核查举报 verification")
@_number
@click.option("--result", type=_RESULT, required=True, metavar="WORD", help=f"结果：{_RESULT.choices()}。")
@_text
@click.option("--decision", default="", metavar="ID", help="决定的信用事件的陈述编号。The credit event.")
@click.option("--referral", default="", metavar="NUMBER", help="移送的编号。The referral.")
@_on
@acting
def verify(session: Session, number: str, result: Any, text: str, **given: str) -> Step:
    """核查结果；十五个工作日内，可以延长一次。Result of verification."""
    told = pb.ComplaintVerification(result=result, text=text, on=given["on"] or today().isoformat())
    department = own_department(session)
    if given["decision"]:
        told.decision.CopyFrom(pb.RecordedStatement(department=department, statement_id=given["decision"]))
    if given["referral"]:
        told.referral.CopyFrom(_file(department, given["referral"], pb.FILE_KIND_REFERRAL))
    return _step(session, number, complaint_verification=told)


@complaint.command("answer", cls=WideCommand, short_help="告知实名举报人 answer a named reporter")
@_number
@click.option("--manner", required=True, metavar="WORD", help="方式：书面、电话、当面。How.")
@click.option("--text", required=True, metavar="TEXT", help="告知内容，不写个人信息。What was told.")
@_on
@acting
def answer(session: Session, number: str, manner: str, text: str, on: str) -> Step:
    """立案或者不予立案之日起五个工作日内告知实名举报人。Tell a named reporter."""
    told = pb.ComplaintAnswer(manner=manner, text=text, on=on or today().isoformat())
    return _step(session, number, complaint_answer=told)


@complaint.command("list", cls=WideCommand, short_help="列出投诉举报 list complaints")
@json_option
@connected
def list_complaints(session: Session, as_json: bool) -> None:
    """列出本部门的投诉举报，后登记的在前。List complaints, the last first."""
    request = ListFilesRequest(kind=pb.FILE_KIND_COMPLAINT, page_size=500)
    rows = []
    while True:
        page = session.registry.supervision.files(request)
        for file in page.files:
            if as_json:
                print_json(json_of(file))
            named = "实名" if file.acts[0].named else "匿名"
            kind = word_of(COMPLAINT_KINDS, file.variant)
            rows.append((file.acts[0].on, kind, named, file.file.number, file.subject))
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    if not as_json:
        print_table(("收到", "种类", "署名", "编号", "被投诉举报单位"), rows, whole=("收到", "编号"))


@complaint.command("statistics", cls=WideCommand, short_help="统计 counts")
@click.option("--from", "first", default="", metavar="MONTH", help="起始月份，如 2026-01。")
@click.option("--until", "last", default="", metavar="MONTH", help="截止月份。")
@connected
def counts(session: Session, first: str, last: str) -> None:
    """公开的统计（JSON）：不足五件的不列明。Counts that everybody may have."""
    print_json(json_of(statistics(session.registry, first, last)))


def _step(session: Session, number: str, **act: Any) -> Step:
    """A step in a complaint of one's own department."""
    body = pb.Supervision(**act)
    told = getattr(body, str(body.WhichOneof("act")))
    told.file.CopyFrom(_file(own_department(session), number, pb.FILE_KIND_COMPLAINT))
    return body, session.registry.supervision.take


def _file(department: str, number: str, kind: pb.FileKind.ValueType) -> pb.FileReference:
    return pb.FileReference(kind=kind, department=department, number=number)
