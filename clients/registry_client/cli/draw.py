"""``registryctl draw``: draws that anybody can repeat (双随机抽取), ordered, run and published."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from registry.domain.periods import china_day
from registry.provenance.draw import DrawError, Terms
from registry.provenance.draw.lists import read_recusals
from registry.provenance.draw.rosters import read_inspectors, read_objects
from registry.provenance.draw.seed import ALGORITHM
from registry.provenance.note import NoteError
from registry.v1 import inspection_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client.cli.ban_steps import Step
from registry_client.cli.draw_options import (
    content_of,
    files_option,
    number_option,
    published,
    refuse_faults,
    step,
    told,
    upload_option,
    uploading,
)
from registry_client.cli.failures import Failure
from registry_client.cli.official_steps import acting, own_department
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_facts, print_json, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.saved_files import save_new
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.log import Log
from registry_client.supervision.draw_package import DrawPackage, PackageError, saved, zipped
from registry_client.supervision.draws import ShownDraw, infeasible
from registry_client.supervision.roster_files import prepare_recusals

_number = click.argument("number", metavar="NUMBER")
_department = click.option("--department", default="", metavar="CODE", help="抽取部门的代码，默认为本部门。")
_keys = click.option(
    "--log-key", "keys", multiple=True, metavar="VKEY", help="日志公钥，检查点须有其签名。Key of the log."
)
_file = click.Path(path_type=Path)
_LONGEST_WEIGHT = 3


@click.group("draw", cls=WideGroup, short_help="双随机抽取 draws anybody can repeat")
def draw() -> None:
    """双随机抽取：抽取令先定一切，随机数取自此后的日志，任何人可以重做。Draws that anybody can repeat.

    次序：roster commit 登记两份名录，plan record 登记计划，draw order 下抽取令，登记系统写入下一个日志叶之后
    draw run 抽取并登记结果，draw publish 写核验包；任何人用 verify-draw 离线重做。
    """


@draw.command("order", cls=WideCommand, short_help="抽取令 order a draw")
@number_option
@click.option("--plan", required=True, metavar="NUMBER", help="计划编号。The plan.")
@click.option("--item", required=True, metavar="NUMBER", help="计划内的抽查事项。Its item.")
@click.option("--objects", required=True, metavar="NUMBER", help="检查对象名录编号。The roster of objects.")
@click.option("--inspectors", required=True, metavar="NUMBER", help="检查人员名录编号。That of inspectors.")
@click.option("--wanted", type=click.IntRange(1), required=True, help="抽取户数。How many objects.")
@click.option("--each", type=click.IntRange(2), default=2, show_default=True, help="每户检查人员数。")
@click.option(
    "--weight",
    "weights",
    multiple=True,
    metavar="GRADE=N",
    help="某一信用等级的权重1至100，如 D=4；未写明的为1。只是监管手段。Weight of a grade.",
)
@click.option("--recusals", type=_file, metavar="FILE", help="回避名单（csv或xlsx）。Who must not meet.")
@click.option("--recusals-out", type=_file, metavar="FILE", help="写公布的回避名单。Where to write it.")
@click.option(
    "--anchored", is_flag=True, help="随机数取自外部时间戳机构签名的内容。From a time stamping authority."
)
@click.option("--inspect-by", required=True, metavar="DAY", help="检查截止日期。Last day of the inspections.")
@click.option("--on", default="", metavar="DAY", help="抽取日期，默认为今天。Day of the order.")
@files_option
@upload_option
@acting
def order(session: Session, folder: Path | None, upload: bool, **told_of: Any) -> Step:
    """下抽取令。此后除尚不存在的随机数外，一切不可改变。给出 --files 的，先核对能否抽取。Order a draw."""
    body, recusals = _order_of(session, told_of)
    if folder is not None:
        with published(session, folder) as files:
            _require_feasible(session, body, files, recusals)
    sent = None
    if upload and recusals:
        file = pb.FileReference(
            kind=pb.FILE_KIND_DRAW, department=own_department(session), number=body.number
        )
        sent = uploading(session, recusals, file, body.recusals)
    return step(session, pb.Supervision(draw_order=body), sent)


@draw.command("run", cls=WideCommand, short_help="抽取并登记结果 draw and record")
@_number
@_department
@files_option
@click.option("--out", type=_file, required=True, metavar="FILE", help="写公布的结果csv文件。The result.")
@_keys
@upload_option
@acting
def run(
    session: Session,
    number: str,
    department: str,
    folder: Path | None,
    out: Path,
    keys: tuple[str, ...],
    upload: bool,
) -> Step:
    """抽取：随机数取自抽取令之后的日志，按公布的算法算出结果，写文件并登记。Draw, and record the result."""
    shown = _shown(session, number, department, keys)
    with published(session, folder) as files:
        try:
            found = shown.drawn(files)
        except DrawError as fault:
            raise Failure(str(fault)) from None
    content = b"".join(found.lines)
    if not out.exists() or out.read_bytes() != content:
        save_new(out, content)
    told(found.failure or f"{out}：抽取{found.drawn}户，请公布这一文件")
    sent = uploading(session, content, shown.draw.file, found.result.result) if upload else None
    return step(session, pb.Supervision(draw_result=found.result), sent)


@draw.command("publish", cls=WideCommand, short_help="写核验包 write the package")
@_number
@_department
@files_option
@click.option("--out", type=_file, required=True, metavar="PATH", help="以.zip结尾的文件，或者新目录。")
@_keys
@connected
def publish(
    session: Session, number: str, department: str, folder: Path | None, out: Path, keys: tuple[str, ...]
) -> None:
    """写核验包：公布的文件、签名的陈述、日志的证明；用 verify-draw 离线核验。Write the package to verify."""
    shown = _shown(session, number, department, keys)
    with published(session, folder) as files:
        try:
            package = shown.package(files)
            if out.suffix.lower() == ".zip":
                write_zip(package, out)
            else:
                saved(package, out)
        except (DrawError, PackageError) as fault:
            raise Failure(str(fault)) from None
        except OSError as fault:
            raise Failure(f"{out}：无法写入：{fault.strerror}") from None
    size = shown.checkpoint.size
    print_facts([("核验包", str(out)), ("检查点", f"{size}条"), ("陈述", str(len(shown.statements)))])


def write_zip(package: DrawPackage, out: Path) -> None:
    """A zip that is whole, or none: what broke off is in the way of no second run."""
    with out.open("xb") as target:
        try:
            zipped(package, target)
        except BaseException:
            out.unlink()
            raise


@draw.command("list", cls=WideCommand, short_help="列出抽取 list draws")
@click.option("--department", default="", metavar="CODE", help="只列一个部门的。Of one department.")
@json_option
@connected
def list_draws(session: Session, department: str, as_json: bool) -> None:
    """列出抽取，后下令的在前；没有结果的同样列出。List draws, those without a result too."""
    request = service.ListDrawsRequest(department=department, page_size=100)
    rows = []
    while True:
        page = session.registry.supervision.draws.draws(request)
        for each in page.draws:
            if as_json:
                print_json(json_of(each))
            told = f"{each.result.drawn}户" if each.result.drawn else "未成立"
            drawn = told if each.HasField("result") else "没有结果"
            plan = f"{each.order.plan.number}/{each.order.plan_item}"
            rows.append((each.file.number, plan, each.ordered_on, str(each.order.wanted), drawn))
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    if not as_json:
        print_table(("抽取", "计划/事项", "下令", "应抽", "结果"), rows, whole=("下令", "应抽", "结果"))


def _order_of(session: Session, told_of: dict[str, Any]) -> tuple[pb.DrawOrder, bytes]:
    """The order, and the published list of recusals; none is empty."""
    code = own_department(session)

    def named(kind: pb.FileKind.ValueType, number: str) -> pb.FileReference:
        return pb.FileReference(kind=kind, department=code, number=number)

    body = pb.DrawOrder(
        number=told_of["number"],
        plan=named(pb.FILE_KIND_PLAN, told_of["plan"]),
        plan_item=told_of["item"],
        objects=named(pb.FILE_KIND_ROSTER, told_of["objects"]),
        inspectors=named(pb.FILE_KIND_ROSTER, told_of["inspectors"]),
        wanted=told_of["wanted"],
        inspectors_each=told_of["each"],
        weights=[_weight(each) for each in told_of["weights"]],
        algorithm=ALGORITHM,
        time_anchored=told_of["anchored"],
        on=told_of["on"] or china_day(time.time_ns() // 1_000_000).isoformat(),
        inspect_by=told_of["inspect_by"],
    )
    recusals = _recusals(told_of["recusals"], told_of["recusals_out"], body)
    return body, recusals


def _recusals(path: Path | None, out: Path | None, body: pb.DrawOrder) -> bytes:
    if path is None:
        return b""
    prepared = prepare_recusals(path, content_of(path))
    refuse_faults(path, prepared.faults, prepared.faults_in_all)
    body.recusals.CopyFrom(prepared.evidence("回避名单"))
    content = b"".join(prepared.lines)
    if out is not None and (not out.exists() or out.read_bytes() != content):
        save_new(out, content)
    return content


def _weight(text: str) -> pb.GradeWeight:
    grade, equals, weight = text.partition("=")
    if not equals or not weight.isdecimal() or len(weight) > _LONGEST_WEIGHT:
        raise click.BadParameter(f"{text}：应如 D=4", param_hint="--weight")
    return pb.GradeWeight(grade=grade, weight=int(weight))


def _require_feasible(session: Session, body: pb.DrawOrder, files: Any, recusals: bytes) -> None:
    """Raises Failure where the draw might fail for want of inspectors."""
    desk = session.registry.supervision
    found = []
    for reference in (body.plan, body.objects, body.inspectors):
        statements = desk.file(reference.kind, reference.department, reference.number).statements
        if not statements:
            raise Failure(f"没有{reference.number}")
        found.append(pb.Supervision.FromString(_supervision(statements[0].statement.envelope.payload)))
    matter = next((each.matter for each in found[0].plan.items if each.number == body.plan_item), "")
    objects, inspectors = (files(each.roster.file.sha256) for each in found[1:])
    if objects is None or inspectors is None:
        raise Failure("--files 中没有登记的名录文件")
    pairs = read_recusals(recusals.splitlines(keepends=True)) if recusals else {}
    weights = {each.grade: each.weight for each in body.weights}
    terms = Terms(body.wanted, body.inspectors_each, weights)
    with objects, inspectors:
        why = infeasible(read_objects(objects, matter), read_inspectors(inspectors, matter), pairs, terms)
    if why:
        raise Failure(f"不能这样抽取：{why[0]}" + (f"等{len(why)}户" if len(why) > 1 else ""))


def _supervision(payload: bytes) -> bytes:
    from registry.v1.statement_pb2 import Statement

    return Statement.FromString(payload).supervision.SerializeToString()


def _shown(session: Session, number: str, department: str, keys: tuple[str, ...]) -> ShownDraw:
    log: Log = session.registry.log
    try:
        log = log.trusting(*keys) if keys else log
    except (NoteError, ValueError) as fault:
        raise Failure(f"--log-key：{fault}") from None
    return session.registry.supervision.draws.shown(department or own_department(session), number, log=log)
