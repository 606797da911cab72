"""The tables of the pages in docs/law (对照表), see ``scripts.law_pages``.

Each function yields the lines of a table in Markdown; ``_`` is an argument that only entries have.

Example: the row of 工程招投标 in ``domains`` says that L-01 must be checked there, by 法〔2016〕285号.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import TypeVar

from registry.sanctions.catalogue import words as zh
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.rulebook import Deadline
from scripts.law_words import DEADLINES_ZH, Entry, departments, in_force, months, sureness, table, whom

_E = TypeVar("_E")


def domains(edition: Edition, _: str) -> Iterator[str]:
    """Domains, how many measures act in each, the lists that law requires to be checked in it, and the
    measures of which a deciding department must be connected."""
    return table(
        ("领域", "措施", "法定应查的名单", "须有决定机关接入的措施", "依据"),
        (
            (
                rule.name_zh,
                f"{len(edition.measures_asked(rule.domain))}项",
                "、".join(rule.required_lists),
                "、".join(rule.required_measures),
                "；".join(rule.legal_basis),
            )
            for rule in edition.rules.domains.values()
        ),
    )


def roles(edition: Edition, _: str) -> Iterator[str]:
    """On whom a measure must fall to bind whoever acts in a role."""
    rows = ((zh.ROLES_ZH[role], whom(*binding)) for role, binding in edition.rules.roles.items())
    return table(("以何种身份参加", "受落在哪些主体或者资格上的措施约束"), rows)


def anchors(edition: Edition, _: str) -> Iterator[str]:
    """From what terms run, with the measures."""
    used: dict[str, list[str]] = {}
    for code, rows in sorted(edition.measures.items()):
        used.setdefault(rows[-1].start_anchor, []).append(code)
    named = edition.rules.start_anchors.items()
    return table(("起算", "措施"), ((name, "、".join(used.get(anchor, ()))) for anchor, name in named))


def severities(edition: Edition, _: str) -> Iterator[str]:
    """How long penalties are published."""
    return table(
        ("严重程度", "情形", "处罚机关", "公示", "最早修复", "最长", "依据", "施行", "把握", "须注意"),
        (
            (
                zh.SEVERITIES_ZH[rule.severity],
                "、".join(rule.examples_zh),
                departments(rule.departments, edition.rules) or "各部门（另有专门规定的除外）",
                "公示" if rule.publish_default else "原则上不公示",
                f"满{months(rule.min_months)}" if rule.min_months else "随时",
                months(rule.max_months),
                rule.basis,
                in_force(rule),
                zh.CONFIDENCES_ZH[rule.confidence],
                f"{zh.FOR_EARLIER_ZH[rule.for_earlier]}。{rule.note}",
            )
            for rule in edition.rules.severity_rules
        ),
    )


def deadlines(edition: Edition, _: str) -> Iterator[str]:
    """Clocks of procedure."""
    return table(
        ("事项", "期限", "依据", "把握", "须注意"),
        (
            (
                DEADLINES_ZH[each.code],
                _amount(each),
                each.basis,
                zh.CONFIDENCES_ZH[each.confidence],
                each.note,
            )
            for each in edition.rules.deadlines.values()
        ),
    )


def calendar(edition: Edition, _: str) -> Iterator[str]:
    """Days off and days worked, year by year."""
    return table(
        ("年", "放假", "调休上班", "依据"),
        (
            (
                year.year,
                "；".join(_holidays(year.days_off)),
                "、".join(map(_day, sorted(year.worked))) or ("" if year.announced else "尚未公布"),
                year.basis,
            )
            for _year, year in sorted(edition.calendar.years.items())
        ),
    )


def unconfirmed(edition: Edition, _: str) -> Iterator[str]:
    """The latest rows of which something is not confirmed."""
    last: list[Entry] = [*_latest(edition.measures), *_latest(edition.lists), *_latest(edition.red_lists)]
    rows = (row for row in last if sureness(row) != zh.CONFIDENCES_ZH["high"])
    return table(("代码", "名称", "把握", "须注意"), ((r.code, r.name_zh, sureness(r), r.note) for r in rows))


def _latest(codes: Mapping[str, tuple[_E, ...]]) -> list[_E]:
    return [rows[-1] for _code, rows in sorted(codes.items())]


def _amount(each: Deadline) -> str:
    extended = f"，可延长{each.extend}{zh.UNITS_ZH[each.unit]}" if each.extend else ""
    return f"{each.amount}{zh.UNITS_ZH[each.unit]}{extended}"


def _holidays(days_off: Mapping[date, str]) -> Iterator[str]:
    for name, group in groupby(sorted(days_off), days_off.__getitem__):
        found: Iterable[date] = list(group)
        first, last = min(found), max(found)
        yield f"{name} {_day(first)}" + (f"至{_day(last)}" if last > first else "")


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
