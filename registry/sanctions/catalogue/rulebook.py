"""What measures and lists refer to, and the clocks: the rules of an edition.

Domains with the lists that law requires to be checked; roles; kinds of department; activities; regions
(GB/T 2260) and zones, which have codes of their own and overlap counties; the national classes of measures;
how long publication lasts by severity; deadlines with their articles; the code lists of “双公示”.

Severity. Since 2026-04-01 publication lasts by three grades (信用修复管理办法, 国家发展改革委令第36号);
before, one rule of three months to three years was for all (第58号令), with exceptions for some departments.
So a rule is for a ``severity`` or for any, and for the penalties of some ``departments`` or of all others.
Worked example: ``severity_rule(SEVERITY_SERIOUS, date(2026, 3, 20), frozenset({"drug"}))`` is the rule of the
old ordinance for drugs, 12 to 36 months; on 2026-04-10 it is that of the third grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from registry.v1 import statement_pb2, subject_pb2

Confidence = Literal["high", "medium", "low"]
"""high: text read or two independent sources; medium: one secondary source; low: not confirmed."""
ForEarlier = Literal["none", "if_lenient"]
"""Whether a rule is applied to what happened before it, where it is the milder (从旧兼从轻)."""
NationalClassKind = Literal["rights_reducing", "management", "market"]
TimeUnit = Literal["working_days", "days", "months", "years"]

Binding = tuple[frozenset[subject_pb2.SubjectKind.ValueType], frozenset[subject_pb2.Capacity.ValueType]]
"""The kinds and the capacities in which a measure binds whoever acts in a role."""

ANY_SEVERITY = statement_pb2.SEVERITY_UNSPECIFIED
"""The severity of a rule that is for every grade, and of a record that states none."""


@dataclass(frozen=True, slots=True)
class DomainRule:
    """A domain (领域), and what must be connected before CLEAR can be said in it: the lists that law requires
    to be checked, and the measures without whose deciding departments nothing found says nothing."""

    domain: subject_pb2.Domain.ValueType
    name_zh: str
    required_lists: tuple[str, ...]
    legal_basis: tuple[str, ...]
    required_measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NationalClass:
    """An item of 全国失信惩戒措施基础清单: rights-reducing, management, or left to the market."""

    code: str
    name_zh: str
    kind: NationalClassKind
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """How long a penalty of a severity is published, in months from the date of its document: repair may end
    it from ``min_months`` on, it ends by itself at ``max_months``. ``departments`` empty: all others."""

    severity: statement_pb2.Severity.ValueType
    publish_default: bool
    min_months: int
    max_months: int
    examples_zh: tuple[str, ...]
    effective_from: date
    effective_to: date | None
    confidence: Confidence
    departments: frozenset[str] = frozenset()
    basis: str = ""
    for_earlier: ForEarlier = "none"
    note: str = ""

    def in_force(self, on: date) -> bool:
        """Whether the rule was law on a day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def is_for(self, department_kinds: frozenset[str]) -> bool:
        """Whether the rule is for the penalties of a department of these kinds."""
        return not self.departments or not self.departments.isdisjoint(department_kinds)


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone (开发区, 新区) with a code of its own that lies across counties. Where its borders run is not
    data here, so what binds in the one is unsettled in the other."""

    code: str
    name_zh: str
    overlaps: frozenset[str]
    basis: str
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock set by law: ``amount`` of ``unit``, and how much it may be extended by."""

    code: str
    amount: int
    unit: TimeUnit
    extend: int
    basis: str
    confidence: Confidence
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """The rules of an edition. Codes map to Chinese names where nothing else is said of them.

    ``regions`` holds the zones too. ``overlaps`` is both ways: region → zones, zone → regions."""

    domains: Mapping[subject_pb2.Domain.ValueType, DomainRule]
    roles: Mapping[subject_pb2.SubjectRole.ValueType, Binding]
    department_kinds: Mapping[str, str]
    activities: Mapping[str, str]
    activity_parts: Mapping[str, frozenset[str]]
    regions: Mapping[str, str]
    start_anchors: Mapping[str, str]
    national_classes: Mapping[str, NationalClass]
    severity_rules: tuple[SeverityRule, ...]
    deadlines: Mapping[str, Deadline]
    vocabularies: Mapping[str, tuple[str, ...]]
    relief: Mapping[str, str]
    relief_of_origin: Mapping[str, str]
    relief_of_lists: str
    zones: Mapping[str, Zone] = field(default_factory=lambda: MappingProxyType({}))
    overlaps: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "overlaps", _both_ways(self.zones.values()))

    def severity_rule(
        self,
        severity: statement_pb2.Severity.ValueType,
        on: date,
        department_kinds: frozenset[str] = frozenset(),
    ) -> SeverityRule | None:
        """The most special rule for a severity in force on a day; None if there is none. A rule for these
        departments goes before one for all others, then a rule for this grade before one for any."""
        found = [
            rule
            for rule in self.severity_rules
            if rule.severity in (severity, ANY_SEVERITY)
            and rule.in_force(on)
            and rule.is_for(department_kinds)
        ]
        return max(found, key=lambda rule: (bool(rule.departments), rule.severity), default=None)

    def grades_in_force(self, on: date) -> bool:
        """Whether publication lasts by grade on a day, and by nothing but the grade (from 2026-04-01)."""
        rules = [rule for rule in self.severity_rules if rule.in_force(on)]
        return bool(rules) and all(rule.severity for rule in rules)


def _both_ways(zones: Iterable[Zone]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for zone in zones:
        for region in zone.overlaps:
            found[region] = found.get(region, frozenset()) | {zone.code}
            found[zone.code] = found.get(zone.code, frozenset()) | {region}
    return MappingProxyType(found)
