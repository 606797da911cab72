"""``registryctl accountability``: the report of a period, an accident and what led to it (责任追究、倒查).

A report or a trace is printed, or saved as ``.csv``, ``.pdf``, ``.txt`` or ``.json``; a file is never
overwritten. Stating an accident needs ``--act``; without it is shown what would be submitted."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from registry.v1 import supervision_pb2 as acts
from registry_client.cli.ban_steps import Step
from registry_client.cli.failure import Failure
from registry_client.cli.official_steps import acting, body_of, own_department
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_line
from registry_client.cli.printed import fonts_option, save_paper
from registry_client.cli.record import day_text
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.report import DAY
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_papers.accountability import Names, Sheet, report_sheet, trace_sheet
from registry_papers.errors import PaperError

_ENDINGS = (".csv", ".pdf", ".txt", ".json")
_out = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="保存为新文件 .csv、.pdf、.txt 或 .json。Where to save it.",
)
_at = click.option(
    "--at",
    "position",
    type=click.IntRange(min=0),
    metavar="N",
    help="按登记到该序号时的内容，默认为最新。As known at a position.",
)
_on = click.option("--on", type=DAY, metavar="DAY", help="按该日的办理情况，默认为今天。As seen from a day.")


@click.group("accountability", cls=WideGroup, short_help="责任追究 who is answerable")
def accountability() -> None:
    """责任追究：某一期间应办、逾期、告知和阅知的情况；事故登记和倒查。只列登记的事实，不认定责任。

    What was due, late, told and read in a period; accidents, and what led to one. Facts, no verdicts.
    """


@accountability.command("report", cls=WideCommand, short_help="期间报告 the report of a period")
@click.argument("first", type=DAY, metavar="FROM")
@click.argument("last", type=DAY, metavar="UNTIL")
@click.option("--department", default="", metavar="CODE", help="部门代码；只有监督机构可以查看其他部门。")
@click.option(
    "--official", "official_id", default="", metavar="ID", help="只列该人员最后办理的。One official."
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=1000, metavar="N", help="每表至多几行。")
@_at
@_on
@_out
@fonts_option
@json_option
@connected
def report(
    session: Session,
    first: datetime,
    last: datetime,
    department: str,
    official_id: str,
    limit: int,
    position: int | None,
    on: datetime | None,
    out: Path | None,
    fonts: Path | None,
    as_json: bool,
) -> None:
    """从 FROM 到 UNTIL（均含）到期的事项和期间的告知。同一序号、同一日期的报告逐字节相同。

    What was due and told from one day to another; the same position and day give the same report.
    """
    _require_new(out)
    made = session.registry.supervision.accountability.report(
        day_text(first),
        day_text(last),
        department=department,
        official_id=official_id,
        known_position=position,
        on=day_text(on),
        limit=limit,
    )
    _give(made, report_sheet(made, names_of(session)), out, fonts, as_json)


@accountability.command("trace", cls=WideCommand, short_help="事故倒查 trace an accident back")
@click.argument("number", metavar="NUMBER")
@click.option("--from", "stated_by", default="", metavar="CODE", help="登记事故的部门，默认为本部门。")
@_at
@_on
@_out
@fonts_option
@json_option
@connected
def trace(
    session: Session,
    number: str,
    stated_by: str,
    position: int | None,
    on: datetime | None,
    out: Path | None,
    fonts: Path | None,
    as_json: bool,
) -> None:
    """按时间顺序列出事故之前的一切：审批、制度、抽查、检查、移送、投诉、预警、决定，各步的逾期和空白。

    Everything before an accident, day by day, with what was late and what is missing.
    """
    _require_new(out)
    department = stated_by or own_department(session)
    made = session.registry.supervision.accountability.trace(
        department, number, known_position=position, on=day_text(on)
    )
    _give(made, trace_sheet(made, names_of(session)), out, fonts, as_json)


@accountability.command("accident", cls=WideCommand, short_help="登记事故 state an accident")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@acting
def accident(session: Session, path: Path) -> Step:
    """登记事故，FILE 是JSON：number、area、occurred_on、region、place、subject、matters、account、
    look_back_days。State an accident."""
    body = acts.Supervision(accident=body_of(path, acts.Accident()))
    return body, session.registry.supervision.take


def names_of(session: Session) -> Names:
    """The names of departments and officials, as the directory has them."""
    departments = {each.registration.code: each.registration.name for each in session.registry.departments()}
    officials = {
        (each.registration.department, each.registration.official_id): each.registration.name
        for each in session.registry.officials()
    }
    return Names(departments, officials)


def _require_new(out: Path | None) -> None:
    if out is None:
        return
    if out.suffix.lower() not in _ENDINGS:
        raise click.UsageError(f"--out 的文件名应以 {'、'.join(_ENDINGS)} 结尾")
    if out.exists():
        raise Failure(f"{out} 已存在；文件不会被覆盖，请用 --out 另取文件名")


def _give(answer: Any, sheet: Sheet, out: Path | None, fonts: Path | None, as_json: bool) -> None:
    """Prints an answer, or saves it as the file's name says."""
    if out is None:
        if as_json:
            print_json(json_of(answer))
        else:
            for line in sheet.text.splitlines():
                print_line(line)
        return
    save_paper(out, _content(answer, sheet, out.suffix.lower(), fonts))
    print_line(f"已保存到 {out}")


def _content(answer: Any, sheet: Sheet, ending: str, fonts: Path | None) -> bytes:
    if ending == ".json":
        return (json.dumps(json_of(answer), ensure_ascii=False) + "\n").encode()
    if ending != ".pdf":
        return sheet.csv if ending == ".csv" else sheet.text.encode()
    try:
        return sheet.pdf(fonts)
    except PaperError as fault:
        raise Failure(str(fault)) from None
