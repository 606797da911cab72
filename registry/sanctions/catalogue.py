"""The catalogue of measures, lists and categories (目录): the law as data, one edition at a time.

An edition is a set of YAML files (``registry/sanctions/editions/<label>/``), read by
``registry.sanctions.catalogue_parser`` and identified by the SHA-256 of its content. Admission and
verdicts ask it; nothing in the code knows a term, an article or a code of a measure. Rows are
effective-dated: several rows may carry one code, for days that do not overlap, and what is asked is
always asked for a day (law.md §10: the switch of 2026-04-01).

A measure, column by column
* ``domain`` where it acts; ``effect`` limit, prohibit (not allowed while a status lasts), ban
  (市场禁入, stripped for a term), watch, incentive.
* ``origin`` *decision*: the content of a document, with its own dates. *list*: follows an entry on one
  of its ``triggering_lists``. *statute*: arises by operation of law from an anchor event; follows a
  list only if the law says so, that is if it names ``triggering_lists``. *policy*: management, takes
  no right away, and never follows by itself.
* ``subject_kinds`` and ``capacities`` on whom it may fall (the files keep both in one column).
* ``roles`` in which it binds, where that is not what the edition's role table says. A person barred
  from posts (M-BUS-10, 公司法 第一百七十八条) is bound as legal representative and as manager, but
  may apply for a licence; an exit ban binds the person whatever he acts as. Empty: the role table.
* ``imposing_departments`` kinds of department that may state it, ``any`` for all;
  ``executing_departments`` those of them that carry out what another body decided (移民管理机构).
* ``answer`` what it means, in force and in scope, to a system that asks in the measure's own domain:
  blocks, review or information. ``query_effect`` is what it means to a desk of another domain
  (block, review, info, none). They differ: M-EXI-03 is *none* to a tender desk and blocks at the border.
* ``term`` bounds in months; ``lifetime`` true: allowed, None: the law does not say. ``start_anchor``
  from what the term runs. Where a list entry brings the measure about, it lasts as long as the entry.
* ``activity`` and ``compulsory_tender_only`` scope that the law itself sets (招标投标法 第五十三条:
  依法必须进行招标的项目).
* ``effective_from`` first day on which the row was law, ``effective_to`` last day or None;
  ``confidence`` low: not confirmed, never blocks; ``effective_from_confidence`` low: the day is not.

Worked example: M-PRO-01 (政府采购法 第七十七条) is a decision of a finance department, bans for 12 to
36 months, blocks in PROCUREMENT. M-PRO-05 (财库〔2016〕125号) follows L-01, L-02 and L-03.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, Protocol, TypeVar

from registry.domain.quoting import quoted
from registry.sanctions.rulebook import Confidence, Rulebook
from registry.v1 import subject_pb2 as pb

Effect = Literal["limit", "prohibit", "ban", "watch", "incentive"]
Origin = Literal["decision", "list", "statute", "policy"]
Answer = Literal["blocks", "review", "information"]
QueryEffect = Literal["block", "review", "info", "none"]
Polarity = Literal["negative", "positive", "neutral", "mixed", "none"]

ANY_DEPARTMENT = "any"
"""各部门按职责: in ``imposing_departments``, every kind of department."""


@dataclass(frozen=True, slots=True)
class TermBounds:
    """Bounds of a term in months, both inclusive; None where the law sets none."""

    min_months: int | None
    max_months: int | None
    lifetime: bool | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of a measure (措施), see the module's text. ``relief`` is the Chinese wording of where
    and how relief is sought; ``note`` says what could not be confirmed or must be known to apply it."""

    code: str
    name_zh: str
    name_en: str
    domain: pb.Domain.ValueType
    effect: Effect
    origin: Origin
    national_class: str | None
    subject_kinds: frozenset[pb.SubjectKind.ValueType]
    capacities: frozenset[pb.Capacity.ValueType]
    roles: frozenset[pb.SubjectRole.ValueType]
    imposing_departments: frozenset[str]
    executing_departments: frozenset[str]
    triggering_lists: tuple[str, ...]
    legal_basis: tuple[str, ...]
    discretionary: bool
    rights_reducing: bool
    market_ban: bool
    term: TermBounds
    start_anchor: str
    activity: str
    compulsory_tender_only: bool
    answer: Answer
    query_effect: QueryEffect
    relief: str
    effective_from: date
    effective_to: date | None
    effective_from_confidence: Confidence
    confidence: Confidence
    note: str

    @property
    def follows_lists(self) -> bool:
        """Whether an entry on one of ``triggering_lists`` brings it about."""
        return self.origin in ("list", "statute") and bool(self.triggering_lists)

    def may_be_stated_by(self, kinds: frozenset[str]) -> bool:
        """Whether a department of these kinds may state it."""
        return ANY_DEPARTMENT in self.imposing_departments or not kinds.isdisjoint(self.imposing_departments)


