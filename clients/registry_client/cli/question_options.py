"""The arguments and options that make up a question: about whom, in which matter, as of when.

``asking`` gives a command an ``Asked`` in their place; ``check`` and ``explain`` have the same options
because of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

import click

from registry.v1 import subject_pb2
from registry.v1.consistency_pb2 import Consistency
from registry.v1.subject_pb2 import Domain, Identifier, IdentifierType, SubjectRole, TenderKind
from registry_client.cli.subjects import codes_given
from registry_client.cli.words_option import WordOption
from registry_client.instants import china_instant
from registry_client.question import Question, at_exact_position, at_least_as_fresh, fully_consistent
from registry_client.words import DOMAINS, IDENTIFIERS, ROLES, TENDERS

_Result = TypeVar("_Result")

_DOMAIN = WordOption(DOMAINS, Domain, "DOMAIN_")
_ROLE = WordOption(ROLES, SubjectRole, "SUBJECT_ROLE_")
_PAPER = WordOption(IDENTIFIERS, IdentifierType, "IDENTIFIER_TYPE_")
_TENDER = WordOption(TENDERS, TenderKind, "TENDER_KIND_")


class Instant(click.ParamType[datetime]):
    """A day (its first moment in China) or an instant in ISO 8601, in China's time unless it names a zone."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant that was written."""
        if isinstance(value, datetime):
            return value
        try:
            return china_instant(value)
        except ValueError:
            self.fail(f"“{value}”不是时间，应为 2026-04-01 或 2026-04-01T09:30", param, ctx)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and about whom."""

    question: Question
    subjects: tuple[Identifier, ...]


at_option = click.option(
    "--at",
    "valid_time",
    type=Instant(),
    metavar="TIME",
    help="所问的时点（北京时间），如 2026-04-01 或 2026-04-01T09:30；默认为现在。Valid time.",
)
as_known_at_option = click.option(
    "--as-known-at",
    type=click.IntRange(min=0),
    metavar="POSITION",
    help="按登记到该序号为止的内容回答，不计其后的更正。Known position.",
)

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("subjects", nargs=-1, metavar="[CODE]..."),
    click.option(
        "--domain",
        type=_DOMAIN,
        required=True,
        metavar="DOMAIN",
        help=f"查询领域：{_DOMAIN.choices()}。",
    ),
    click.option("--role", type=_ROLE, metavar="ROLE", help=f"主体在本事项中的角色：{_ROLE.choices()}。"),
    click.option(
        "--tender", type=_TENDER, metavar="KIND", help=f"项目是否依法必须招标：{_TENDER.choices()}。"
    ),
    click.option("--region", metavar="CODE", default="", help="事项所在地区，GB/T 2260代码，如130902。"),
    click.option("--industry", metavar="CODE", default="", help="行业，GB/T 4754代码，如E47。"),
    click.option("--activity", metavar="CODE", default="", help="目录中的活动代码，如FOOD。"),
    click.option(
        "--paper",
        type=_PAPER,
        default=subject_pb2.IDENTIFIER_TYPE_USCC,
        metavar="TYPE",
        help="证件类型，默认统一社会信用代码。自然人的号码从标准输入读取，每行一个，不得写在命令行："
        f"{_PAPER.choices()}。",
    ),
    click.option("--reference", metavar="TEXT", default="", help="项目编号或案号；查询自然人时必填。"),
    click.option("--reason", metavar="TEXT", default="", help="查询事由；查询自然人时必填。"),
    at_option,
    as_known_at_option,
    click.option(
        "--at-least",
        type=click.IntRange(min=0),
        metavar="POSITION",
        help="至少计入该序号为止的陈述，如本机刚提交的一份。At least as fresh.",
    ),
    click.option("--fresh", is_flag=True, help="计入此刻为止已确认的全部陈述。Fully consistent."),
)
_NAMES = (
    "subjects", "domain", "role", "tender", "region", "industry", "activity", "paper", "reference", "reason",
    "valid_time", "as_known_at", "at_least", "fresh",
)  # fmt: skip


def asking(command: Callable[..., _Result]) -> Callable[..., _Result]:
    """Gives a command the options of a question, and an ``Asked`` made of them as ``asked``."""

    @wraps(command)
    def run(**options: Any) -> _Result:
        given = {name: options.pop(name) for name in _NAMES}
        return command(asked=_asked(given), **options)

    for option in reversed(_OPTIONS):
        run = option(run)
    return run


def _asked(given: dict[str, Any]) -> Asked:
    texts = {name: given[name] for name in ("region", "industry", "activity", "reference", "reason")}
    question = Question(
        domain=given["domain"],
        role=given["role"] or subject_pb2.SUBJECT_ROLE_UNSPECIFIED,
        tender_kind=given["tender"] or subject_pb2.TENDER_KIND_UNSPECIFIED,
        valid_time=given["valid_time"],
        consistency=_consistency(given["as_known_at"], given["at_least"], given["fresh"]),
        **texts,
    )
    codes = codes_given(given["subjects"], given["paper"])
    return Asked(question, tuple(Identifier(type=given["paper"], value=code) for code in codes))


def _consistency(as_known_at: int | None, at_least: int | None, fresh: bool) -> Consistency | None:
    if sum((as_known_at is not None, at_least is not None, fresh)) > 1:
        raise click.UsageError("--as-known-at、--at-least、--fresh 只能用一个")
    if as_known_at is not None:
        return at_exact_position(as_known_at)
    if at_least is not None:
        return at_least_as_fresh(at_least)
    return fully_consistent() if fresh else None
