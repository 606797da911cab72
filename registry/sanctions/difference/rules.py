"""What changes in the rules of an edition: categories, severity, deadlines, domains, zones, the calendar …

The rules have no days of their own but for those of severity, which are matched by grade and departments, and
where no such rule was there, by the rule that applied to the grade on the day before.

Worked example: the rule of 2026-04-01 for 轻微 takes the place of the one for every grade.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registry.domain.workdays import YearArrangement
from registry.sanctions.catalogue import words as zh
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.rulebook import Rulebook, SeverityRule
from registry.sanctions.difference import tables
from registry.sanctions.difference.columns import Column, Names
from registry.sanctions.difference.procedures import procedure_differences
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

_RuleKey = tuple[int, tuple[str, ...]]
_NAME_TABLES = {
    "department_kinds": "部门类别",
    "activities": "活动",
    "start_anchors": "期限起算",
    "relief": "救济途径",
}


def rule_differences(before: Edition, after: Edition, names: Names) -> Iterator[Change]:
    """See ``difference.differences``."""
    yield from _keyed("categories", tables.CATEGORY, before.categories, after.categories, names)
    yield from _severity_differences(before.rules, after.rules, names)
    for section, columns, title in (
        ("deadlines", tables.DEADLINE, "期限 {}"),
        ("domains", tables.DOMAIN, "领域{}"),
        ("roles", tables.BINDING, "角色{}"),
        ("zones", tables.ZONE, "开发区 {}"),
        ("national_classes", tables.NATIONAL_CLASS, "国家清单类别 {}"),
    ):
        old, new = _rows(section, before.rules), _rows(section, after.rules)
        yield from _keyed(section, columns, old, new, names, title)
    yield from _regions(before.rules, after.rules)
    for table, title in _NAME_TABLES.items():
        yield from _named(table, title, getattr(before.rules, table), getattr(after.rules, table))
    yield from _vocabularies(before.rules, after.rules)
    old, new = _years(before), _years(after)
    yield from _keyed("calendar", tables.YEAR, old, new, names, "{}年节假日安排")
    yield from procedure_differences(before, after, names)


@dataclass(frozen=True, slots=True)
class _Binding:
    """Whom measures bind in a role."""

    kinds: frozenset[Any]
    capacities: frozenset[Any]
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class _Year:
    """A year of the calendar, its days off as a column of several."""

    announced: bool
    basis: str
    days_off: frozenset[tuple[date, str]]
    worked: frozenset[date]
    name_zh: str = ""

    @classmethod
    def of(cls, row: YearArrangement) -> _Year:
        return cls(row.announced, row.basis, frozenset(row.days_off.items()), row.worked)


def _rows(section: str, rules: Rulebook) -> Mapping[str, Any]:
    if section == "roles":
        return {zh.ROLES_ZH.get(role, str(role)): _Binding(*binding) for role, binding in rules.roles.items()}
    if section == "domains":
        return {zh.DOMAINS_ZH.get(code, str(code)): rule for code, rule in rules.domains.items()}
    found: Mapping[str, Any] = getattr(rules, section)
    return found


def _years(edition: Edition) -> Mapping[str, _Year]:
    return {str(year): _Year.of(row) for year, row in edition.calendar.years.items()}


def _keyed(
    section: str,
    columns: Sequence[Column],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    names: Names,
    title: str = "{}",
) -> Iterator[Change]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        said = title.format(_with_name(key, new if new is not None else old, section))
        if new is None:
            yield Change(REMOVED, section, key, f"{said}: 删去")
        elif old is None:
            yield Change(ADDED, section, key, f"{said}: 新增")
        else:
            for told, severity in by_column(columns, old, new, names):
                yield Change(CHANGED, section, key, f"{said}: {told}", severity)


def _with_name(key: str, row: Any, section: str) -> str:
    name = "" if section == "domains" else getattr(row, "name_zh", "")
    return f"{key} {name}" if name else key


def _named(section: str, title: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """A table of names."""
    for code in sorted(before.keys() | after.keys()):
        old, new = before.get(code), after.get(code)
        if new is None:
            yield Change(REMOVED, section, code, f"{title} {code}: 删去“{old}”")
        elif old is None:
            yield Change(ADDED, section, code, f"{title} {code}: 新增“{new}”")
        elif old != new:
            yield Change(CHANGED, section, code, f"{title} {code}: 由“{old}”改为“{new}”")


def _regions(before: Rulebook, after: Rulebook) -> Iterator[Change]:
    """Regions without the zones, which are told by themselves."""
    old, new = (
        {code: name for code, name in rules.regions.items() if code not in rules.zones}
        for rules in (before, after)
    )
    yield from _named("regions", "行政区划", old, new)


def _vocabularies(before: Rulebook, after: Rulebook) -> Iterator[Change]:
    old, new = (
        {f"{table} {word}": word for table, words in rules.vocabularies.items() for word in words}
        for rules in (before, after)
    )
    yield from _named("vocabularies", "代码表", old, new)


def _severity_differences(before: Rulebook, after: Rulebook, names: Names) -> Iterator[Change]:
    old, new = _grouped(before.severity_rules), _grouped(after.severity_rules)
    section = Section(
        "severity_rules",
        tables.SEVERITY_RULE,
        lambda rule: rule_title(rule, names),
        lambda rule: f"最短{rule.min_months}个月, 最长{rule.max_months}个月, ",
        burdens=lambda rule: False,  # Where one rule ends, another takes its place.
        weighs=lambda rule: True,
    )
    for key in sorted(old.keys() | new.keys()):
        pairs = pairs_of(old.get(key, ()), new.get(key, ()), replaced=_replaced_in(after))
        yield from dated(section, "", pairs, names)


def _grouped(rules: Sequence[SeverityRule]) -> Mapping[_RuleKey, Sequence[SeverityRule]]:
    found: dict[_RuleKey, list[SeverityRule]] = {}
    for rule in rules:
        found.setdefault((rule.severity, tuple(sorted(rule.departments))), []).append(rule)
    return {key: sorted(rows, key=lambda rule: rule.effective_from) for key, rows in found.items()}


def _replaced_in(rules: Rulebook) -> Callable[[SeverityRule], SeverityRule | None]:
    def replaced(rule: SeverityRule) -> SeverityRule | None:
        eve = rule.effective_from - timedelta(days=1)
        return rules.severity_rule(rule.severity, eve, rule.departments)

    return replaced


def rule_title(rule: SeverityRule, names: Names) -> str:
    """``行政处罚公示期限(轻微, 药品监督管理部门)``."""
    kinds = "、".join(names.rule("department_kinds", kind) for kind in sorted(rule.departments))
    grade = zh.SEVERITIES_ZH[rule.severity]
    return f"行政处罚公示期限({grade}, {kinds})" if kinds else f"行政处罚公示期限({grade})"
