"""``registryctl matter``: the catalogue of approval matters, and which of them have no filed rule.

Stating needs ``--act``; without it a command shows what it would submit. What an act holds is in a JSON file,
as for ``registryctl state``."""

from __future__ import annotations

from pathlib import Path

import click

from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_pb2 import MatterKind
from registry_client.cli.ban_steps import Step
from registry_client.cli.entries import print_entries
from registry_client.cli.official_steps import acting, body_of
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_table
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.supervision.matter_words import MATTER_KINDS
from registry_client.words import word_of

_KIND = WordOption(MATTER_KINDS, MatterKind, "MATTER_KIND_")
_file = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
_on = click.option("--on", default="", metavar="DAY", help="查询时点，默认今天。As of this day.")
_department = click.option("--department", default="", metavar="CODE", help="部门代码，默认全部。")
_ended = click.option("--with-ended", is_flag=True, help="包括未实施和已停止的。Those not in force too.")
_overdue = click.option("--overdue", is_flag=True, help="只列逾期的。Only those overdue.")


@click.group("matter", cls=WideGroup, short_help="审批事项 approval matters")
def matter() -> None:
    """审批事项目录：谁审批、谁监管、按哪一监管制度；事项变更的，以同一编号重新登记。Approval matters."""


@matter.command("state", cls=WideCommand, short_help="登记事项 state a matter")
@_file
@acting
def state_matter(session: Session, path: Path) -> Step:
    """登记或者变更事项。State a matter, or state it again.

    FILE 是JSON：number、name、kind、approving_section、supervising_section、legal_basis、effective_from 等。
    """
    body = pb.Supervision(matter=body_of(path, pb.ApprovalMatter()))
    return body, session.registry.supervision.take


@matter.command("list", cls=WideCommand, short_help="列出事项 list matters")
@_department
@click.option("--kind", type=_KIND, default=0, metavar="WORD", help=f"只列：{_KIND.choices()}。")
@_on
@_ended
@json_option
@connected
def list_matters(
    session: Session,
    department: str,
    kind: MatterKind.ValueType,
    on: str,
    with_ended: bool,
    as_json: bool,
) -> None:
    """列出审批事项及其监管制度。List matters with who approves, who supervises, and by which rule."""
    found = session.registry.supervision.matters.matters(
        department=department, kind=kind, on=on, with_ended=with_ended
    )
    if as_json:
        print_entries(found)
        return
    rows = [
        (
            each.matter.number,
            each.matter.name,
            word_of(MATTER_KINDS, each.matter.kind),
            each.matter.approving_section,
            each.matter.supervising_section,
            each.filing_number or "未备案",
        )
        for each in found
    ]
    print_table(
        ("编号", "事项", "类别", "审批科室", "监管科室", "监管制度备案号"), rows, whole=("编号", "类别")
    )


@matter.command("unfiled", cls=WideCommand, short_help="未备案 matters without a filed rule")
@_department
@_on
@_overdue
@json_option
@connected
def unfiled(session: Session, department: str, on: str, overdue: bool, as_json: bool) -> None:
    """列出没有备案监管制度的事项，先到期的在前。List matters without a filed rule."""
    found = session.registry.supervision.matters.unfiled(department=department, on=on, overdue_only=overdue)
    if as_json:
        print_entries(found)
        return
    rows = [
        (each.due_on, str(each.days_late or ""), each.matter.number, each.matter_name, each.department_name)
        for each in found
    ]
    print_table(("期限", "逾期天数", "编号", "事项", "部门"), rows, whole=("期限", "逾期天数", "编号"))
