"""``registryctl notices``: what the registry has to tell the caller, until the caller says that it has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

import click

from registry.v1.notice_service_pb2 import Notice
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import china_time, print_facts, print_json, print_line
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.procedure_words import NOTICE_KINDS
from registry_client.words import word_of


@click.group("notices", cls=WideGroup, short_help="告知 notices to those concerned")
def notices() -> None:
    """告知：限制的产生、终止、撤销、更正，异议和修复，期限。至少送达一次，直到确认收到。

    Notices, delivered at least once until they are acknowledged.
    """


@notices.command("list", cls=WideCommand, short_help="列出告知 list notices")
@click.option("--addressee", default="", metavar="NAME", help="收件方，默认为本方；登记机构和审计可查全部。")
@click.option("--unacknowledged", is_flag=True, help="只列未确认收到的。Only those not acknowledged.")
@json_option
@connected
def list_notices(session: Session, addressee: str, unacknowledged: bool, as_json: bool) -> None:
    """列出告知和确认情况。List notices and whether they were acknowledged."""
    found = session.registry.notices.all(addressee=addressee, unacknowledged_only=unacknowledged)
    _print(found, as_json)


@notices.command("watch", cls=WideCommand, short_help="持续接收 receive as they come")
@click.option("--acknowledge", is_flag=True, help="逐条确认收到。Acknowledge each.")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="收到N条后结束，默认不结束。")
@connected
def watch(session: Session, acknowledge: bool, count: int | None) -> None:
    """先取未确认的，再持续接收新的，逐行输出JSON。Receive what was missed, then what comes, as JSON Lines."""
    for number, notice in enumerate(session.registry.notices.watch(), 1):
        print_json(json_of(notice))
        if acknowledge:
            session.registry.notices.acknowledge([notice.notice_id])
        if number == count:
            return


@notices.command("acknowledge", cls=WideCommand, short_help="确认收到 acknowledge")
@click.argument("notice_ids", nargs=-1, required=True, metavar="ID...")
@connected
def acknowledge_notices(session: Session, notice_ids: tuple[str, ...]) -> None:
    """确认收到，可以重复。Acknowledge notices; safe to repeat."""
    unknown = session.registry.notices.acknowledge(notice_ids)
    for each in unknown:
        print_line(f"没有这一告知：{each}")
    if unknown:
        raise click.exceptions.Exit(1)


@notices.command("subscribe", cls=WideCommand, short_help="订阅 be told of every change")
@click.option("--off", is_flag=True, help="取消订阅。Not any more.")
@connected
def subscribe(session: Session, off: bool) -> None:
    """订阅本系统所在领域的全部变化。Be told of every change in the system's domains."""
    session.registry.notices.subscribe(not off)
    print_line("已取消订阅" if off else "已订阅")


def _print(found: Iterable[Notice], as_json: bool) -> None:
    if as_json:
        for each in found:
            print_json(json_of(each))
        return
    for each in found:
        state = "已确认" if each.HasField("acknowledged_time") else "未确认"
        time = china_time(each.made_time.ToDatetime(UTC))
        print_line(f"{word_of(NOTICE_KINDS, each.kind)}  {time}  {state}  {each.notice_id}", style="bold")
        print_facts((("收件方", each.addressee), ("内容", each.text), ("期限", each.due_on)), indent=2)
