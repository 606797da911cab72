"""``registryctl check``: may these subjects take part, and why (not)?"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import click

from registry.v1 import subject_pb2
from registry.v1.consistency_pb2 import Consistency
from registry.v1.subject_pb2 import Domain, Identifier, IdentifierType, SubjectRole, TenderKind
from registry_client.cli import verdict_text
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_json
from registry_client.cli.saved_answer import as_asked
from registry_client.cli.subjects import codes_given
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.question import Question, at_exact_position, at_least_as_fresh, fully_consistent
from registry_client.results import Verdict, worst
from registry_client.words import DOMAINS, IDENTIFIERS, ROLES, TENDERS

_CHINA = timezone(timedelta(hours=8))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DOMAIN = WordOption(DOMAINS, Domain, "DOMAIN_")
_ROLE = WordOption(ROLES, SubjectRole, "SUBJECT_ROLE_")
_PAPER = WordOption(IDENTIFIERS, IdentifierType, "IDENTIFIER_TYPE_")
_TENDER = WordOption(TENDERS, TenderKind, "TENDER_KIND_")


class _Instant(click.ParamType[datetime]):
    """A day (its first moment in China) or an instant in ISO 8601, in China's time unless it names a zone."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(f"{value}T00:00" if _DAY.fullmatch(value) else value)
        except ValueError:
            self.fail(f"“{value}”不是时间，应为 2026-04-01 或 2026-04-01T09:30", param, ctx)
        return instant if instant.tzinfo else instant.replace(tzinfo=_CHINA)


@click.command("check", cls=WideCommand, short_help="查询主体能否参与 ask for verdicts")
@click.argument("subjects", nargs=-1, metavar="[CODE]...")
@click.option(
    "--domain",
    type=_DOMAIN,
    required=True,
    metavar="DOMAIN",
    help=f"查询领域：{_DOMAIN.choices()}。",
)
@click.option("--role", type=_ROLE, metavar="ROLE", help=f"主体在本事项中的角色：{_ROLE.choices()}。")
@click.option("--tender", type=_TENDER, metavar="KIND", help=f"项目是否依法必须招标：{_TENDER.choices()}。")
@click.option("--region", metavar="CODE", default="", help="事项所在地区，GB/T 2260代码，如130902。")
@click.option("--industry", metavar="CODE", default="", help="行业，GB/T 4754代码，如E47。")
@click.option("--activity", metavar="CODE", default="", help="目录中的活动代码，如FOOD。")
@click.option(
    "--paper",
    type=_PAPER,
    default=subject_pb2.IDENTIFIER_TYPE_USCC,
    metavar="TYPE",
    help="证件类型，默认统一社会信用代码。自然人的号码从标准输入读取，每行一个，不得写在命令行："
    f"{_PAPER.choices()}。",
)
@click.option("--reference", metavar="TEXT", default="", help="项目编号或案号；查询自然人时必填。")
@click.option("--reason", metavar="TEXT", default="", help="查询事由；查询自然人时必填。")
@click.option(
    "--at",
    "valid_time",
    type=_Instant(),
    metavar="TIME",
    help="所问的时点（北京时间），如 2026-04-01 或 2026-04-01T09:30；默认为现在。Valid time.",
)
@click.option(
    "--as-known-at",
    type=click.IntRange(min=0),
    metavar="POSITION",
    help="按登记到该序号为止的内容回答，不计其后的更正。Known position.",
)
@click.option(
    "--at-least",
    type=click.IntRange(min=0),
    metavar="POSITION",
    help="至少计入该序号为止的陈述，如本机刚提交的一份。At least as fresh.",
)
@click.option("--fresh", is_flag=True, help="计入此刻为止已确认的全部陈述。Fully consistent.")
@click.option(
    "--together",
    is_flag=True,
    help="这些主体共同参与（联合体）：另给出合并结论，取最差者。Combined verdict of a consortium.",
)
@json_option
@connected
def check(
    session: Session,
    subjects: tuple[str, ...],
    domain: Domain.ValueType,
    role: SubjectRole.ValueType | None,
    tender: TenderKind.ValueType | None,
    region: str,
    industry: str,
    activity: str,
    paper: IdentifierType.ValueType,
    reference: str,
    reason: str,
    valid_time: datetime | None,
    as_known_at: int | None,
    at_least: int | None,
    fresh: bool,
    together: bool,
    as_json: bool,
) -> None:
    """查询一个或几个主体能否参与，并说明理由和依据。Ask whether subjects may take part, and why.

    结论为：禁止 BLOCKED、需研判 REVIEW、未见限制 CLEAR、无法判定 INDETERMINATE。无法判定不等于未见限制。
    角色、地区、行业、项目性质未写明而限制与之有关时，结论为需研判。

    全部为未见限制时退出码为0，否则为1。
    """
    question = Question(
        domain=domain,
        reference=reference,
        reason=reason,
        role=role or subject_pb2.SUBJECT_ROLE_UNSPECIFIED,
        region=region,
        industry=industry,
        activity=activity,
        tender_kind=tender or subject_pb2.TENDER_KIND_UNSPECIFIED,
        valid_time=valid_time,
        consistency=_consistency(as_known_at, at_least, fresh),
    )
    codes = codes_given(subjects, paper)
    results = []
    for code in codes:
        result = session.registry.check(Identifier(type=paper, value=code), question)
        results.append(result)
        if as_json:
            print_json(verdict_text.as_json(result) | {"asked": as_asked(question)})
        else:
            verdict_text.print_result(result)
    combined = worst(results)
    if together and as_json:
        print_json({"together": combined.name})
    elif together:
        verdict_text.print_combined(combined, len(results))
    if combined is not Verdict.CLEAR:
        raise click.exceptions.Exit(1)


def _consistency(as_known_at: int | None, at_least: int | None, fresh: bool) -> Consistency | None:
    if sum((as_known_at is not None, at_least is not None, fresh)) > 1:
        raise click.UsageError("--as-known-at、--at-least、--fresh 只能用一个")
    if as_known_at is not None:
        return at_exact_position(as_known_at)
    if at_least is not None:
        return at_least_as_fresh(at_least)
    return fully_consistent() if fresh else None
