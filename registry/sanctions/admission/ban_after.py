"""Checks of what is stated about a ban decision afterwards (中止、恢复、解除、撤销、更正、修复).

Beside what is asked of such a statement about any record: an approver signs it (``ban_actors``); a decision
that was not served, or of which nothing is left, is not stayed or lifted; one that was not served is not
repaired either; a correction goes no further than what was announced, and may not turn the decision into
another matter. A decision that is not served yet may be revoked.

Example: 更正 from 24 to 30 months, announced for 24: HEAVIER_THAN_ANNOUNCED.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.admission.ban_decision import check_not_heavier
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.steps import AFTER, BINDING, STANDING, STATES_ZH
from registry.sanctions.ledger import Ledger
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

_NOTES_WHILE_BINDING = (pb.NOTED_STATUS_RESUMED, pb.NOTED_STATUS_SHIELDED)


def check_after_decision(
    found: Findings, statement: pb.Statement, case: Case, day: date, ledger: Ledger
) -> None:
    """Notes what the procedure has against a statement about a decision."""
    body = statement.WhichOneof("body") or ""
    if case.told.state not in _states_for(statement, body):
        state = STATES_ZH[case.told.state]
        message = f"案件{case.told.case_number}{state}, 不能办理{AFTER[body].name}。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, body, message)
    for path, event in _replacements(statement):
        check_not_heavier(found, path, event, case, ledger, day)
        _check_number(found, path, event, case, ledger)


def _states_for(statement: pb.Statement, body: str) -> Collection[ban.BanState.ValueType]:
    """The states of a case in which such a statement may be made. What was lifted may be disclosed still
    and be repaired, and a stay that outlasted it is ended."""
    note = statement.status_note.status
    if body == "lifting" or note == pb.NOTED_STATUS_STAYED:
        return STANDING
    return BINDING if body == "repair" or note in _NOTES_WHILE_BINDING else STATES_ZH


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
