"""Whether a measure of a ban decision may end before its term (提前解除).

Only a measure that was decided here, in the procedure for bans, and that the edition of the day lets end
early; what was decided elsewhere is mirrored, and ends as its authority says.

Example: M-PRO-01 of a decision made here may be lifted early since 2026-04-01 (信用修复管理办法 第三条),
M-BUS-12 never.
"""

from __future__ import annotations

from datetime import date

from registry.sanctions.ledger import Ledger, RecordedEvent


def may_lift_early(ledger: Ledger, target: RecordedEvent, measure_code: str, day: date) -> bool:
    """Whether a measure of a target may be lifted before its term by a decision of a day."""
    if ledger.bans.of_decision(target.department, target.statement_id) is None:
        return False
    return ledger.edition_on(day).procedures.may_end_early(measure_code, day)
