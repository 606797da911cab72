"""``registryctl inspection``: the supervision log (监管日志): visits signed by two, results published, orders
checked.

Acting needs ``--act``; without it a command shows what it would submit. A visit bears two signatures: with
both keys at hand ``record --key … --second-key …``; else ``record --key … --half FILE`` writes what the first
has signed, and ``sign-second FILE --key …`` shows it to the second, who signs and submits it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from registry.v1 import inspection_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry_client.cli.ban_steps import Step
from registry_client.cli.failures import Failure
from registry_client.cli.inspection_evidence import with_evidence
from registry_client.cli.official_steps import (
    acting,
    acting_options,
    body_from,
    finish,
    own_department,
    read_json,
    required_key,
    sealed,
    show_step,
)
from registry_client.cli.options import Session, connected, json_option, load_signer
from registry_client.cli.output import print_json, print_line, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.instants import today
from registry_client.supervision.inspection_words import INSPECTION_RESULTS
from registry_client.supervision.inspections import (
    first_signer,
    half_sealed_text,
    read_half_sealed,
    sealed_second,
    stated_in,
)
from registry_client.words import word_of

_number = click.argument("number", metavar="NUMBER")
_path = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
_upload = click.option(
    "--upload", is_flag=True, help="办理时把证据文件存入证据库。Upload the evidence when acting."
)


@click.group("inspection", cls=WideGroup, short_help="监管日志 visits, results, rectification")
def inspection() -> None:
    """监管日志：检查由两名执法人员签名，结果公示，责令改正的复查。Inspections, signed by both inspectors."""


@inspection.command("record", cls=WideCommand, short_help="登记检查 record a visit")
@_path
@click.option(
    "--second-key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="第二名检查人员本人的签名私钥。The second inspector's key.",
)
@click.option(
    "--second-passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="从文件描述符N读取第二把私钥的口令。Pass phrase of the second key.",
)
@click.option(
    "--half",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="只由第一名签名，写入这一文件交第二名。Write what the first has signed.",
)
@_upload
@acting_options
def record(
    session: Session,
    path: Path,
    second_key: Path | None,
    second_passphrase_fd: int | None,
    half: Path | None,
    upload: bool,
    *,
    key: Path | None,
    act: bool,
    passphrase_fd: int | None,
    secret: Path | None,
    as_json: bool,
) -> None:
    """登记一次检查，FILE 是JSON，见 docs/supervision/inspections.md；证据可以写 {"file": "路径"}。

    Record a visit, signed by both inspectors in the order in which it names them.
    """
    if act and (half is None) == (second_key is None):
        raise click.UsageError("办理须给出 --second-key，或者用 --half 交第二名检查人员签名，二者择一")
    visit = _visit(session, path, upload=upload and act)
    if not act:
        show_step(visit)
        return
    envelope = sealed(session, visit, required_key(key), passphrase_fd, secret)
    if half is not None:
        _write(half, half_sealed_text(envelope))
        print_line(f"已由第一名签名，写入 {half}；请交第二名用 inspection sign-second 签名。")
        return
    assert second_key is not None
    finish(
        session.registry.supervision.take(_with_second(envelope, second_key, second_passphrase_fd)), as_json
    )


@inspection.command("sign-second", cls=WideCommand, short_help="第二名签名 the second signature")
@_path
@acting_options
def sign_second(
    session: Session,
    path: Path,
    *,
    key: Path | None,
    act: bool,
    passphrase_fd: int | None,
    secret: Path | None,
    as_json: bool,
) -> None:
    """核对第一名签名的检查记录，签名并提交；FILE 由 record --half 写成。Sign second, and submit."""
    half = _read_half(path)
    statement = stated_in(half)
    if (statement.origin, statement.department) != (session.credentials.origin, own_department(session)):
        raise Failure(f"{path}：不是本部门写给这一登记系统的陈述")
    try:
        first = first_signer(half, session.registry.list_keys(own_department(session)))
    except ValueError:
        raise Failure(f"{path}：第一名的签名不成立，或者其密钥未登记、已停用") from None
    if not act:
        show_step(statement.supervision)
        print_line(f"第一名签名人：{first.enrolment.official_id}")
        return
    finish(session.registry.supervision.take(_with_second(half, required_key(key), passphrase_fd)), as_json)


@inspection.command("publish", cls=WideCommand, short_help="公示结果 publish the result")
@_number
@click.option("--place", required=True, metavar="TEXT", help="公示处，如网址。Where it is published.")
@click.option("--on", default="", metavar="DAY", help="公示日期，默认为今天。Day of publication.")
@acting
def publish(session: Session, number: str, place: str, on: str) -> Step:
    """检查结束后20个工作日内公示结果；只公示一次。Say where and when the result was published."""
    told = pb.ResultPublication(
        file=_file(session, number), published_on=on or today().isoformat(), place=place
    )
    return pb.Supervision(result_publication=told), session.registry.supervision.take


@inspection.command("rectify", cls=WideCommand, short_help="整改复查 check a rectification")
@_number
@click.option("--sufficient/--not-sufficient", required=True, default=None, help="整改到位，或者没有到位。")
@click.option("--by", default="", metavar="DAY", help="没有到位的：新的改正期限。A new last day.")
@click.option("--on", default="", metavar="DAY", help="复查日期，默认为今天。Day of the check.")
@acting
def rectify(session: Session, number: str, sufficient: bool, by: str, on: str) -> Step:
    """责令改正的，复查是否改正。Check whether what was ordered has been done."""
    checked = pb.Rectification(
        file=_file(session, number),
        checked_on=on or today().isoformat(),
        sufficient=sufficient,
        rectify_by=by,
    )
    return pb.Supervision(rectification=checked), session.registry.supervision.take


@inspection.command("published", cls=WideCommand, short_help="已公示的检查结果 published results")
@click.option("--department", default="", metavar="CODE", help="只列这一部门的。Only of a department.")
@click.option("--matter", default="", metavar="NUMBER", help="只列这一审批事项的。Only on a matter.")
@click.option("--subject", default="", metavar="CODE", help="只列这一主体的。Only of a subject.")
@json_option
@connected
def published(session: Session, department: str, matter: str, subject: str, as_json: bool) -> None:
    """列出已公示的检查结果；不是信用评价。List published results; they are no evaluation of credit."""
    found = session.registry.supervision.inspections.published(
        department=department, matter=matter, subject=subject
    )
    if as_json:
        for each in found:
            print_json(json_of(each))
        return
    rows = [
        (each.on, each.subject_name, _results(each), _rectified(each), each.published_on) for each in found
    ]
    print_table(("检查", "主体", "结果", "整改", "公示"), rows, whole=("检查", "公示"))


def _visit(session: Session, path: Path, *, upload: bool) -> pb.Supervision:
    content = read_json(path)
    number = content.get("number", "") if isinstance(content, dict) else ""
    desk = session.registry.supervision.evidence if upload else None
    described = with_evidence(content, path.parent, desk=desk, file=_file(session, str(number)))
    return pb.Supervision(inspection=body_from(path, described, pb.Inspection()))


def _with_second(half: Envelope, key: Path, passphrase_fd: int | None) -> Envelope:
    try:
        return sealed_second(half, load_signer(key, passphrase_fd))
    except ValueError:
        raise Failure(f"{key}：与第一名的密钥是同一把；须由两名检查人员各自签名") from None


def _read_half(path: Path) -> Envelope:
    try:
        return read_half_sealed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "不是UTF-8"
        raise Failure(f"{path}：无法读取：{reason}") from None
    except ValueError:
        raise Failure(f"{path}：不是由第一名签名、待第二名签名的检查记录") from None


def _write(path: Path, text: str) -> None:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as fault:
        raise Failure(f"{path}：无法写入：{fault.strerror}") from None


def _file(session: Session, number: str) -> pb.FileReference:
    return pb.FileReference(kind=pb.FILE_KIND_INSPECTION, department=own_department(session), number=number)


def _results(each: service.PublishedInspection) -> str:
    return "；".join(word_of(INSPECTION_RESULTS, result) for result in each.results)


def _rectified(each: service.PublishedInspection) -> str:
    if not each.rectify_by:
        return ""
    return f"已改正 {each.rectified_on}" if each.rectified_on else f"应于 {each.rectify_by} 前改正"
