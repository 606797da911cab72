"""What measures and lists refer to, and the clocks: the ``rules.yaml`` of an edition.

Domains with the lists that law requires to be checked; roles; kinds of department; activities; regions
(GB/T 2260); the national classes of measures; how long publication lasts by severity (信用修复管理办法,
国家发展改革委令第36号); deadlines with their articles; the code lists of “双公示”.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.v1 import statement_pb2, subject_pb2

Confidence = Literal["high", "medium", "low"]
"""high: text read or two independent sources; medium: one secondary source; low: not confirmed."""
NationalClassKind = Literal["rights_reducing", "management", "market"]
TimeUnit = Literal["working_days", "days", "months", "years"]

Binding = tuple[frozenset[subject_pb2.SubjectKind.ValueType], frozenset[subject_pb2.Capacity.ValueType]]
"""The kinds and the capacities in which a measure binds whoever acts in a role."""


@dataclass(frozen=True, slots=True)
class DomainRule:
    """A domain (领域), and the lists that must be connected before CLEAR can be said in it."""

    domain: subject_pb2.Domain.ValueType
    name_zh: str
    required_lists: tuple[str, ...]
    legal_basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NationalClass:
    """An item of 全国失信惩戒措施基础清单: rights-reducing, management, or left to the market."""

    code: str
    name_zh: str
    kind: NationalClassKind
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """How long a penalty of a severity is published, in months from the date of its document."""

    severity: statement_pb2.Severity.ValueType
    publish_default: bool
    min_months: int
    max_months: int
    examples_zh: tuple[str, ...]
    effective_from: date
    effective_to: date | None
    confidence: Confidence


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
    """The rules of an edition. Codes map to Chinese names where nothing else is said of them."""

    domains: Mapping[subject_pb2.Domain.ValueType, DomainRule]
    roles: Mapping[subject_pb2.SubjectRole.ValueType, Binding]
    department_kinds: Mapping[str, str]
    activities: Mapping[str, str]
    regions: Mapping[str, str]
    start_anchors: Mapping[str, str]
    national_classes: Mapping[str, NationalClass]
    severity_rules: tuple[SeverityRule, ...]
    deadlines: Mapping[str, Deadline]
    vocabularies: Mapping[str, tuple[str, ...]]
    relief: Mapping[str, str]
    relief_of_origin: Mapping[str, str]
    relief_of_lists: str

    def severity_rule(self, severity: statement_pb2.Severity.ValueType, on: date) -> SeverityRule | None:
        """The rule for a severity on a day; None before the three grades existed (2026-04-01)."""
        for rule in self.severity_rules:
            until = rule.effective_to or date.max
            if rule.severity == severity and rule.effective_from <= on <= until:
                return rule
        return None
