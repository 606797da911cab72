"""Checks of what is stated about a ban decision afterwards (中止、恢复、解除、撤销、更正、修复).

Beside what is asked of such a statement about any record: an approver signs it (``ban_actors``); a decision
that was not served is not stayed, lifted or repaired; a correction goes no further than what was announced,
and may not turn the decision into another matter. A decision that is not served yet may be revoked.

Example: 更正 from 24 to 30 months, announced for 24: HEAVIER_THAN_ANNOUNCED.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.admission.ban_decision import check_not_heavier
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.steps import AFTER, BINDING, STATES_ZH
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

_WHILE_BINDING = ("lifting", "repair")
_NOTES_WHILE_BINDING = (pb.NOTED_STATUS_STAYED, pb.NOTED_STATUS_RESUMED, pb.NOTED_STATUS_SHIELDED)


def check_after_decision(
    found: Findings, statement: pb.Statement, case: Case, day: date, ledger: Ledger
) -> None:
    """Notes what the procedure has against a statement about a decision."""
    body = statement.WhichOneof("body") or ""
    binding = case.told.state in BINDING
    needs_binding = body in _WHILE_BINDING or (
        body == "status_note" and statement.status_note.status in _NOTES_WHILE_BINDING
    )
    if needs_binding and not binding:
        state = STATES_ZH[case.told.state]
        message = f"案件{case.told.case_number}{state}, 不能办理{AFTER[body].name}。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, body, message)
    for path, event in _replacements(statement):
        check_not_heavier(found, path, event, case, ledger, day)
        _check_number(found, path, event, case, ledger)


def _replacements(statement: pb.Statement) -> list[tuple[str, pb.Event]]:
    body = statement.WhichOneof("body")
    if body == "correction":
        return [("correction.replacement", statement.correction.replacement)]
    if body == "objection_result" and statement.objection_result.HasField("replacement"):
        return [("objection_result.replacement", statement.objection_result.replacement)]
    return []


def _check_number(found: Findings, path: str, event: pb.Event, case: Case, ledger: Ledger) -> None:
    other = ledger.bans.of_number(case.told.department, event.document.number)
    if other is not None and other.key != case.key:
        message = f"文号已用于案件{other.told.case_number}的决定。"
        found.add(reasons.ERROR_REASON_DECISION_NUMBER_USED, f"{path}.document.number", message)
