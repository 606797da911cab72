"""What a statement refers to: a standing statement of the same department (谁产生谁负责).

Example: a withdrawal of what was corrected at position 30 is refused with TARGET_ALREADY_ENDED at
``withdrawal.target``; whoever withdraws names the correction.
"""

from __future__ import annotations

from registry.domain.faults import Findings
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_target(
    found: Findings, path: str, target: pb.StatementReference, statement: pb.Statement, ledger: Ledger
) -> RecordedEvent | None:
    """The standing statement of the same department that a reference names; None with a fault noted."""
    field = f"{path}.target"
    if target.department != statement.department:
        message = "只能更正、撤回或修复本部门的陈述(谁产生谁负责)。"
        found.add(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, f"{field}.department", message)
        return None
    event = ledger.event(target.department, target.statement_id)
    if event is not None and event.state is EventState.STANDS:
        return event
    if event is not None:
        message = f"所指陈述已在序号{event.ended_position}被撤回或更正。"
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, field, message)
    elif (erased_by := ledger.erased_by(target.department, target.statement_id)) is not None:
        message = f"所指陈述的内容已由序号{erased_by}依法删除。"
        found.add(reasons.ERROR_REASON_CONTENT_ERASED, field, message)
    elif ledger.is_recorded(target.department, target.statement_id):
        found.add(reasons.ERROR_REASON_TARGET_NOT_AN_EVENT, field, "所指陈述不是信用事件。")
    else:
        found.add(reasons.ERROR_REASON_TARGET_UNKNOWN, field, "本部门没有这一编号的陈述。")
    return None
