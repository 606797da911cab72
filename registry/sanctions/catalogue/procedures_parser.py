"""Reads the procedures of an edition (``procedures``); each section may stand in any file, and may be
missing.

* ``step_articles`` step → article; every step must be there if one is.
* ``ban_rules`` code, name, ``market_bans``, ``measures``, ``lists``, ``hearing``, ``collective``,
  ``upper_consent``, ``basis``; effective-dated.
* ``repair_rules`` code, ``lists``, ``categories``, ``min_months``, ``counted_from``, ``proof_required``,
  ``conditions_zh``, ``basis``; effective-dated.
* ``early_ends`` ``measures``, ``allowed``, ``basis``; effective-dated.
* ``false_repair`` ``months``, ``basis``.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar, get_args

from registry.sanctions.catalogue import vocabulary as words
from registry.sanctions.catalogue.bounds import MAX_MONTHS
from registry.sanctions.catalogue.located_yaml import MAX_ITEMS, Row
from registry.sanctions.catalogue.procedures import (
    NO_PROCEDURES,
    BanRule,
    CountedFrom,
    EarlyEnd,
    FalseRepair,
    Procedures,
    RepairRule,
)

STEPS = (
    "draft", "review", "notice", "defence", "hearing_notice", "hearing", "deliberation", "decision",
    "service", "separation", "not_heavier", "stay", "lifting", "revocation", "correction", "objection",
    "repair", "decides_here",
)  # fmt: skip
"""What is refused with an article: the steps of a ban, who may take them, and the remedies."""
_COUNTED: Mapping[str, CountedFrom] = {word: word for word in get_args(CountedFrom)}

_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that rows may name."""

    measures: Container[str]
    lists: Container[str]
    categories: Container[str]


def read_procedures(tops: Iterable[Row], known: Known) -> Procedures:
    """The procedures in the files of an edition; faults are noted in their log."""
    files = tuple(tops)
    found = Procedures(
        articles=MappingProxyType(_articles(files)),
        ban_rules=_rows(files, "ban_rules", lambda row: _ban_rule(row, known)),
        repair_rules=_rows(files, "repair_rules", lambda row: _repair_rule(row, known)),
        early_ends=_rows(files, "early_ends", lambda row: _early_end(row, known), "basis"),
        false_repair=_false_repair(files),
    )
    if found.ban_rules and not found.articles:
        next(top for top in files if top.has("ban_rules")).fault("step_articles", "is missing")
    return found if found.articles or found.ban_rules or found.repair_rules else NO_PROCEDURES


def _rows(
    files: Iterable[Row], key: str, read: Callable[[Row], _V], name_key: str = "code"
) -> tuple[_V, ...]:
    rows = [row for top in files if top.has(key) for row in top.rows(key, name_key)]
    for row in rows[MAX_ITEMS:]:
        row.fault(name_key, f"{key}: more than {MAX_ITEMS} rows")
    return tuple(map(read, rows[:MAX_ITEMS]))


def _articles(files: Iterable[Row]) -> dict[str, str]:
    for top in files:
        if top.has("step_articles"):
            table = top.names("step_articles")
            for step in STEPS:
                if step not in table:
                    top.fault("step_articles", f"{step} is missing")
            for step in table.keys() - set(STEPS):
                top.fault("step_articles", f"there is no step {step}")
            return table
    return {}


def _ban_rule(row: Row, known: Known) -> BanRule:
    rule = BanRule(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        market_bans=row.flag("market_bans"),
        measures=frozenset(row.references("measures", known.measures)),
        lists=frozenset(row.references("lists", known.lists)),
        hearing=row.flag("hearing"),
        collective=row.flag("collective"),
        upper_consent=row.flag("upper_consent"),
        basis=_basis(row),
        effective_from=row.day("effective_from"),
        effective_to=row.optional_day("effective_to"),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
    )
    row.close()
    return rule


def _repair_rule(row: Row, known: Known) -> RepairRule:
    rule = RepairRule(
        code=row.text("code"),
        lists=frozenset(row.references("lists", known.lists)),
        categories=frozenset(row.references("categories", known.categories)),
        min_months=row.optional_number("min_months", MAX_MONTHS),
        counted_from=row.choice("counted_from", _COUNTED),
        proof_required=row.flag("proof_required"),
        conditions_zh=row.text("conditions_zh"),
        basis=_basis(row),
        effective_from=row.day("effective_from"),
        effective_to=row.optional_day("effective_to"),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
    )
    row.close()
    return rule


def _early_end(row: Row, known: Known) -> EarlyEnd:
    rule = EarlyEnd(
        measures=frozenset(row.references("measures", known.measures)),
        allowed=row.flag("allowed"),
        basis=_basis(row),
        effective_from=row.day("effective_from"),
        effective_to=row.optional_day("effective_to"),
        confidence=row.choice("confidence", words.CONFIDENCES),
        note=row.optional_text("note"),
    )
    row.close()
    return rule


def _false_repair(files: Iterable[Row]) -> FalseRepair | None:
    for top in files:
        if top.has("false_repair") and (row := top.row("false_repair")) is not None:
            rule = FalseRepair(
                months=row.number("months", MAX_MONTHS),
                basis=_basis(row),
                confidence=row.choice("confidence", words.CONFIDENCES),
            )
            row.close()
            return rule
    return None


def _basis(row: Row) -> tuple[str, ...]:
    basis = row.texts("basis")
    if row.sound and not basis:
        row.fault("basis", "a rule of procedure without a legal basis")
    return basis
