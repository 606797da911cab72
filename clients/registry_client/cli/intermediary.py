"""``registryctl intermediary``: intermediaries of approval (涉审中介).

Stating needs ``--act``; without it a command shows what it would submit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry.v1 import matter_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry_client.cli.ban_steps import Step
from registry_client.cli.entries import print_entries
from registry_client.cli.official_steps import acting, body_of
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_table
from registry_client.cli.wide_help import WideCommand, WideGroup

_file = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
_on = click.option("--on", default="", metavar="DAY", help="查询时点，默认今天。As of this day.")
_department = click.option("--department", default="", metavar="CODE", help="部门代码，默认全部。")
_ended = click.option("--with-ended", is_flag=True, help="包括未实施和已停止的。Those not in force too.")
_overdue = click.option("--overdue", is_flag=True, help="只列逾期的。Only those overdue.")


@click.group("intermediary", cls=WideGroup, short_help="涉审中介 intermediaries of approval")
def intermediary() -> None:
    """涉审中介服务机构：服务事项、收费标准、资质及有效期。Intermediaries of approval."""


@intermediary.command("state", cls=WideCommand, short_help="登记中介 state an intermediary")
@_file
@acting
def state_intermediary(session: Session, path: Path) -> Step:
    """登记或者变更中介服务机构。State an intermediary.

    FILE 是JSON：number、subject、service、fee_standard、qualification、qualified_until、matters 等。
    """
    body = pb.Supervision(intermediary=body_of(path, pb.Intermediary()))
    return body, session.registry.supervision.take


@intermediary.command("list", cls=WideCommand, short_help="列出中介 list intermediaries")
@_department
@click.option("--matter", default="", metavar="NUMBER", help="只列服务于这一事项的。Of this matter.")
@_on
@_overdue
@_ended
@json_option
@connected
def list_intermediaries(session: Session, /, as_json: bool, overdue: bool, **wanted: Any) -> None:
    """列出涉审中介，资质过期的有标注。List intermediaries; a qualification that has run out is marked."""
    found = session.registry.supervision.matters.intermediaries(overdue_only=overdue, **wanted)
    if as_json:
        print_entries(found)
        return
    rows = [
        (
            each.intermediary.number,
            each.intermediary.subject.name,
            each.intermediary.service,
            each.intermediary.fee_standard,
            qualification_text(each),
        )
        for each in found
    ]
    print_table(("编号", "机构", "服务事项", "收费标准", "资质"), rows, whole=("编号",))


def qualification_text(entry: service.IntermediaryEntry) -> str:
    """What is known of a qualification, and that it has run out."""
    stated = entry.intermediary
    if not stated.qualification:
        return "无资质要求"
    overdue = "（已过期）" if entry.qualification_overdue else ""
    return f"{stated.qualification}，至{stated.qualified_until}{overdue}"
