"""``registryctl referral``: findings told to another department, and every step after (告知、移送、督办).

Acting needs ``--act``; without it a command shows what it would submit. A referral is told apart by its
number and, where another department sent it, that department's code (``--from``)."""

from __future__ import annotations

from collections.abc import Iterable
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import click

from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry_client.cli.ban_steps import Step
from registry_client.cli.official_steps import acting, body_from, own_department, read_json
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.instants import today
from registry_client.supervision.referral_words import FILE_KINDS, REFERRAL_KINDS
from registry_client.supervision.referrals import referrals, state_of
from registry_client.words import word_of

_KIND = WordOption(FILE_KINDS, pb.FileKind, "FILE_KIND_")
_number = click.argument("number", metavar="NUMBER")
_path = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
_from = click.option(
    "--from", "sender", default="", metavar="CODE", help="移送部门的代码，默认为本部门。Who sent it."
)
_on = click.option("--on", default="", metavar="DAY", help="日期，默认为今天。Day of the step.")
_reason = click.option("--reason", default="", metavar="TEXT", help="理由，不予受理的必填。Why not.")


@click.group("referral", cls=WideGroup, short_help="告知移送 referral to another department")
def referral() -> None:
    """告知移送：发现不属本部门职责的，告知有职责的部门；签收、受理、结果、反馈、督办。

    Findings outside one's remit, told to the department concerned, and every step after.
    """


@referral.command("send", cls=WideCommand, short_help="告知、移送 tell another department")
@_path
@acting
def send(session: Session, path: Path) -> Step:
    """告知、移送，FILE 是JSON：number、kind、direction、to、subject、facts、legal_basis、source、evidence、
    on；证据可以写 {"file": "路径"}。Tell a department of a finding."""
    body = body_from(path, _with_items(read_json(path), path.parent), pb.Referral())
    return pb.Supervision(referral=body), session.registry.supervision.take


@referral.command("receive", cls=WideCommand, short_help="签收 read one")
@_number
@_from
@click.option("--alert", is_flag=True, help="签收的是风险预警。It is an alert.")
@acting
def receive(session: Session, number: str, sender: str, alert: bool) -> Step:
    """签收：阅看之日即签收之日。Say that it was read: the day of this act is the day of reading."""
    kind = pb.FILE_KIND_ALERT if alert else pb.FILE_KIND_REFERRAL
    receipt = pb.FileReceipt(file=_file(session, number, sender, kind))
    return pb.Supervision(receipt=receipt), session.registry.supervision.take


@referral.command("accept", cls=WideCommand, short_help="受理决定 accept or not")
@_number
@_from
@click.option("--accepted/--not-accepted", required=True, default=None, help="受理，或者不予受理。")
@_reason
@_on
@acting
def accept(session: Session, number: str, sender: str, accepted: bool, reason: str, on: str) -> Step:
    """决定是否受理；不予受理的退回移送部门，由其另行移送或者处理。Accept a referral, or not."""
    file = _file(session, number, sender)
    body = pb.ReferralAcceptance(file=file, accepted=accepted, reason=reason, on=on or today().isoformat())
    return pb.Supervision(referral_acceptance=body), session.registry.supervision.take


@referral.command("decide", cls=WideCommand, short_help="处理结果 what came of it")
@_number
@_path
@_from
@acting
def decide(session: Session, number: str, path: Path, sender: str) -> Step:
    """处理结果，FILE 是JSON：result、paper、decision、onward、reason、on。What came of a referral."""
    body = body_from(path, read_json(path), pb.ReferralOutcome(file=_file(session, number, sender)))
    return pb.Supervision(referral_outcome=body), session.registry.supervision.take


@referral.command("answer", cls=WideCommand, short_help="反馈 answer the sender")
@_number
@_from
@click.option("--text", required=True, metavar="TEXT", help="反馈内容。What the sender is told.")
@_on
@acting
def answer(session: Session, number: str, sender: str, text: str, on: str) -> Step:
    """向移送部门反馈。Answer who sent it."""
    body = pb.ReferralAnswer(file=_file(session, number, sender), text=text, on=on or today().isoformat())
    return pb.Supervision(referral_answer=body), session.registry.supervision.take


@referral.command("urge", cls=WideCommand, short_help="督办 press for what is overdue")
@_number
@_from
@click.option("--kind", type=_KIND, default="移送", metavar="WORD", help=f"卷宗种类：{_KIND.choices()}。")
@click.option("--text", required=True, metavar="TEXT", help="督办内容。What is asked for.")
@click.option("--due-on", required=True, metavar="DAY", help="办结期限。By when it is to be done.")
@_on
@acting
def urge(
    session: Session, number: str, sender: str, kind: pb.FileKind.ValueType, text: str, due_on: str, on: str
) -> Step:
    """督办：任何卷宗中有逾期步骤的，限期办结。Press for a step that is overdue, in a file of any kind."""
    file = _file(session, number, sender, kind)
    body = pb.Urging(file=file, text=text, due_on=due_on, on=on or today().isoformat())
    return pb.Supervision(urging=body), session.registry.supervision.take


@referral.command("list", cls=WideCommand, short_help="列出移送 list referrals")
@click.option("--sent", "way", flag_value="sent", help="只列本部门移送的。Only those sent.")
@click.option("--told", "way", flag_value="told", help="只列告知本部门的。Only those told to the caller.")
@json_option
@connected
def list_referrals(session: Session, way: str | None, as_json: bool) -> None:
    """列出移送，后移送的在前。List referrals, the last first."""
    own = own_department(session) if way else ""
    found = referrals(
        session.registry, sent_by=own if way == "sent" else "", told_to=own if way == "told" else ""
    )
    if not as_json:
        _print(found)
        return
    for file in found:
        print_json(json_of(file))


def _print(found: Iterable[SupervisionFile]) -> None:
    head = ("状态", "种类", "日期", "编号", "移送部门", "接收部门")
    print_table(head, [_row(file) for file in found], whole=("状态", "日期"))


def _row(file: SupervisionFile) -> tuple[str, ...]:
    kind = word_of(REFERRAL_KINDS, file.variant)
    return state_of(file), kind, file.acts[0].on, file.file.number, file.file.department, file.addressee


def _file(
    session: Session, number: str, sender: str, kind: pb.FileKind.ValueType = pb.FILE_KIND_REFERRAL
) -> pb.FileReference:
    return pb.FileReference(kind=kind, department=sender or own_department(session), number=number)


def _with_items(content: Any, folder: Path) -> Any:
    """The content of a referral with size and media type of each piece of evidence that names a file."""
    if isinstance(content, dict) and isinstance(content.get("evidence"), list):
        content = {**content, "evidence": [_item(each, folder) for each in content["evidence"]]}
    return content


def _item(each: Any, folder: Path) -> Any:
    if not isinstance(each, dict) or not isinstance(each.get("file"), str):
        return each
    path = folder / each["file"]
    media_type = guess_type(path.name)[0] or "application/octet-stream"
    size = path.stat().st_size if path.is_file() else 0
    return {"size": size, "media_type": media_type, **each}
