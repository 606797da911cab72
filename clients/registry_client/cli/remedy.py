"""``registryctl objection``, ``repair``, ``remedies``: objection and repair, filed at a window and decided.

Acting needs ``--act``; without it a command shows what it would submit. What the statements hold is in JSON
files, as for ``registryctl state``; a file of evidence may be written {"file": "path"}."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from registry.v1 import remedy_service_pb2 as service
from registry.v1 import statement_pb2 as pb
from registry.v1.remedy_service_pb2 import RemedyKind
from registry_client.cli.ban_steps import Step
from registry_client.cli.ban_text import print_due
from registry_client.cli.official_steps import acting, body_of, own_department
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.procedure_words import (
    OBJECTION_OUTCOMES,
    REMEDY_KINDS,
    REMEDY_STATES,
)
from registry_client.words import word_of

_KIND = WordOption(REMEDY_KINDS, RemedyKind, "REMEDY_KIND_")
_OUTCOME = WordOption(OBJECTION_OUTCOMES, pb.ObjectionOutcome, "OBJECTION_OUTCOME_")
_file = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
_filed = click.argument("statement_id", metavar="ID")


@click.group("objection", cls=WideGroup, short_help="异议 objections")
def objection() -> None:
    """异议：在窗口提出，记录即时标注；由作出陈述的部门核实、决定。Objections: filed at a window, then
    decided."""


@objection.command("file", cls=WideCommand, short_help="提出异议 file an objection")
@_file
@acting
def file_objection(session: Session, path: Path) -> Step:
    """登记异议，FILE 是JSON：target、ground、filed_on、claim、evidence。File an objection."""
    return _own_target(session, body_of(path, pb.Objection())), session.registry.remedies.take


@objection.command("decide", cls=WideCommand, short_help="作出处理决定 decide an objection")
@_filed
@click.option("--outcome", type=_OUTCOME, required=True, metavar="WORD", help=f"结果：{_OUTCOME.choices()}。")
@_file
@click.option("--reason", required=True, metavar="TEXT", help="理由。Why.")
@click.option("--filed-with", default="", metavar="CODE", help="受理异议的部门，默认为本部门。")
@acting
def decide_objection(
    session: Session,
    statement_id: str,
    outcome: pb.ObjectionOutcome.ValueType,
    path: Path,
    reason: str,
    filed_with: str,
) -> Step:
    """对异议作出处理决定；ID 是异议的陈述编号，FILE 是JSON：document、effective_on，更正或补充的另有
    replacement。

    Decide an objection.
    """
    filed = pb.StatementReference(department=filed_with or own_department(session), statement_id=statement_id)
    held = session.registry.remedies.get(filed.department, statement_id).remedy
    body = pb.ObjectionResult(target=held.target, objection=filed, outcome=outcome, reason=reason)
    return body_of(path, body), session.registry.remedies.take


@click.group("repair", cls=WideGroup, short_help="信用修复 credit repair")
def repair() -> None:
    """信用修复：申请、受理、准予或者不予，弄虚作假的撤销。Credit repair."""


@repair.command("apply", cls=WideCommand, short_help="申请 apply")
@_file
@acting
def apply(session: Session, path: Path) -> Step:
    """登记申请，FILE 是JSON：target、filed_on、corrected_on、commitment、proof。Apply for repair."""
    return _own_target(session, body_of(path, pb.RepairApplication())), session.registry.remedies.take


@repair.command("accept", cls=WideCommand, short_help="受理决定 accept or not")
@_filed
@click.option("--accepted/--not-accepted", required=True, default=None, help="受理，或者不予受理。")
@click.option("--reason", required=True, metavar="TEXT", help="理由。Why.")
@click.option("--filed-with", default="", metavar="CODE", help="登记申请的部门，默认为本部门。")
@acting
def accept(session: Session, statement_id: str, accepted: bool, reason: str, filed_with: str) -> Step:
    """三个工作日内决定是否受理。Accept an application, or not."""
    target, filed = _application(session, statement_id, filed_with)
    body = pb.RepairAcceptance(target=target, application=filed, accepted=accepted, reason=reason)
    return body, session.registry.remedies.take


@repair.command("grant", cls=WideCommand, short_help="准予修复 grant")
@_filed
@_file
@click.option("--reason", required=True, metavar="TEXT", help="理由。Why.")
@click.option("--filed-with", default="", metavar="CODE", help="登记申请的部门，默认为本部门。")
@acting
def grant(session: Session, statement_id: str, path: Path, reason: str, filed_with: str) -> Step:
    """准予修复，公示和可以提前终止的措施同时终止；FILE 是JSON：document、effective_on。Grant a repair."""
    target, filed = _application(session, statement_id, filed_with)
    body = body_of(path, pb.Repair(target=target, application=filed, reason=reason))
    return body, session.registry.remedies.take


@repair.command("refuse", cls=WideCommand, short_help="不予修复 refuse")
@_filed
@_file
@click.option("--reason", required=True, metavar="TEXT", help="理由。Why.")
@click.option("--filed-with", default="", metavar="CODE", help="登记申请的部门，默认为本部门。")
@acting
def refuse(session: Session, statement_id: str, path: Path, reason: str, filed_with: str) -> Step:
    """不予修复；FILE 是JSON：document。Refuse a repair."""
    target, filed = _application(session, statement_id, filed_with)
    body = body_of(path, pb.RepairRefusal(target=target, application=filed, reason=reason))
    return body, session.registry.remedies.take


@repair.command("annul", cls=WideCommand, short_help="撤销修复 annul a false repair")
@_file
@click.option("--reason", required=True, metavar="TEXT", help="理由。Why.")
@acting
def annul(session: Session, path: Path, reason: str) -> Step:
    """修复弄虚作假的，撤销修复；FILE 是JSON：target、document、effective_on。Annul a repair on false
    papers."""
    body = _own_target(session, body_of(path, pb.RepairAnnulment(reason=reason)))
    return body, session.registry.remedies.take


@click.command("remedies", cls=WideCommand, short_help="列出异议和修复 list objections and repairs")
@click.argument("statement_id", required=False, metavar="[ID]")
@click.option("--kind", type=_KIND, default=0, metavar="WORD", help=f"只列：{_KIND.choices()}。")
@click.option("--open", "open_only", is_flag=True, help="只列未决的。Only those not decided.")
@click.option("--department", default="", metavar="CODE", help="部门代码，默认为本部门。")
@json_option
@connected
def remedies(
    session: Session,
    statement_id: str | None,
    kind: RemedyKind.ValueType,
    open_only: bool,
    department: str,
    as_json: bool,
) -> None:
    """列出异议和修复申请；给出陈述编号的，显示这一件和期限。List objections and applications, or show one."""
    if statement_id:
        response = session.registry.remedies.get(department or own_department(session), statement_id)
        if as_json:
            print_json(json_of(response))
            return
        _print([response.remedy])
        if response.due:
            print_due(response.due)
        return
    found = session.registry.remedies.filed(department=department, kind=kind, open_only=open_only)
    if not as_json:
        _print(found)
        return
    for each in found:
        print_json(json_of(each))


def _print(found: Iterable[service.Remedy]) -> None:
    rows = [
        (
            word_of(REMEDY_KINDS, each.kind),
            word_of(REMEDY_STATES, each.state),
            each.filed_on,
            each.filed.statement_id,
            each.target.statement_id,
        )
        for each in found
    ]
    print_table(("种类", "状态", "提出", "编号", "所指陈述"), rows, whole=("种类", "状态", "提出"))


def _own_target(session: Session, body: Any) -> Any:
    """The body with one's own department as that of its target, where it names none."""
    if not body.target.department:
        body.target.department = own_department(session)
    return body


def _application(
    session: Session, statement_id: str, filed_with: str
) -> tuple[pb.StatementReference, pb.StatementReference]:
    """What an application is about, and the application."""
    filed = pb.StatementReference(department=filed_with or own_department(session), statement_id=statement_id)
    return session.registry.remedies.get(filed.department, statement_id).remedy.target, filed
