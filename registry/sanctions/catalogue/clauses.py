"""Clauses of a statute (法定情形的要件): what each asks of the facts of a record.

A clause *holds* if the facts show what it asks for or leave it open, and is *settled* if they show it. What
the words mean to a catalogue's author is explained in ``catalogue.conditions``.

Example: ``FineAtLeast(2_000_000)`` holds and is settled for a fine of 2,500,000 yuan; for a fine whose amount
cannot be read it holds and is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from registry.sanctions.catalogue.penalty_wording import FINE
from registry.v1 import statement_pb2, subject_pb2

_SEVERITIES_ZH = {
    statement_pb2.SEVERITY_MINOR: "轻微",
    statement_pb2.SEVERITY_GENERAL: "一般",
    statement_pb2.SEVERITY_SERIOUS: "严重",
}
_YUAN_IN_UNIT = 10_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What a recorded event says that a statute may ask about. ``left_open`` are the kinds of penalty and of
    case that its wording leaves open; 罚款 stands there too if the amount of a fine cannot be read."""

    category: str
    penalty_kinds: frozenset[str] = frozenset()
    fine_yuan: Decimal | None = None
    case_kind: str = ""
    severity: statement_pb2.Severity.ValueType = statement_pb2.SEVERITY_UNSPECIFIED
    department_kinds: frozenset[str] = frozenset()
    subject_kind: subject_pb2.SubjectKind.ValueType = subject_pb2.SUBJECT_KIND_UNSPECIFIED
    left_open: frozenset[str] = frozenset()

    @property
    def unclear(self) -> bool:
        """Whether the record leaves anything open at all; what it means, ``Measure.is_unclear_from`` says."""
        return bool(self.left_open)


class Clause(Protocol):
    """One thing a statute asks for. It holds whenever it is settled."""

    @property
    def text_zh(self) -> str:
        """What the clause says."""

    def settled(self, facts: Facts) -> bool:
        """Whether the facts show it."""

    def holds(self, facts: Facts) -> bool:
        """Whether the facts show it or leave it open."""


@dataclass(frozen=True, slots=True)
class PenaltyKinds:
    """Any of these kinds of penalty was imposed."""

    kinds: frozenset[str]

    @property
    def text_zh(self) -> str:
        """What the clause says."""
        return f"处罚类别含{'、'.join(sorted(self.kinds))}之一"

    def settled(self, facts: Facts) -> bool:
        """Whether the facts show it."""
        return not self.kinds.isdisjoint(facts.penalty_kinds)

    def holds(self, facts: Facts) -> bool:
        """Whether the facts show it or leave it open."""
        return self.settled(facts) or not self.kinds.isdisjoint(facts.left_open)


@dataclass(frozen=True, slots=True)
class SectorStandard:
    """From what a fine is large where a department of this kind imposes it."""

    department_kind: str
    name_zh: str
    yuan: int


@dataclass(frozen=True, slots=True)
class FineAtLeast:
    """A fine of so many yuan or more, or of the sector's own standard where that is higher."""

    yuan: int
    higher_for: tuple[SectorStandard, ...] = ()

    @property
    def text_zh(self) -> str:
        """What the clause says."""
        higher = "".join(
            f", {sector.name_zh}作出的{_amount_zh(sector.yuan)}以上" for sector in self.higher_for
        )
        return f"罚款{_amount_zh(self.yuan)}以上{higher}"

    def settled(self, facts: Facts) -> bool:
        """Whether the facts show it."""
        return facts.fine_yuan is not None and facts.fine_yuan >= self._standard(facts)

    def holds(self, facts: Facts) -> bool:
        """Whether the facts show it or leave it open."""
        if facts.fine_yuan is None:
            return FINE in facts.left_open
        return self.settled(facts)

    def _standard(self, facts: Facts) -> int:
        standard = self.yuan
        for sector in self.higher_for:
            if sector.department_kind in facts.department_kinds:
                standard = max(standard, sector.yuan)
        return standard


@dataclass(frozen=True, slots=True)
class CaseKinds:
    """The document is of a case of one of these kinds."""

    kinds: frozenset[str]

    @property
    def text_zh(self) -> str:
        """What the clause says."""
        return f"案号为{'、'.join(sorted(self.kinds))}字案件的裁判"

    def settled(self, facts: Facts) -> bool:
        """Whether the facts show it."""
        return facts.case_kind in self.kinds and facts.case_kind not in facts.left_open

    def holds(self, facts: Facts) -> bool:
        """Whether the facts show it or leave it open."""
        return facts.case_kind in self.kinds or not facts.case_kind


@dataclass(frozen=True, slots=True)
class Severities:
    """The department graded it so."""

    severities: frozenset[statement_pb2.Severity.ValueType]

    @property
    def text_zh(self) -> str:
        """What the clause says."""
        return f"严重程度为{'、'.join(_SEVERITIES_ZH[grade] for grade in sorted(self.severities))}"

    def settled(self, facts: Facts) -> bool:
        """Whether the facts show it."""
        return facts.severity in self.severities

    def holds(self, facts: Facts) -> bool:
        """Whether the facts show it or leave it open."""
        return facts.severity in self.severities or not facts.severity


@dataclass(frozen=True, slots=True)
class DepartmentKinds:
    """A department of one of these kinds states it."""

    kinds: frozenset[str]
    text_zh: str

    def settled(self, facts: Facts) -> bool:
        """Whether the facts show it."""
        return not self.kinds.isdisjoint(facts.department_kinds)

    def holds(self, facts: Facts) -> bool:
        """Whether the facts show it or leave it open."""
        return self.settled(facts) or not facts.department_kinds


@dataclass(frozen=True, slots=True)
class SubjectKinds:
    """It fell on a subject of one of these kinds."""

    kinds: frozenset[subject_pb2.SubjectKind.ValueType]
    text_zh: str

    def settled(self, facts: Facts) -> bool:
        """Whether the facts show it."""
        return facts.subject_kind in self.kinds

    def holds(self, facts: Facts) -> bool:
        """Whether the facts show it or leave it open."""
        return facts.subject_kind in self.kinds or not facts.subject_kind


def _amount_zh(yuan: int) -> str:
    units, rest = divmod(yuan, _YUAN_IN_UNIT)
    return f"{units}万元" if not rest else f"{yuan}元"
