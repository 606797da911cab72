"""Where a case stands on a day (状态): what its last step made it, and what time has made of that.

A decision that was served is not yet begun, in force, stayed, run out or lifted by what its measures and its
entry are on that day, as known at a position. Nothing depends on anybody having looked.

Example: served on 2026-04-24, in force from 2026-05-01 to 2028-04-30: SERVED on 2026-04-30, IN_FORCE on
2026-05-01, EXPIRED on 2028-05-01."""

from __future__ import annotations

from datetime import date

from registry.sanctions.bans.case import Case
from registry.sanctions.bans.steps import BINDING
from registry.sanctions.ground import Ending, Ground, SubjectRecord
from registry.sanctions.standing import standing_of
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import verdict_pb2 as verdict

_SHIELDED = (verdict.HIT_STATUS_STAYED, verdict.HIT_STATUS_SHIELDED)
_WAITING = (verdict.HIT_STATUS_COMING, verdict.HIT_STATUS_NOT_SERVED)


def state_on(case: Case, record: SubjectRecord, position: int, day: date) -> ban.BanState.ValueType:
    """The state of a case on a day, as known at a position; ``record`` is that of its subject."""
    if case.told.state not in BINDING:
        return case.told.state
    rows = [row for row in record.grounds if row.statement_id == case.told.decision_id and _binds(row)]
    rows = [row for row in rows if row.department == case.told.department and row.known_at(position)]
    found = [standing_of(row, day, record.marks, position) for row in rows]
    if not found:
        return case.told.state
    if any(status in _SHIELDED for status in found):
        return ban.BAN_STATE_STAYED
    ended = (verdict.HIT_STATUS_EXPIRED, verdict.HIT_STATUS_REPAIRED, verdict.HIT_STATUS_LIFTED)
    if any(status not in ended and status not in _WAITING for status in found):
        return ban.BAN_STATE_IN_FORCE
    if any(status in _WAITING for status in found):
        return ban.BAN_STATE_SERVED
    early = all(row.ended is not Ending.NONE for row in rows)
    return ban.BAN_STATE_LIFTED if early else ban.BAN_STATE_EXPIRED


def _binds(row: Ground) -> bool:
    """Whether a row is a measure or an entry, and not the record as such."""
    return row.facts is None
