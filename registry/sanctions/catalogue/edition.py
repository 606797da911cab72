"""The catalogue of measures, lists and categories (目录): the law as data, one edition at a time.

An edition is a set of YAML files (``registry/sanctions/editions/<label>/``), read by
``registry.sanctions.catalogue.parser`` and identified by the SHA-256 of its content. Admission and
verdicts ask it; nothing in the code knows a term, an article or a code of a measure. Rows are
effective-dated: several rows may carry one code, for days that do not overlap, and what is asked is
always asked for a day (law.md §10: the switch of 2026-04-01).

The columns of a measure are explained in ``measure``, those of lists, red lists and categories in
``catalogue.entries``, the rules that rows refer to in ``catalogue.rulebook``.

Worked example: ``edition.measure("M-EXI-06", date(2026, 3, 31))`` is the row of 海关总署令第251号, a day
later that of 第282号. ``edition.lists_named("重大税收违法案件当事人名单")`` is ("L-03",): the old name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from registry.domain.names import comparable
from registry.domain.quoting import quoted
from registry.domain.workdays import HolidayCalendar
from registry.sanctions.catalogue.entries import (
    Category,
    CreditList,
    Dated,
    Disclosure,
    Polarity,
    RedList,
    in_force,
)
from registry.sanctions.catalogue.measure import (
    ANY_DEPARTMENT,
    Answer,
    Effect,
    Measure,
    Origin,
    QueryEffect,
    Reoffence,
    TermBounds,
)
from registry.sanctions.catalogue.procedures import NO_PROCEDURES, Procedures
from registry.sanctions.catalogue.rulebook import Rulebook
from registry.v1 import subject_pb2 as pb

__all__ = [
    "ANY_DEPARTMENT",
    "Answer",
    "Category",
    "CreditList",
    "Disclosure",
    "Edition",
    "Effect",
    "Measure",
    "Origin",
    "Polarity",
    "QueryEffect",
    "RedList",
    "Reoffence",
    "TermBounds",
    "in_force",
]

_R = TypeVar("_R", bound=Dated)


def _in_force(rows: Iterable[_R], on: date) -> _R | None:
    return next((row for row in rows if in_force(row, on)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """An edition of the catalogue (目录版本). ``hash`` identifies its content: lower-case hex SHA-256.

    ``measures``, ``lists`` and ``red_lists`` map a code to its rows, oldest first. Everything is immutable.
    """

    label: str
    hash: str
    measures: Mapping[str, tuple[Measure, ...]]
    lists: Mapping[str, tuple[CreditList, ...]]
    categories: Mapping[str, Category]
    rules: Rulebook
    red_lists: Mapping[str, tuple[RedList, ...]]
    calendar: HolidayCalendar
    procedures: Procedures = NO_PROCEDURES
    department_kinds: frozenset[str] = field(init=False)
    activities: Mapping[str, str] = field(init=False)
    regions: Mapping[str, str] = field(init=False)
    _following: Mapping[str, tuple[Measure, ...]] = field(init=False, repr=False)
    _following_in: Mapping[tuple[str, pb.Domain.ValueType], tuple[Measure, ...]] = field(
        init=False, repr=False
    )
    _arising: Mapping[str, tuple[Measure, ...]] = field(init=False, repr=False)
    _named: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _acting: Mapping[pb.Domain.ValueType, tuple[Measure, ...]] = field(init=False, repr=False)
    _asked: Mapping[pb.Domain.ValueType, tuple[Measure, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = [row for of_code in self.measures.values() for row in of_code]
        latest = [of_code[-1] for of_code in self.measures.values()]
        by_list = {code: tuple(m for m in rows if _follows(m, code)) for code in self.lists}
        by_anchor = {code: tuple(m for m in rows if _arises(m, code)) for code in self.categories}
        derived: dict[str, object] = {
            "department_kinds": frozenset(self.rules.department_kinds),
            "activities": self.rules.activities,
            "regions": self.rules.regions,
            "_following": MappingProxyType(by_list),
            "_following_in": _by_list_and_domain(by_list),
            "_arising": MappingProxyType(by_anchor),
            "_named": _by_name(self.lists),
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

    def red_list(self, code: str, on: date) -> RedList | None:
        """The red list's row in force on a day; None if the edition has none."""
        return _in_force(self.red_lists.get(code, ()), on)

    def category(self, code: str) -> Category | None:
        """A category of event; None if the edition has none of that code."""
        return self.categories.get(code)

    def requires_severity(self, category: str, decided_on: date) -> bool:
        """Whether an event of a category whose document is of a day must state its severity: the category
        asks for it, and grades were law on that day."""
        found = self.categories.get(category)
        return found is not None and found.severity_required and self.rules.grades_in_force(decided_on)

    def lists_named(self, name: str) -> tuple[str, ...]:
        """Codes of the lists that bear a name or bore it, however blanks and brackets are written."""
        return self._named.get(comparable(name), ())

    def measures_of_list(self, list_code: str, on: date) -> tuple[Measure, ...]:
        """The measures in force on a day that an entry on the list brings about."""
        return tuple(m for m in self.rows_of_list(list_code) if in_force(m, on))

    def rows_of_list(self, list_code: str) -> tuple[Measure, ...]:
        """Every row, of whatever time, of the measures that an entry on the list brings about."""
        return self._following.get(list_code, ())

    def listed_measures(self, list_code: str, domain: pb.Domain.ValueType) -> tuple[Measure, ...]:
        """Those of ``rows_of_list`` that act in a domain."""
        return self._following_in.get((list_code, domain), ())

    def statutes_of(self, category: str) -> tuple[Measure, ...]:
        """Every row, of whatever time, of the measures that arise by law from events of a category."""
        return self._arising.get(category, ())

    def measures_asked(self, domain: pb.Domain.ValueType, on: date | None = None) -> tuple[Measure, ...]:
        """The measures that act in a domain: those in force on a day, or the latest row of each."""
        if on is None:
            return self._asked.get(domain, ())
        return tuple(m for m in self._acting.get(domain, ()) if in_force(m, on))

    def required_lists(self, domain: pb.Domain.ValueType) -> tuple[str, ...]:
        """Lists that law requires to be checked in a domain (财库〔2016〕125号, 法〔2016〕285号)."""
        rule = self.rules.domains.get(domain)
        return rule.required_lists if rule else ()

    def required_measures(self, domain: pb.Domain.ValueType) -> tuple[str, ...]:
        """Measures of which a deciding department must be connected before nothing found says anything in a
        domain (不准出境决定: 出境入境管理法 第十二条)."""
        rule = self.rules.domains.get(domain)
        return rule.required_measures if rule else ()

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

    def may_grant(self, kinds: frozenset[str], list_code: str) -> bool:
        """Whether a department of these kinds may grant a red list, by any row of it."""
        return any(
            not kinds.isdisjoint(row.granting_departments) for row in self.red_lists.get(list_code, ())
        )

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


def _arises(measure: Measure, category: str) -> bool:
    return any(anchor.category == category for anchor in measure.anchors)


def _by_list_and_domain(
    by_list: Mapping[str, tuple[Measure, ...]],
) -> Mapping[tuple[str, pb.Domain.ValueType], tuple[Measure, ...]]:
    found = {
        (code, domain): acting
        for code, rows in by_list.items()
        for domain, acting in _by_domain(rows).items()
    }
    return MappingProxyType(found)


def _by_name(lists: Mapping[str, tuple[CreditList, ...]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, rows in lists.items():
        for name in {comparable(name) for row in rows for name in (row.name_zh, *row.aliases)}:
            found[name] = (*found.get(name, ()), code)
    return MappingProxyType(found)


def _by_domain(rows: Iterable[Measure]) -> Mapping[pb.Domain.ValueType, tuple[Measure, ...]]:
    grouped: dict[pb.Domain.ValueType, tuple[Measure, ...]] = {}
    for row in rows:
        grouped[row.domain] = (*grouped.get(row.domain, ()), row)
    for row in rows:
        for domain in row.also_domains:
            grouped[domain] = (*grouped.get(domain, ()), row)
    return MappingProxyType(grouped)
