"""``registryctl statements``: a department's own statements, newest first."""

from __future__ import annotations

from datetime import UTC
from itertools import islice

import click

from registry.v1.intake_service_pb2 import StatementSummary
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import china_time, print_json, print_table
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand

_PAGE = 1000


@click.command("statements", cls=WideCommand, short_help="列出本部门的陈述 list own statements")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="至多列几份。At most so many.",
)
@json_option
@connected
def statements(session: Session, limit: int, as_json: bool) -> None:
    """列出本部门关于主体的陈述，最近的在前，按现在的状态。List one's own statements, newest first.

    内容用 registryctl statement 取回。自然人的证件号码作遮盖，不显示姓名。
    """
    found = islice(session.registry.statements(page_size=min(limit, _PAGE)), limit)
    if as_json:
        for each in found:
            print_json(json_of(each))
        return
    headings = ("序号", "收到时间", "主体", "类别和编号", "状态")
    print_table(headings, map(_row, found), whole=("序号", "收到时间"))


def _row(each: StatementSummary) -> tuple[str, str, str, str, str]:
    ended = f"由序号{each.ended_position}更正或撤回" if each.ended_position else "存续"
    whom = "\n".join(filter(None, (each.subject.value, each.name)))
    time = china_time(each.received_time.ToDatetime(UTC))
    return str(each.position), time, whom, f"{each.category}\n{each.statement_id}", ended
