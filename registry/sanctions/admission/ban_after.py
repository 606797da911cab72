"""Checks of what is stated about a ban decision afterwards (中止、恢复、解除、撤销、更正、修复).

Beside what is asked of such a statement about any record: an approver signs it (``ban_actors``); a decision
that was not served, or of which nothing is left, is not stayed or lifted; one that was not served is not
repaired either; a correction goes no further than what was announced, nor on for longer than that from the
day of service, and may not turn the decision into another matter or another day: whoever approves has no ban
that is over begin anew. A decision that is not served yet may be revoked.

Example: 更正 from 24 to 30 months, announced for 24: HEAVIER_THAN_ANNOUNCED.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from registry.domain.faults import Findings
from registry.domain.periods import add_months
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


def check_no_second_decision(
    found: Findings, statement: pb.Statement, case: Case, day: date, ledger: Ledger
) -> None:
    """Notes where a correction would have a decision taken on another day, or bind for longer than it may."""
    for path, event in _replacements(statement):
        _check_day(found, path, event, case)
        _check_end(found, path, event, case, day, ledger)


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


def _check_day(found: Findings, path: str, event: pb.Event, case: Case) -> None:
    """A decision was taken between its discussion and its service, whatever of it is corrected."""
    decided = Findings().optional_day("", event.document.decided_on, "")
    discussed = max((act.on for act in case.told.acts if act.step == ban.BAN_STEP_DELIBERATION), default="")
    if decided and not discussed <= decided.isoformat() <= (case.told.served_on or "9999"):
        message = f"决定日期{decided}不在讨论之日{discussed}和送达之日{case.told.served_on}之间。"
        found.add(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, f"{path}.document.decided_on", message)


def _check_end(found: Findings, path: str, event: pb.Event, case: Case, day: date, ledger: Ledger) -> None:
    """Nothing lasts beyond the announced term, counted from the service, that does not do so already."""
    announced, since = case.told.announced, date.fromisoformat(case.told.served_on or day.isoformat())
    ends = [(f"measures[{n}].until", each.until, each.measure_code) for n, each in enumerate(event.measures)]
    for field, written, code in (*ends, ("effective_until", event.effective_until, event.list_code)):
        last = Findings().last_day("", written, "")
        months = _months(announced, code)
        if last and months and last > max(add_months(since, months), _ends(code, case, ledger)):
            message = f"更正后到{last}为止, 超过自送达之日起算的告知期限({months}个月); 须另行立案。"
            found.add(reasons.ERROR_REASON_HEAVIER_THAN_ANNOUNCED, f"{path}.{field}", message)


def _months(announced: pb.BanProposal, code: str) -> int:
    """The longest term announced for a measure or list; 0: without end, or none, which is told elsewhere."""
    if code and code == announced.list_code:
        return announced.list_months
    terms = [each for each in announced.measures if each.measure_code == code]
    unbound = any(each.lifetime or not each.months for each in terms)
    return 0 if unbound else max((each.months for each in terms), default=0)


def _ends(code: str, case: Case, ledger: Ledger) -> date:
    """The last day of what the decision brings about by a code as it stands."""
    rows = ledger.subject(case.ref).grounds
    own = [row for row in rows if row.statement_id == case.told.decision_id and row.known_to is None]
    return max((row.period.last or date.max for row in own if row.code == code), default=date.min)
