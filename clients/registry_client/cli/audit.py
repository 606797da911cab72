"""``registryctl audit``: who asked about natural persons, and how the registry is doing.

Example::

    registryctl audit queries --reason 例行审计〔2026〕3号 --from 2026-01-01 --limit 50
    registryctl audit health
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

import click
from google.protobuf.timestamp_pb2 import Timestamp

from registry.v1.audit_service_pb2 import GetHealthResponse, LoggedQuery
from registry.v1.subject_pb2 import Identifier, IdentifierType
from registry.v1.verdict_pb2 import CheckedList
from registry_client.audit import PAGE
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import china_time, print_facts, print_json, print_line, print_table
from registry_client.cli.record import day_text
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.report import DAY
from registry_client.cli.subjects import numbers_entered
from registry_client.cli.wide_help import WideCommand, WideGroup
from registry_client.cli.words_option import WordOption
from registry_client.words import DOMAINS, PAPERS, word_of

_PAPER = WordOption(PAPERS, IdentifierType, "IDENTIFIER_TYPE_")


@click.group("audit", cls=WideGroup, short_help="审计 query log and health")
def audit() -> None:
    """审计：谁查询了自然人，登记系统的运行状况。Who asked about persons, and how the registry is doing."""


@audit.command("queries", cls=WideCommand, short_help="列出查询日志 list the query log")
@click.option("--reason", required=True, metavar="TEXT", help="查阅的事由，记入日志。Why it is read.")
@click.option("--caller", default="", metavar="URI", help="只列这一查询方的，如其证书所写。By this caller.")
@click.option("--person", is_flag=True, help="只列查询一个自然人的，号码从标准输入读。About one person.")
@click.option(
    "--paper",
    type=_PAPER,
    default=IdentifierType.IDENTIFIER_TYPE_RESIDENT_ID,
    metavar="TYPE",
    help=f"--person 的证件类型，默认为公民身份号码：{_PAPER.choices()}。",
)
@click.option("--from", "first", type=DAY, metavar="DAY", help="自这一日起。From this day.")
@click.option("--until", "last", type=DAY, metavar="DAY", help="至这一日止。Up to this day.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="至多列几条。At most so many.",
)
@json_option
@connected
def queries(
    session: Session,
    reason: str,
    caller: str,
    person: bool,
    paper: IdentifierType.ValueType,
    first: datetime | None,
    last: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """列出对自然人的查询，最近的在前；查阅本身也记入日志。List questions about persons, newest first.

    只有审计可用。自然人的证件号码作遮盖；登记系统没有其记录的，不显示。
    """
    found = session.registry.audit.queries(
        reason,
        caller=caller,
        subject=_person(paper) if person else None,
        first=day_text(first),
        last=day_text(last),
        page_size=min(limit, PAGE),
    )
    rows = list(islice(found, limit))
    if as_json:
        for row in rows:
            print_json(json_of(row))
        return
    shown = [(_time(row.asked_time), row.caller, row.subject.value, _what_for(row)) for row in rows]
    print_table(("时间", "查询方", "主体", "领域、案号和事由"), shown, whole=("时间",))


@audit.command("health", cls=WideCommand, short_help="运行状况 how the registry is doing")
@json_option
@connected
def health(session: Session, as_json: bool) -> None:
    """日志、检查点、映射、时间戳、见证、来源和将到期的密钥。Log, map, stamps, witnesses, sources and keys."""
    told = session.registry.audit.health()
    if as_json:
        print_json(json_of(told))
        return
    print_line(told.answered.origin, style="bold")
    print_facts(_facts(told), indent=2)
    print_table(("名单", "报送至", "状态"), map(_source, told.sources), whole=("报送至", "状态"))
    keys = [(each.valid_until, each.department, each.official_id, each.key_id) for each in told.expiring_keys]
    headings = ("到期日", "部门", "人员", "密钥")
    if keys:
        print_table(headings, keys, title="90日内到期的密钥", whole=("到期日", "部门"))


def _person(paper: IdentifierType.ValueType) -> Identifier:
    numbers = numbers_entered()
    if len(numbers) != 1:
        raise click.UsageError(f"--person 只能问一个自然人，标准输入中有{len(numbers)}个号码")
    return Identifier(type=paper, value=numbers[0])


def _what_for(row: LoggedQuery) -> str:
    domain = word_of(DOMAINS, row.domain) if row.domain else ""
    return "\n".join(filter(None, (domain, row.reference, row.reason)))


def _facts(told: GetHealthResponse) -> Iterator[tuple[str, str]]:
    yield "日志", f"{told.log_size}条，最后一条 {_time(told.last_statement_time)}"
    yield "检查点", str(told.checkpoint_size)
    yield "映射", str(told.map_size)
    stamped = told.HasField("last_stamp_time")
    yield "时间戳", _time(told.last_stamp_time) if stamped else "没有"
    yield "见证", _witnesses((each.name, each.cosigned_size) for each in told.witnesses)


def _witnesses(found: Iterable[tuple[str, int]]) -> str:
    return "\n".join(f"{name}：{size or '没有签过'}" for name, size in found) or "没有"


def _source(told: CheckedList) -> tuple[str, str, str]:
    state = "没有来源" if not told.connected else "已过时" if told.stale else "正常"
    return f"{told.name} {told.code}", told.as_of, state


def _time(instant: Timestamp) -> str:
    return china_time(instant.ToDatetime(UTC))
