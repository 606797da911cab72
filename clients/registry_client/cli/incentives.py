"""``registryctl incentives`` and ``redlist``: which facilitations apply, and who is on the red lists.

Example::

    91130902DEM0000142
      诚实守信红名单(诚信典型) R-03
        文书      沧示信用〔2026〕3号，沧州市(示例)社会信用体系建设办公室，2026-06-01
        期间      2026-06-01 至 2029-05-31
        陈述      序号33
        激励      绿色通道、优先办理 M-INC-01（由受理机关裁量）
                  国发〔2016〕33号；…
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

import click
from google.protobuf.json_format import MessageToDict

from registry.domain.identifiers import mask, normalise
from registry.v1 import incentive_service_pb2 as service
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Domain, Identifier, IdentifierType
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import china_time, print_facts, print_json, print_line, print_table
from registry_client.cli.report import DAY
from registry_client.cli.subjects import codes_given
from registry_client.cli.wide_help import WideCommand
from registry_client.cli.words_option import WordOption
from registry_client.incentives import Facilitation, Facilitations
from registry_client.question import Question, at_exact_position
from registry_client.words import DOMAINS, IDENTIFIERS, RED_LIST_STATES, word_of

_DOMAIN = WordOption(DOMAINS, Domain, "DOMAIN_")
_PAPER = WordOption(IDENTIFIERS, IdentifierType, "IDENTIFIER_TYPE_")
_INDENT = 2


@click.command("incentives", cls=WideCommand, short_help="查询适用的激励 which facilitations apply")
@click.argument("subjects", nargs=-1, metavar="[CODE]...")
@click.option(
    "--domain", type=_DOMAIN, required=True, metavar="DOMAIN", help=f"查询领域：{_DOMAIN.choices()}。"
)
@click.option("--on", type=DAY, metavar="DAY", help="所问的日期，默认为今天。Valid time.")
@click.option(
    "--as-known-at",
    type=click.IntRange(min=0),
    metavar="POSITION",
    help="按登记到该序号为止的内容回答。Known position.",
)
@click.option(
    "--paper",
    type=_PAPER,
    default=subject_pb2.IDENTIFIER_TYPE_USCC,
    metavar="TYPE",
    help=f"证件类型，默认统一社会信用代码。自然人的号码从标准输入读取，每行一个：{_PAPER.choices()}。",
)
@click.option("--reference", metavar="TEXT", default="", help="案号或申请号；查询自然人时必填。")
@click.option("--reason", metavar="TEXT", default="", help="查询事由；查询自然人时必填。")
@json_option
@connected
def incentives(
    session: Session,
    subjects: tuple[str, ...],
    domain: Domain.ValueType,
    on: datetime | None,
    as_known_at: int | None,
    paper: IdentifierType.ValueType,
    reference: str,
    reason: str,
    as_json: bool,
) -> None:
    """查询主体适用哪些守信激励，依据是什么，哪些暂停。Which facilitations apply, and why.

    守信激励不抵消任何限制：能否参与，以 registryctl check 的结论为准。
    """
    consistency = None if as_known_at is None else at_exact_position(as_known_at)
    question = Question(domain=domain, reference=reference, reason=reason, consistency=consistency)
    for code in codes_given(subjects, paper):
        subject = Identifier(type=paper, value=code)
        answer = session.registry.incentives.of(subject, question, on=_day(on))
        shown = mask(paper, normalise(code))
        if as_json:
            print_json(_as_json(shown, answer))
        else:
            _print(shown, answer)


@click.command("redlist", cls=WideCommand, short_help="列出守信激励对象 candidates and grants of red lists")
@click.argument("list_code", required=False, default="", metavar="[LIST]")
@click.option("--on", type=DAY, metavar="DAY", help="所问的日期，默认为今天。")
@json_option
@connected
def redlist(session: Session, list_code: str, on: datetime | None, as_json: bool) -> None:
    """列出守信激励名单（如 R-03，不给则全部）的公示、列入、暂停和期满。Candidates and grants of red lists.

    自然人的证件号码作遮盖，不显示姓名。
    """
    entries = session.registry.incentives.red_listed(list_code, on=_day(on))
    if as_json:
        for entry in entries:
            print_json(_entry_as_json(entry))
        return
    rows = [
        (
            "\n".join(filter(None, (entry.subject.value, entry.name))),
            f"{entry.list_name} {entry.list_code}",
            word_of(RED_LIST_STATES, entry.state) + ("\n异议处理中" if entry.objected else ""),
            _days(entry.publicised_from, entry.publicised_until, "\n"),
            _days(getattr(entry, "from"), entry.until, "\n"),
        )
        for entry in entries
    ]
    headings = ("主体", "名单", "状态", "公示", "有效期")
    print_table(headings, rows, whole=("主体", "状态", "公示", "有效期"))


def _print(shown: str, answer: Facilitations) -> None:
    print_line(shown, style="bold")
    given = [(each, "") for each in answer.applying]
    given += [(each.facilitation, each.reason) for each in answer.suspended]
    for (position, suspended), group in groupby(given, key=lambda each: (each[0].position, each[1])):
        _print_grant([each for each, _ in group], position, suspended)
    if not given:
        print_line("  没有守信激励的记录")
    answered = answer.answered
    print_facts(
        [
            ("所问日期", china_time(answered.valid_time)[: len("2026-01-01")]),
            ("已知序号", str(answered.known_position)),
            ("目录版本", f"{answered.edition_label}（{answered.edition[:16]}）"),
        ],
        indent=_INDENT,
    )
    print_line("")


def _print_grant(brought: list[Facilitation], position: int, suspended: str) -> None:
    """What one grant brings: by which list, document and term, and each facilitation with its articles."""
    first = brought[0]
    name = f"{first.red_list_name} {first.red_list_code}".strip() or "文书单独给予"
    print_line(f"  {name}" + ("：暂停" if suspended else ""), style="yellow" if suspended else "green")
    document = first.document
    print_facts(
        [
            ("暂停", suspended),
            ("文书", "，".join(filter(None, (document.number, document.authority, document.decided_on)))),
            ("期间", _days(first.first, first.until)),
            ("陈述", f"序号{position}"),
            *(("激励", f"{_named(each)}\n{'；'.join(each.legal_basis)}") for each in brought),
        ],
        indent=2 * _INDENT,
    )


def _named(each: Facilitation) -> str:
    marks = (("由受理机关裁量", each.discretionary), ("依据待核实", each.unconfirmed))
    told = "，".join(word for word, holds in marks if holds)
    return f"{each.measure_name} {each.measure_code}" + (f"（{told}）" if told else "")


def _days(first: str, last: str, space: str = " ") -> str:
    return f"{first} 至{space}{last or '未定'}" if first else ""


def _as_json(shown: str, answer: Facilitations) -> dict[str, Any]:
    answered = answer.answered
    return {
        "subject": shown,
        "incentives": [_facilitation_as_json(each) for each in answer.applying],
        "suspended": [
            {
                "incentive": _facilitation_as_json(each.facilitation),
                "reason": each.reason,
                "because_of_position": each.because_of_position or None,
            }
            for each in answer.suspended
        ],
        "answered": {
            "origin": answered.origin,
            "known_position": answered.known_position,
            "valid_time": answered.valid_time.isoformat(),
            "edition": answered.edition,
            "edition_label": answered.edition_label,
        },
    }


def _facilitation_as_json(each: Facilitation) -> dict[str, Any]:
    return {
        "measure_code": each.measure_code,
        "measure_name": each.measure_name,
        "discretionary": each.discretionary,
        "unconfirmed": each.unconfirmed,
        "red_list_code": each.red_list_code,
        "red_list_name": each.red_list_name,
        "document": MessageToDict(each.document, preserving_proto_field_name=True),
        "legal_basis": list(each.legal_basis),
        "from": each.first,
        "until": each.until,
        "position": each.position,
    }


def _entry_as_json(entry: service.RedListEntry) -> dict[str, Any]:
    printed: dict[str, Any] = MessageToDict(
        entry, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    printed["position"] = entry.position
    printed["state"] = service.RedListState.Name(entry.state).removeprefix("RED_LIST_STATE_")
    return printed


def _day(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d}"
