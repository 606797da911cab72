"""What changes in the procedures of an edition (程序规则的变化): for bans, for repair, for ending early.

Rules are matched by code and first day, as measures are; of ending early it is told measure by measure, for
that is what a row says. Articles of the steps are told one by one.

Worked example: a rule of 2026-07-01 lets M-BUS-22 end early no more:
    提前终止 M-BUS-22 不适用告知承诺制…: 自2026-07-01起, 可以提前终止由是改为否      severity +1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.procedures import EarlyEnd, FalseRepair, Procedures
from registry.sanctions.difference import tables
from registry.sanctions.difference.columns import Names
from registry.sanctions.difference.rows import pairs_of
from registry.sanctions.difference.sections import (
    ADDED,
    CHANGED,
    REMOVED,
    Change,
    Section,
    by_column,
    dated,
)

_R = TypeVar("_R")
_FALSE_REPAIR = "弄虚作假的修复"


def procedure_differences(before: Edition, after: Edition, names: Names) -> Iterator[Change]:
    """See ``difference.differences``."""
    old, new = before.procedures, after.procedures
    yield from _articles(old, new)
    yield from _dated(_BAN_RULES, rules_by_code(old.ban_rules), rules_by_code(new.ban_rules), names)
    yield from _dated(_REPAIR_RULES, rules_by_code(old.repair_rules), rules_by_code(new.repair_rules), names)
    ends = ends_by_measure(old.early_ends), ends_by_measure(new.early_ends)
    for code in sorted(ends[0].keys() | ends[1].keys()):
        section = _early_ends(names.measure(code))
        yield from dated(section, code, pairs_of(ends[0].get(code, ()), ends[1].get(code, ())), names)
    yield from _false_repair(old.false_repair, new.false_repair, names)


def _always(rule: Any) -> bool:
    return True


def _never(rule: Any) -> bool:
    return False


def _nothing(rule: Any) -> str:
    return ""


_BAN_RULES = Section(
    "ban_rules", tables.BAN_RULE, lambda rule: f"禁入程序 {rule.code} {rule.name_zh}", _nothing,
    burdens=_never,  # What a rule asks for protects whom it is for; that it is there at all opens the way.
    weighs=_always,
)  # fmt: skip
_REPAIR_RULES = Section(
    "repair_rules", tables.REPAIR_RULE, lambda rule: f"信用修复 {rule.code}",
    lambda rule: f"条件为“{rule.conditions_zh}”, ", burdens=_never, weighs=_always,
)  # fmt: skip


def _early_ends(measure: str) -> Section:
    """Of one measure, named."""
    return Section(
        "early_ends", tables.EARLY_END, lambda rule: f"提前终止 {measure}",
        lambda rule: f"{'可以' if rule.allowed else '不得'}提前终止, ", burdens=_never, weighs=_always,
    )  # fmt: skip


def _dated(
    section: Section, before: Mapping[str, Sequence[Any]], after: Mapping[str, Sequence[Any]], names: Names
) -> Iterator[Change]:
    for code in sorted(before.keys() | after.keys()):
        yield from dated(section, code, pairs_of(before.get(code, ()), after.get(code, ())), names)


def _articles(before: Procedures, after: Procedures) -> Iterator[Change]:
    for step in sorted(before.articles.keys() | after.articles.keys()):
        old, new, said = before.articles.get(step), after.articles.get(step), f"程序步骤 {step} 的依据"
        if new is None:
            yield Change(REMOVED, "step_articles", step, f"{said}: 删去“{old}”")
        elif old is None:
            yield Change(ADDED, "step_articles", step, f"{said}: 新增“{new}”")
        elif old != new:
            yield Change(CHANGED, "step_articles", step, f"{said}: 由“{old}”改为“{new}”")


def _false_repair(before: FalseRepair | None, after: FalseRepair | None, names: Names) -> Iterator[Change]:
    section = "false_repair"
    if before is None and after is not None:
        yield Change(ADDED, section, "", f"{_FALSE_REPAIR}: 新增, {after.months}个月内不得简易修复", 1)
    elif before is not None and after is None:
        yield Change(REMOVED, section, "", f"{_FALSE_REPAIR}: 删去", -1)
    elif before is not None:
        for told, severity in by_column(tables.FALSE_REPAIR, before, after, names):
            yield Change(CHANGED, section, "", f"{_FALSE_REPAIR}: {told}", severity)


def rules_by_code(rules: Iterable[Any]) -> Mapping[str, Sequence[Any]]:
    """The dated rows of each code, in the order of their days."""
    return _grouped((rule.code, rule) for rule in rules)


def ends_by_measure(rules: Iterable[EarlyEnd]) -> Mapping[str, Sequence[EarlyEnd]]:
    """The rows that name each measure, in the order of their days."""
    return _grouped((code, rule) for rule in rules for code in rule.measures)


def _grouped(rows: Iterable[tuple[str, _R]]) -> Mapping[str, Sequence[_R]]:
    found: dict[str, list[_R]] = {}
    for code, row in rows:
        found.setdefault(code, []).append(row)

    return {code: sorted(group, key=_first_day) for code, group in found.items()}


def _first_day(row: Any) -> date:
    first: date = row.effective_from
    return first
