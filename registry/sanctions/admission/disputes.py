"""Admission of a confirmation: by the department itself, of a statement of its own that is disputed."""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.effects.disputes import dispute_of
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_confirmation(found: Findings, statement: pb.Statement, _day: date, ledger: Ledger) -> None:
    """The target is disputed; whoever confirms signs with another key, for the disputed one is revoked."""
    confirmation, path = statement.confirmation, "confirmation.target"
    target = confirmation.target
    found.required("confirmation.reason", confirmation.reason, "确认的理由")
    if target.department != statement.department:
        message = "只能确认本部门的陈述。"
        found.add(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, path, message)
        return
    placed = ledger.placed(target.department, target.statement_id)
    if placed is None:
        found.add(reasons.ERROR_REASON_TARGET_UNKNOWN, path, "没有这份陈述。")
    elif dispute_of(ledger.subject(placed.ref), placed.position) is None:
        found.add(reasons.ERROR_REASON_TARGET_NOT_DISPUTED, path, "这份陈述没有因密钥泄露而存疑。")
