"""Editions of the catalogue with a few rows changed by chance: every column that a restriction depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from registry.sanctions.catalogue.edition import CreditList, Edition, Measure, RedList
from registry.sanctions.catalogue.rulebook import Rulebook
from registry.v1 import subject_pb2

_ANSWERS = ("blocks", "review", "information")
_DAYS = (date(2025, 7, 1), date(2026, 7, 1), date(2027, 1, 1))
Row = Any


def random_edition(edition: Edition, chance: Random) -> Edition:
    """The edition with one to four changes."""
    for _ in range(chance.randrange(1, 5)):
        edition = chance.choice(_CHANGES)(edition, chance)
    return replace(edition, label="random", hash=f"{chance.getrandbits(256):064x}")


def _measures(edition: Edition, chance: Random) -> Edition:
    code = chance.choice(sorted(edition.measures))
    rows = edition.measures[code]
    change = chance.choice((_other, _other, _other, _succeeded, _gone))
    return _with(edition, "measures", code, change(rows, edition, chance))


def _other(rows: tuple[Measure, ...], edition: Edition, chance: Random) -> tuple[Measure, ...]:
    """The last row with a column changed."""
    row, lists = rows[-1], sorted(edition.lists)
    fields: list[dict[str, Any]] = [
        {"answer": chance.choice(_ANSWERS)},
        {"triggering_lists": tuple(sorted({*row.triggering_lists, chance.choice(lists)}))},
        {"triggering_lists": row.triggering_lists[1:]},
        {"confidence": chance.choice(("low", "high"))},
        {"effective_to": chance.choice((*_DAYS, None))},
        {"effective_from": chance.choice(_DAYS)},
        {"window_months": chance.choice((12, 36, 60))},
        {"anchors": row.anchors[1:]},
        {"roles": frozenset({subject_pb2.SUBJECT_ROLE_BIDDER})},
        {"subject_kinds": row.subject_kinds - {subject_pb2.SUBJECT_KIND_ENTERPRISE}},
        {"activity": chance.choice(("", "FOOD"))},
        {"compulsory_tender_only": not row.compulsory_tender_only},
        {"domain": chance.choice(sorted(edition.rules.domains))},
        {"name_zh": "另一名称", "legal_basis": ("示例法 第一条",)},
    ]
    return (*rows[:-1], replace(row, **chance.choice(fields)))


def _succeeded(rows: tuple[Measure, ...], edition: Edition, chance: Random) -> tuple[Measure, ...]:
    """A later rule, the same, a milder or a harder one, which may reach back."""
    day, row = chance.choice(_DAYS), rows[-1]
    fields: dict[str, Any] = {
        "answer": chance.choice((row.answer, chance.choice(_ANSWERS))),
        "term": replace(row.term, max_months=chance.choice((6, 24, 120))),
        "for_earlier": chance.choice(("none", "if_lenient")),
    }
    later = replace(row, effective_from=day, **fields)
    return (*rows[:-1], replace(row, effective_to=day - timedelta(days=1)), later)


def _gone(rows: tuple[Measure, ...], edition: Edition, chance: Random) -> tuple[Measure, ...]:
    return rows[:-1]


def _lists(edition: Edition, chance: Random) -> Edition:
    code = chance.choice(sorted(edition.lists))
    row: CreditList = edition.lists[code][-1]
    return _with(edition, "lists", code, (replace(row, confidence=chance.choice(("low", "high"))),))


def _red_lists(edition: Edition, chance: Random) -> Edition:
    code = chance.choice(sorted(edition.red_lists))
    *earlier, row = edition.red_lists[code]
    shorter: RedList = replace(row, measures=row.measures[1:])
    return _with(edition, "red_lists", code, (*earlier, shorter))


def _rules(edition: Edition, chance: Random) -> Edition:
    rules = edition.rules
    if chance.random() < 0.5:
        role = chance.choice(sorted(rules.roles))
        return replace(
            edition, rules=_rulebook(rules, roles={**rules.roles, role: (frozenset(), frozenset())})
        )
    months = chance.choice((1, 6, 60))
    severity = tuple(replace(rule, max_months=months) for rule in rules.severity_rules)
    return replace(edition, rules=_rulebook(rules, severity_rules=severity))


def _rulebook(rules: Rulebook, **fields: Any) -> Rulebook:
    return replace(rules, **fields)


def _with(edition: Edition, table: str, code: str, rows: tuple[Row, ...]) -> Edition:
    changed = {**getattr(edition, table), code: rows}
    fields: dict[str, Any] = {
        table: MappingProxyType({key: found for key, found in changed.items() if found})
    }
    return replace(edition, **fields)


_CHANGES: tuple[Callable[[Edition, Random], Edition], ...] = (
    _measures,
    _measures,
    _measures,
    _lists,
    _red_lists,
    _rules,
)
