"""Lists, red lists and categories of an edition (名单、守信激励名单、信息类别), column by column.

A list (名单)
* ``aliases`` names it bore or is called by: tender documents ask for lists under names of years ago.
* ``category`` under which its entries are stated: E-06 for serious lists, E-05 for 经营异常名录 and the like.
* months are those an entry may last, ``min_months`` with early removal; ``open_ended``: entries without a
  last day are lawful.
* ``triggers`` the measures that an entry brings about; ``related_measures`` those that are decided or
  applied beside it and never follow.
* ``max_age_days`` how old the last delivery of the source may be on the day asked about; older, and an answer
  that relies on the list is INDETERMINATE. The registry's own rule, no law; None: no bound.

A red list (守信激励名单, 红名单)
* ``publicity_days`` working days of public notice before it is granted (河南省社会信用条例 第二十八条), None
  where the granting rule knows no notice; ``min_months`` and ``max_months`` how long it is granted for.
* ``measures`` the incentives it brings about. None of them outweighs a restriction.

A category (信息类别)
* ``credit_bearing`` false: no credit information, it is recorded once a decision follows (law.md §8).
  ``national``: one of the national catalogue's. One with ``subtypes`` is a heading; statements use those.
* ``disclosure`` how long it is shown to the public. *by_severity*: by the rules of ``disclosure``.
  *while_listed*, *while_valid*: on the days of its own validity. *always*, *never*. A natural person's record
  is never shown to the public, whatever stands here (山东省社会信用条例 第二十条).
* ``deadlines`` the clocks that run for it. ``severity_required``: the department grades it, from the day on
  that grades are law (``Edition.requires_severity``).
* ``retention_years`` how long it is kept after it ceased to count; None: no term is set.

Each is in force on the days from ``effective_from`` to ``effective_to``, both included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from registry.sanctions.catalogue.rulebook import Confidence
from registry.v1 import subject_pb2 as pb

Polarity = Literal["negative", "positive", "neutral", "mixed", "none"]
Disclosure = Literal["by_severity", "while_listed", "while_valid", "always", "never"]


class Dated(Protocol):
    """A row that was law on some days."""

    @property
    def effective_from(self) -> date:
        """First day."""

    @property
    def effective_to(self) -> date | None:
        """Last day; None: still law."""


def in_force(row: Dated, on: date) -> bool:
    """Whether an effective-dated row was law on a day."""
    return row.effective_from <= on and (row.effective_to is None or on <= row.effective_to)


@dataclass(frozen=True, slots=True)
class CreditList:
    """One row of a list, see the module's text."""

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
    category: str = ""
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class RedList:
    """One row of a red list, see the module's text."""

    code: str
    name_zh: str
    name_en: str
    granting_departments: frozenset[str]
    subject_kinds: frozenset[pb.SubjectKind.ValueType]
    legal_basis: tuple[str, ...]
    publicity_days: int | None
    min_months: int | None
    max_months: int | None
    measures: tuple[str, ...]
    removal: str
    relief: str
    effective_from: date
    effective_to: date | None
    effective_from_confidence: Confidence
    confidence: Confidence
    note: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category of event, see the module's text. ``disclosure_confidence`` is that of its disclosure."""

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
    disclosure: Disclosure = "never"
    disclosure_confidence: Confidence = "high"
    deadlines: tuple[str, ...] = ()
    severity_required: bool = False
    retention_years: int | None = None
