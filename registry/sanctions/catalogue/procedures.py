"""What law asks of the procedures for bans and repair, as data of an edition (程序规则).

* A *ban rule* says of some measures or lists whether a hearing must be offered (行政处罚法 第六十三条),
  whether leaders decide together (第五十七条) and whether the upper level must consent; every ban is told
  beforehand, may be answered and is reviewed in law whatever the rules say. Where several rules are for one
  ban, what any of them asks for is needed.
* A *repair rule* says of some lists, or of the penalties of some categories, when repair may come and what
  must be shown. Without a number of months of its own the clock is that of the list or of the severity.
* An *early end* says of some measures whether they may end before their term. What no row names may not: law
  must allow it (依法依规解除惩戒措施, 信用修复管理办法 第三条).
* ``articles`` names, for each step, the article that is told when it is refused.

Rules have days, as everything in an edition has. An edition without these sections has no procedures: then
nobody can decide a ban under it.

Worked example: for M-PRO-01 on 2026-05-01, ``needs`` is a hearing and collective discussion; for an entry on
L-06 consent of the upper level (市场监管总局令第44号).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, Protocol, TypeVar

from registry.sanctions.catalogue.rulebook import Confidence

CountedFrom = Literal["document", "listing", "correction"]
"""From which day the months of a repair rule run: that of the document, of the entry, or of the
correction."""


class _Dated(Protocol):
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...


_D = TypeVar("_D", bound=_Dated)


@dataclass(frozen=True, slots=True)
class BanRule:
    """What a ban by these measures, or an entry on these lists, needs. ``market_bans``: every measure that
    the catalogue marks as one."""

    code: str
    name_zh: str
    market_bans: bool
    measures: frozenset[str]
    lists: frozenset[str]
    hearing: bool
    collective: bool
    upper_consent: bool
    basis: tuple[str, ...]
    effective_from: date
    effective_to: date | None
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class Needs:
    """What the rules together ask of one ban, each with the articles that ask for it."""

    hearing: tuple[str, ...] = ()
    collective: tuple[str, ...] = ()
    upper_consent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairRule:
    """When what a statement says of these lists or categories may be repaired. ``min_months`` None: the
    number that the list (``early_removal_months``) or the severity has; without any, repair is not
    available."""

    code: str
    lists: frozenset[str]
    categories: frozenset[str]
    min_months: int | None
    counted_from: CountedFrom
    proof_required: bool
    conditions_zh: str
    basis: tuple[str, ...]
    effective_from: date
    effective_to: date | None
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class EarlyEnd:
    """Whether these measures may end before their term, by repair or lifting."""

    measures: frozenset[str]
    allowed: bool
    basis: tuple[str, ...]
    effective_from: date
    effective_to: date | None
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class FalseRepair:
    """For how many months nobody may repair on commitment alone after a repair that rested on false
    papers."""

    months: int
    basis: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, eq=False)
class Procedures:
    """The procedures of an edition; empty where it has none."""

    articles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ban_rules: tuple[BanRule, ...] = ()
    repair_rules: tuple[RepairRule, ...] = ()
    early_ends: tuple[EarlyEnd, ...] = ()
    false_repair: FalseRepair | None = None

    @property
    def has_bans(self) -> bool:
        """Whether bans can be decided under the edition at all."""
        return bool(self.ban_rules)

    def needs(self, market_bans: Iterable[str], measures: Iterable[str], list_code: str, on: date) -> Needs:
        """What a ban needs that imposes ``measures`` (those among ``market_bans`` are market bans) or enters
        the subject on a list (empty: none), by the rules of a day."""
        named, banning = frozenset(measures), bool(frozenset(market_bans))
        rules = [
            rule
            for rule in _in_force(self.ban_rules, on)
            if (rule.market_bans and banning) or rule.measures & named or list_code in rule.lists
        ]
        return Needs(
            hearing=_articles(rule.basis for rule in rules if rule.hearing),
            collective=_articles(rule.basis for rule in rules if rule.collective),
            upper_consent=_articles(rule.basis for rule in rules if rule.upper_consent),
        )

    def covers(self, market_bans: Iterable[str], measures: Iterable[str], list_code: str, on: date) -> bool:
        """Whether some rule of a day is for such a ban; if none is, it is not decided here."""
        named, banning = frozenset(measures), bool(frozenset(market_bans))
        return any(
            (rule.market_bans and banning) or rule.measures & named or list_code in rule.lists
            for rule in _in_force(self.ban_rules, on)
        )

    def repair_rule(self, category: str, list_code: str, on: date) -> RepairRule | None:
        """The rule for repairing an entry on a list, or else a record of a category; None if there is
        none."""
        rules = list(_in_force(self.repair_rules, on))
        by_list = next((rule for rule in rules if list_code and list_code in rule.lists), None)
        return by_list or next(
            (rule for rule in rules if not list_code and category in rule.categories), None
        )

    def early_end(self, measure: str, on: date) -> EarlyEnd | None:
        """What the edition says of ending a measure early; None if it says nothing."""
        return next((rule for rule in _in_force(self.early_ends, on) if measure in rule.measures), None)

    def may_end_early(self, measure: str, on: date) -> bool:
        """Whether a measure may end before its term."""
        rule = self.early_end(measure, on)
        return rule is not None and rule.allowed


NO_PROCEDURES = Procedures()


def _in_force(rules: Iterable[_D], on: date) -> Iterable[_D]:
    return (r for r in rules if r.effective_from <= on and (r.effective_to is None or on <= r.effective_to))


def _articles(bases: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(article for basis in bases for article in basis))
