"""Who acts, on which day, and on what the registry knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.domain.departments import Department, Key, Official
from registry.supervision.ledger import SupervisionLedger


@dataclass(frozen=True, slots=True)
class Acting:
    """The department that acts, the officials who sign in order, the day of receipt. ``again``: a log that
    has the act is folded, and what was made stricter since is not asked of it."""

    department: Department
    signers: Sequence[Key]
    officials: Sequence[Official]
    day: date
    ledger: SupervisionLedger
    again: bool = False

    @property
    def code(self) -> str:
        """统一社会信用代码 of the department that acts."""
        return self.department.code

    @property
    def section(self) -> str:
        """内设机构 of whoever signs first; empty for a seal."""
        return self.officials[0].registration.section if self.officials else ""

    @property
    def is_operator(self) -> bool:
        """Whether the department operates the registry."""
        return self.code == self.ledger.directory.operator
