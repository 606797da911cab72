"""``registryctl watch``: what changes in the restrictions of a domain, as it comes.

Example::

    序号 2761  2026-11-25 09:12:40
      91130902DEMAY4CLX6
        措施      M-PRO-01：生效
        期间      2026-03-01 至 2028-03-01
        陈述      序号2761，CZ-2026-19
    序号 2790  2026-11-25 10:03:11
      91130902DEMAY4CLX6
        目前没有限制
"""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import click

from registry.v1.subject_pb2 import Domain
from registry.v1.watch_service_pb2 import ChangedSubject, RestrictionChange, StandingRestriction
from registry_client.cli.failures import Failure
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import china_time, print_facts, print_json, print_line
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.record_text import days
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.watching import TokenFile, ToldOf, Wanted, Watcher
from registry_client.words import DOMAINS, RELATIONS, STATUSES, word_of

_DOMAIN = WordOption(DOMAINS, Domain, "DOMAIN_")


@click.command("watch", cls=WideCommand, short_help="关注限制变化 watch restrictions")
@click.option("--domain", type=_DOMAIN, required=True, metavar="DOMAIN", help=f"领域：{_DOMAIN.choices()}。")
@click.option("--region", default="", metavar="CODE", help="只看在该地区登记的单位，如130900。")
@click.option("--list", "lists", multiple=True, metavar="CODE", help="只看由该名单产生的限制，可以重复。")
@click.option("--persons", is_flag=True, help="包括自然人（仅出入境系统），须写明 --reference 和 --reason。")
@click.option("--reference", default="", metavar="TEXT", help="案号；关注自然人时必填。")
@click.option("--reason", default="", metavar="TEXT", help="用途；关注自然人时必填。")
@click.option(
    "--from",
    "from_position",
    type=click.IntRange(min=0),
    metavar="POSITION",
    help="从该序号的陈述开始；默认只看今后的变化。First position.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="把续接标记存入该文件；文件已有标记时由此续接，不遗漏。Go on where it was left.",
)
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="收到N次变化后结束，默认不结束。")
@click.option("--until-now", is_flag=True, help="到目前为止的变化取完后结束。Stop when caught up.")
@json_option
@connected
def watch(
    session: Session,
    /,
    from_position: int | None,
    token_file: Path | None,
    count: int | None,
    until_now: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """持续接收限制的变化：每份陈述一次，按序号先后，列出变化以后仍有的全部限制。中断后自动续接。

    Receive what changes in the restrictions of a domain, once and in order, across interruptions.
    """
    tokens = TokenFile(token_file) if token_file else None
    watcher = Watcher(session.registry.watching, Wanted(**wanted), tokens, from_position=from_position)
    try:
        changes = 0
        for told in watcher:
            _print(told, as_json)
            changes += told.change is not None
            if changes == count or (until_now and told.caught_up):
                watcher.done_with(told)
                return
    except OSError as fault:
        raise Failure(f"{token_file}：无法读写：{fault.strerror}") from None


def _print(told: ToldOf, as_json: bool) -> None:
    if as_json:
        content = json_of(told.change) if told.change is not None else None
        print_json(
            {
                "position": told.position,
                "caught_up": told.caught_up,
                "change": content,
                "resume_token": told.token,
            }
        )
    elif told.change is not None:
        _print_change(told.change)


def _print_change(change: RestrictionChange) -> None:
    time = china_time(change.received_time.ToDatetime(UTC))
    print_line(f"序号 {change.position}  {time}", style="bold")
    if change.HasField("adopted"):
        adopted = change.adopted
        since = f"自{adopted.in_force_from}起施行，届时请重新查询" if adopted.in_force_from else "始终施行"
        print_line(f"  目录版本 {adopted.label} {since}")
    for subject in change.subjects:
        _print_subject(subject)


def _print_subject(subject: ChangedSubject) -> None:
    print_line(f"  {subject.subject.value}")
    if subject.erased:
        print_line("    部分内容已依法删除，此前告知的以本次为准")
    for row in subject.restrictions:
        print_facts(_facts(row), indent=4)
    if not subject.restrictions:
        print_line("    目前没有限制")
    for tie in subject.related:
        print_line(f"    {word_of(RELATIONS, tie.relation)} {tie.identifier.value}（序号{tie.position}）")


def _facts(row: StandingRestriction) -> list[tuple[str, str]]:
    status = word_of(STATUSES, row.status) + (f"（至{row.status_until}）" if row.status_until else "")
    scope = (("地区", row.scope.region), ("行业", row.scope.industry), ("活动", row.scope.activity))
    return [
        ("措施", f"{row.measure_code}：{status}"),
        ("名单", row.list_code),
        ("期间", days(str(getattr(row, "from")), row.until)),
        ("范围", "，".join(f"{label}{value}" for label, value in scope if value)),
        ("陈述", f"序号{row.position}，{row.statement_id}"),
    ]
