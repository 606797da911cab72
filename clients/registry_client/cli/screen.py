"""``registryctl screen``: everybody of a tender at once, and again whenever something changes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from registry_client.cli import screen_text
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json
from registry_client.cli.question_options import Instant, as_known_at_option, at_option
from registry_client.cli.receipt_options import Filing, filing
from registry_client.cli.screen_json import update_as_json
from registry_client.cli.wide_help import WideCommand
from registry_client.question import at_exact_position
from registry_client.results import Verdict
from registry_client.screen_results import ScreenUpdate
from registry_client.tender import Tender
from registry_client.tender_file import read_tender


@click.command("screen", cls=WideCommand, short_help="审查一个项目的全部参与者 screen a tender")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@at_option
@as_known_at_option
@click.option(
    "--watch", is_flag=True, help="持续关注：有变化时再次报告，直到中断或 --until。Watch for changes."
)
@click.option("--until", type=Instant(), metavar="TIME", help="持续关注到这一时点，如签订合同之日。")
@filing
@json_option
@connected
def screen(
    session: Session,
    file: Path,
    valid_time: datetime | None,
    as_known_at: int | None,
    watch: bool,
    until: datetime | None,
    as_json: bool,
    filing: Filing,
) -> None:
    """审查一个招标、采购项目的全部参与者：各主体、各投标、查询的名单和理由。Screen a tender.

    文件是JSON（UTF-8）。同一 bid 的为一个投标（联合体），取最差的成员；代理机构、评审专家不写 bid。
    有自然人参与时须写 number 和 reason，两者记入查询日志。paper 不写的为统一社会信用代码。

    \b
    {
      "number": "CZZB-2026-0917",
      "title": "示例小学教学楼工程",
      "domain": "政府采购",
      "tender": "依法必须招标",
      "region": "130903", "industry": "E47", "activity": "",
      "cut_off": "2026-10-20T09:30",
      "reason": "资格审查",
      "lists": ["重大税收违法案件当事人名单"],
      "parties": [
        {"bid": "1", "role": "投标人", "code": "9113…", "name": "沧州…有限公司"},
        {"bid": "1", "role": "法定代表人", "paper": "身份证", "code": "1309…"},
        {"role": "代理机构", "code": "9113…"}
      ]
    }

    各投标和不在投标中的主体全部为未见限制时退出码为0，否则为1。登记系统没有其记录的法定代表人等自然人，
    在其本人一行显示为无法判定，不影响所在投标的结论：法定代表人本人的记录不是单位的记录。
    """
    _check_usage(watch, as_known_at, until)
    if watch and filing.level:
        raise click.UsageError("--watch 不出具回执，不能与 --receipt、--pdf 同时使用")
    filing.require_free(1)
    tender = read_tender(file)
    if valid_time is not None:
        tender = replace(tender, cut_off=valid_time)
    if watch:
        verdict = _watch(session, tender, until, as_json)
    else:
        consistency = None if as_known_at is None else at_exact_position(as_known_at)
        report = session.registry.screening.screen(tender, consistency=consistency, receipt=filing.level)
        _show(tender, ScreenUpdate(report, ()), as_json)
        filing.save(report.receipts)
        verdict = report.verdict
    if verdict is not Verdict.CLEAR:
        raise click.exceptions.Exit(1)


def _check_usage(watch: bool, as_known_at: int | None, until: datetime | None) -> None:
    if watch and as_known_at is not None:
        raise click.UsageError("--watch 不能与 --as-known-at 同时使用")
    if until is not None and not watch:
        raise click.UsageError("--until 只与 --watch 同时使用")


def _watch(session: Session, tender: Tender, until: datetime | None, as_json: bool) -> Verdict:
    """Shows every update until the end, or until the user interrupts; the last verdict."""
    verdict = Verdict.INDETERMINATE
    with suppress(KeyboardInterrupt):
        for update in session.registry.screening.watch(tender, until=until):
            _show(tender, update, as_json)
            verdict = update.report.verdict
    return verdict


def _show(tender: Tender, update: ScreenUpdate, as_json: bool) -> None:
    if as_json:
        print_json(update_as_json(update))
    elif update.changes:
        screen_text.print_changes(update.report, update.changes)
    else:
        screen_text.print_report(tender, update.report)
