"""Checks of statements about earlier statements: correction, withdrawal; repair is ``remedy_grant``.

Only the department that stated something may correct, withdraw or repair it (谁产生谁负责, 谁认定
谁修复). Nothing is edited: each is a new statement that refers to the old one by its id.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.sanctions.admission.agreement import check_agrees
from registry.sanctions.admission.document import check_mention
from registry.sanctions.admission.event import check_stated
from registry.sanctions.admission.remedy_grant import check_repair
from registry.sanctions.admission.target import check_target
from registry.sanctions.admission.texts import check_reason
from registry.sanctions.effects.ending import lifted
from registry.sanctions.effects.falling import falling_with
from registry.sanctions.effects.recording import RED_LIST
from registry.sanctions.ground import Ending, SubjectRecord
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.sanctions.redlists import standing_grant
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

__all__ = [
    "check_correction",
    "check_repair",
    "check_replacement",
    "check_target",
    "check_ungranted",
    "check_withdrawal",
]


def check_correction(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A correction replaces a standing event of the same department about the same subject."""
    correction = statement.correction
    target = check_target(found, "correction", correction.target, statement, ledger)
    check_reason(found, "correction.reason", correction.reason, "更正理由")
    check_replacement(found, "correction", correction.replacement, target, statement, day, ledger)


def check_replacement(
    found: Findings,
    path: str,
    event: pb.Event,
    target: RecordedEvent | None,
    statement: pb.Statement,
    day: date,
    ledger: Ledger,
) -> None:
    """An event may take the place of a target (None: its faults are noted already)."""
    if target is not None:
        _check_replaceable(found, f"{path}.target", target, ledger)
    check_stated(found, f"{path}.replacement", event, statement.department, day, ledger)
    identifier = event.subject.identifier
    readable = not code_faults(identifier.type, normalise(identifier.value))
    if target and readable and ledger.subject_ref(identifier.type, identifier.value) != target.subject:
        message = "更正不得改变主体; 请撤回原陈述, 对正确的主体另行提交。"
        field = f"{path}.replacement.subject.identifier"
        found.add(reasons.ERROR_REASON_TARGET_ANOTHER_SUBJECT, field, message)
    elif target:
        check_agrees(found, f"{path}.replacement", event, ledger, replaces=target.position)


def _check_replaceable(found: Findings, field: str, target: RecordedEvent, ledger: Ledger) -> None:
    if target.repaired_position is not None:  # It would silently undo the repair.
        message = f"该记录已在序号{target.repaired_position}提前移出或修复, 不能再更正。"
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, field, message)
    if any(row.ended is Ending.LIFTED for row in lifted(ledger.subject(target.subject), target)):
        message = "该记录的措施已经解除, 不能再更正。"  # It would silently impose them again.
        found.add(reasons.ERROR_REASON_TARGET_ALREADY_ENDED, field, message)
    if not target.is_about_subject or target.category == RED_LIST:
        message = "只有信用事件可以更正; 关联、认定和守信激励有误请撤回后另行提交。"
        found.add(reasons.ERROR_REASON_TARGET_NOT_AN_EVENT, field, message)


def check_withdrawal(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A withdrawal treats a standing event as never made; the reason is kept."""
    withdrawal = statement.withdrawal
    target = check_target(found, "withdrawal", withdrawal.target, statement, ledger)
    if target is not None:
        check_ungranted(found, "withdrawal.target", ledger.subject(target.subject), target)
        _check_falling(found, withdrawal, target, ledger)
    check_reason(found, "withdrawal.reason", withdrawal.reason, "撤回理由")
    if withdrawal.HasField("document"):
        check_mention(found, "withdrawal.document", withdrawal.document, day)


def _check_falling(found: Findings, withdrawal: pb.Withdrawal, target: RecordedEvent, ledger: Ledger) -> None:
    """A ban that was decided here is revoked by its own statement, signed by who may; it does not fall with
    what was stated beside it."""
    if not withdrawal.HasField("document"):
        return
    for event in falling_with(ledger.subject(target.subject), target, ledger):
        if ledger.bans.of_decision(event.department, event.statement_id) is not None:
            message = f"同一文书的决定(序号{event.position})是按程序作出的; 请撤销该决定, 其余随之撤回。"
            found.add(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, "withdrawal.target", message)
            return


def check_ungranted(found: Findings, field: str, record: SubjectRecord, target: RecordedEvent) -> None:
    """What a red list was granted from does not go while the grant stands."""
    if granted := standing_grant(record, target.position):
        message = f"按该公示作出的列入(序号{granted.position})仍然有效; 请先撤回列入。"
        found.add(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, field, message)
