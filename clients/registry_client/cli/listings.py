"""``registryctl bans``, ``listed``, ``disputes``: whom bans and lists fall on, whose name is disputed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

import click

from registry.v1 import subject_pb2
from registry.v1.record_service_pb2 import ListedRestriction
from registry.v1.subject_pb2 import Domain
from registry.v1.verdict_pb2 import CheckedList
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json, print_line, print_table
from registry_client.cli.record import day_text
from registry_client.cli.record_text import as_json as json_of
from registry_client.cli.record_text import days, print_answered
from registry_client.cli.report import DAY
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.records import PAGE
from registry_client.words import DOMAINS, STATUSES, word_of

_DOMAIN = WordOption(DOMAINS, Domain, "DOMAIN_")
_on = click.option("--on", type=DAY, metavar="DAY", help="所问的日期，默认为今天。Valid time.")
_limit = click.option("--limit", type=click.IntRange(min=1), metavar="N", help="至多列几个，默认全部。")


@click.command("bans", cls=WideCommand, short_help="列出市场禁入 list market bans in force")
@click.option(
    "--domain",
    type=_DOMAIN,
    default=subject_pb2.DOMAIN_UNSPECIFIED,
    metavar="DOMAIN",
    help=f"只列这一领域的；不给则列可以查询的全部领域：{_DOMAIN.choices()}。",
)
@click.option("--measure", metavar="CODE", default="", help="只列这一措施的，如 M-PRO-01。")
@click.option("--region", metavar="CODE", default="", help="只列适用区域在该地区之内的，如 130900。")
@_on
@_limit
@json_option
@connected
def bans(
    session: Session,
    domain: Domain.ValueType,
    measure: str,
    region: str,
    on: datetime | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """列出当日有效的市场禁入。List market bans in force on a day.

    自然人的证件号码作遮盖，不显示姓名。能否参与，以 registryctl check 的结论为准。
    """
    listing = session.registry.records.market_bans(
        domain=domain, measure_code=measure, region=region, on=day_text(on), page_size=_page(limit)
    )
    rows = list(islice(listing, limit))
    if as_json:
        _print_json(rows)
        return
    shown = [(_whom(row), f"{row.hit.measure_name} {row.hit.measure_code}", *_rest(row)) for row in rows]
    print_table(("主体", "措施", "期间", "文书", "状态"), shown, whole=("主体", "期间"))
    print_answered(listing.first.answered)


@click.command("listed", cls=WideCommand, short_help="列出名单上的主体 who is on a list")
@click.argument("named", metavar="LIST")
@_on
@_limit
@json_option
@connected
def listed(session: Session, named: str, on: datetime | None, limit: int | None, as_json: bool) -> None:
    """列出当日在名单上的主体，名单写代码或名称，旧名也可。List who is on a list on a day.

    来源未接入或者报送过时的，没有列出不说明不在名单上。自然人的证件号码作遮盖，不显示姓名。
    """
    listing = session.registry.records.listed(named, on=day_text(on), page_size=_page(limit))
    rows = list(islice(listing, limit))
    if as_json:
        _print_json(rows)
        print_json({"list": json_of(listing.first.list), "answered": json_of(listing.first.answered)})
        return
    print_line(_source(listing.first.list), style="bold")
    shown = [(_whom(row), *_rest(row)) for row in rows]
    print_table(("主体", "期间", "文书", "状态"), shown, whole=("主体", "期间"))
    print_answered(listing.first.answered)


@click.command("disputes", cls=WideCommand, short_help="列出一码多名 codes under disputed names")
@_limit
@json_option
@connected
def disputes(session: Session, limit: int | None, as_json: bool) -> None:
    """列出名称有争议的代码，待人员认定（name_ruling）或者撤回有误的陈述。Codes under names that disagree.

    认定之前，这些代码的查询不会得出未见限制。部门和登记机构可用。
    """
    rows = list(islice(session.registry.records.name_disputes(), limit))
    if as_json:
        for row in rows:
            code = row.current.value if row.current else ""
            print_json({"code": code, "names": row.names, "disputed_names": row.disputed_names})
        return
    shown = [
        (row.current.value if row.current else "", "\n".join(row.names), "\n".join(row.disputed_names))
        for row in rows
    ]
    print_table(("代码", "所用名称", "有争议的"), shown, whole=("代码",))


def _page(limit: int | None) -> int:
    return min(limit or PAGE, PAGE)


def _print_json(rows: Iterable[ListedRestriction]) -> None:
    for row in rows:
        print_json(json_of(row))


def _whom(row: ListedRestriction) -> str:
    return "\n".join(filter(None, (row.subject.value, row.name)))


def _rest(row: ListedRestriction) -> tuple[str, str, str]:
    hit = row.hit
    last = "终身" if hit.lifetime else hit.until
    document = "\n".join(filter(None, (hit.document.number, hit.document.authority)))
    return days(getattr(hit, "from"), last, "\n"), document, word_of(STATUSES, hit.status)


def _source(told: CheckedList) -> str:
    """A list with what its silence is worth."""
    if not told.connected:
        return f"{told.name} {told.code}：没有来源，没有列出不说明不在名单上"
    stale = "，已过时，没有列出不说明不在名单上" if told.stale else ""
    return f"{told.name} {told.code}：报送至{told.as_of}{stale}"
