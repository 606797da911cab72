"""What is asked of a statement once, when it comes in, and not of what a log already has (只在登记时审核).

A log is folded again by the rules of today (``registry rebuild``), and nothing that was recorded may become
inadmissible by it. So a rule that was made stricter after statements had been recorded stands here: what is
in a log keeps its place and its answers, and no more of it comes. What needs no look at the log to be judged
once stands in ``registry.commands.on_receipt``.

Worked example: a ban is repaired from 2026-09-10 and the repair annulled from 2026-11-01. A correction would
put a ban in its place that binds on 2026-10-01 too: refused today, and folded where a log has one.
"""

from __future__ import annotations

from datetime import date

from registry.domain.departments import Key
from registry.domain.faults import Findings
from registry.sanctions.admission.ban_after import check_no_second_decision
from registry.sanctions.admission.edition import check_successor
from registry.sanctions.admission.remedy_repairs import check_annulled_repair
from registry.sanctions.bans.steps import decided_case
from registry.sanctions.effects.ending import held
from registry.sanctions.ground import Ending, GroundKind
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.sanctions.said import stated_event
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_on_receipt(
    found: Findings, statement: pb.Statement, signer: Key, day: date, ledger: Ledger
) -> None:
    """Notes why a statement that is not in the log yet may not enter it."""
    if statement.HasField("edition_adoption"):
        check_successor(found, statement, day, ledger)
        return
    _check_category(found, statement, signer)
    if (case := decided_case(statement, ledger)) is not None:
        check_no_second_decision(found, statement, case, day, ledger)
    if statement.HasField("repair_annulment"):
        target = _own(statement, statement.repair_annulment.target, ledger)
        if target is not None:
            check_annulled_repair(found, statement, target, day, ledger)
    elif statement.HasField("correction"):
        _check_replaceable(found, "correction", _own(statement, statement.correction.target, ledger), ledger)
    elif statement.objection_result.HasField("replacement"):
        target = _own(statement, statement.objection_result.target, ledger)
        _check_replaceable(found, "objection_result", target, ledger)


def _check_category(found: Findings, statement: pb.Statement, signer: Key) -> None:
    """A key for some categories puts nothing of another category in the place of what it may sign."""
    stated = stated_event(statement)
    if signer.categories and stated is not None and stated.category not in signer.categories:
        message = "签名密钥登记的范围不包括更正后的这一类信用信息。"
        found.add(reasons.ERROR_REASON_CATEGORY_OUTSIDE_KEY, "signatures[0].keyid", message)


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
