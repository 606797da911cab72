"""What is asked of a statement once, when it comes in, and not of what a log already has (只在登记时审核).

A log is folded again by the rules of today (``registry rebuild``), and nothing that was recorded may become
inadmissible by it. So a rule that was made stricter after statements had been recorded stands here: what is
in a log keeps its place and its answers, and no more of it comes.

Worked example: a ban is repaired from 2026-09-10 and the repair annulled from 2026-11-01. A correction would
put a ban in its place that binds on 2026-10-01 too: refused today, and folded where a log has one.
"""

from __future__ import annotations

from registry.domain.faults import Findings
from registry.sanctions.effects.ending import held
from registry.sanctions.ground import Ending, GroundKind
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_on_receipt(found: Findings, statement: pb.Statement, ledger: Ledger) -> None:
    """Notes why a statement that is not in the log yet may not enter it."""
    if statement.HasField("correction"):
        _check_replaceable(found, "correction", _own(statement, statement.correction.target, ledger), ledger)
    elif statement.objection_result.HasField("replacement"):
        target = _own(statement, statement.objection_result.target, ledger)
        _check_replaceable(found, "objection_result", target, ledger)


def _own(statement: pb.Statement, reference: pb.StatementReference, ledger: Ledger) -> RecordedEvent | None:
    """The standing statement of the same department; of any other the fault is noted already."""
    if reference.department != statement.department:
        return None
    target = ledger.event(reference.department, reference.statement_id)
    return target if target is not None and target.state is EventState.STANDS else None


def _check_replaceable(found: Findings, path: str, target: RecordedEvent | None, ledger: Ledger) -> None:
    """Between a repair and its annulment nothing binds; a replacement has no such gap."""
    if target is None or target.repaired_position is not None:
        return
    rows = held(ledger.subject(target.subject), target, GroundKind.LISTED, GroundKind.IMPOSED)
    if any(row.ended is Ending.REPAIRED for row in rows):
        message = "该记录的修复已被撤销, 修复至撤销之间不受限制, 不能再更正。"  # It would silently bind then.
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, f"{path}.target", message)