@dataclass(frozen=True, slots=True)
class CreditList:
    """One row of a list (名单). Months are those an entry may last, ``min_months`` with early removal;
    ``open_ended`` entries without a last day are lawful. ``triggers`` are the measures that an entry
    brings about, ``related_measures`` those that are decided or applied beside it and never follow."""

    code: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...]
    owner: str
    listing_departments: frozenset[str]
    subject_kinds: frozenset[pb.SubjectKind.ValueType]
    capacities: frozenset[pb.Capacity.ValueType]
    legal_basis: tuple[str, ...]
    criteria: str
    default_months: int | None
    min_months: int | None
    max_months: int | None
    open_ended: bool
    early_removal_months: int | None
    early_removal_condition: str
    removal: str
    source: str
    checked_by: frozenset[pb.Domain.ValueType]
    triggers: tuple[str, ...]
    related_measures: tuple[str, ...]
    national_catalog: bool | None
    relief: str
    effective_from: date
    effective_to: date | None
    effective_from_confidence: Confidence
    confidence: Confidence
    note: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category of event (信息类别). ``credit_bearing`` false: not credit information, it is recorded
    once a decision follows (law.md §8). ``national``: one of the national catalogue's. A category with
    ``subtypes`` is a heading; statements use the subtypes."""

    code: str
    name_zh: str
    name_en: str
    polarity: Polarity
    credit_bearing: bool
    national: bool
    subtypes: tuple[str, ...]
    fields: frozenset[str]
    confidence: Confidence
    note: str


class _Row(Protocol):
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...


_R = TypeVar("_R", bound=_Row)


def in_force(row: _Row, on: date) -> bool:
    """Whether an effective-dated row was law on a day."""
    return row.effective_from <= on and (row.effective_to is None or on <= row.effective_to)


def _in_force(rows: Iterable[_R], on: date) -> _R | None:
    return next((row for row in rows if in_force(row, on)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """An edition of the catalogue (目录版本). ``hash`` identifies its content: lower-case hex SHA-256.

    ``measures`` and ``lists`` map a code to its rows, oldest first. Everything is immutable.
    """

    label: str
    hash: str
    measures: Mapping[str, tuple[Measure, ...]]
    lists: Mapping[str, tuple[CreditList, ...]]
    categories: Mapping[str, Category]
    rules: Rulebook
    department_kinds: frozenset[str] = field(init=False)
    activities: Mapping[str, str] = field(init=False)
    regions: Mapping[str, str] = field(init=False)
    _following: Mapping[str, tuple[Measure, ...]] = field(init=False, repr=False)
    _acting: Mapping[pb.Domain.ValueType, tuple[Measure, ...]] = field(init=False, repr=False)
    _asked: Mapping[pb.Domain.ValueType, tuple[Measure, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = [row for of_code in self.measures.values() for row in of_code]
        latest = [of_code[-1] for of_code in self.measures.values()]
        by_list = {code: tuple(m for m in rows if _follows(m, code)) for code in self.lists}
        derived: dict[str, object] = {
            "department_kinds": frozenset(self.rules.department_kinds),
            "activities": self.rules.activities,
            "regions": self.rules.regions,
            "_following": MappingProxyType(by_list),
            "_acting": _by_domain(rows),
            "_asked": _by_domain(latest),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def measure(self, code: str, on: date) -> Measure | None:
        """The measure's row in force on a day; None if the edition has none."""
        return _in_force(self.measures.get(code, ()), on)

    def credit_list(self, code: str, on: date) -> CreditList | None:
        """The list's row in force on a day; None if the edition has none."""
        return _in_force(self.lists.get(code, ()), on)

    def category(self, code: str) -> Category | None:
        """A category of event; None if the edition has none of that code."""
        return self.categories.get(code)

    def measures_of_list(self, list_code: str, on: date) -> tuple[Measure, ...]:
        """The measures in force on a day that an entry on the list brings about."""
        return tuple(m for m in self.rows_of_list(list_code) if in_force(m, on))

    def rows_of_list(self, list_code: str) -> tuple[Measure, ...]:
        """Every row, of whatever time, of the measures that an entry on the list brings about."""
        return self._following.get(list_code, ())

    def measures_asked(self, domain: pb.Domain.ValueType, on: date | None = None) -> tuple[Measure, ...]:
        """The measures that act in a domain: those in force on a day, or the latest row of each."""
        if on is None:
            return self._asked.get(domain, ())
        return tuple(m for m in self._acting.get(domain, ()) if in_force(m, on))

    def required_lists(self, domain: pb.Domain.ValueType) -> tuple[str, ...]:
        """Lists that law requires to be checked in a domain (财库〔2016〕125号, 法〔2016〕285号)."""
        rule = self.rules.domains.get(domain)
        return rule.required_lists if rule else ()

    def binding(
        self, role: pb.SubjectRole.ValueType
    ) -> tuple[frozenset[pb.SubjectKind.ValueType], frozenset[pb.Capacity.ValueType]]:
        """Kinds and capacities in which a measure without ``roles`` binds whoever acts in a role."""
        return self.rules.roles.get(role, (frozenset(), frozenset()))

    def binds(
        self,
        measure: Measure,
        role: pb.SubjectRole.ValueType,
        *,
        kind: pb.SubjectKind.ValueType,
        capacities: Iterable[pb.Capacity.ValueType],
    ) -> bool:
        """Whether a measure that fell on a subject as ``kind`` (0: not as such) and in ``capacities``
        binds it in a role."""
        if measure.roles:
            return role in measure.roles
        kinds, in_capacities = self.binding(role)
        return kind in kinds or not in_capacities.isdisjoint(capacities)

    def may_list(self, kinds: frozenset[str], list_code: str) -> bool:
        """Whether a department of these kinds may keep a list, by any row of it."""
        return any(not kinds.isdisjoint(row.listing_departments) for row in self.lists.get(list_code, ()))

    def may_impose(self, kinds: frozenset[str], measure_code: str) -> bool:
        """Whether a department of these kinds may state a measure, by any row of it."""
        return any(row.may_be_stated_by(kinds) for row in self.measures.get(measure_code, ()))

    def activity_fault(self, activity: str) -> str | None:
        """What is wrong with an activity code, in Chinese; None if nothing. Empty is no fault."""
        if not activity or activity in self.activities:
            return None
        return f"活动{quoted(activity)}不在目录({self.label})内。"


def _follows(measure: Measure, list_code: str) -> bool:
    return measure.follows_lists and list_code in measure.triggering_lists


def _by_domain(rows: Iterable[Measure]) -> Mapping[pb.Domain.ValueType, tuple[Measure, ...]]:
    grouped: dict[pb.Domain.ValueType, tuple[Measure, ...]] = {}
    for row in rows:
        grouped[row.domain] = (*grouped.get(row.domain, ()), row)
    return MappingProxyType(grouped)
