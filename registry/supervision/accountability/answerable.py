"""Who acted last in a duty (责任人), as a fact of the log.

* The person that the duty itself names, where it names one.
* Else who signed the act of the department that met it: the first one on the day on which it was met.
* Else who signed the department's last act in the file. Where there is none: 未明确责任人.

Of two who sign, the first is named. An official who was revoked since is still named: he acted.

Example: 张 accepted a referral on the 3rd, nobody decided it: the duty to decide names 张, who acted last.
"""

from __future__ import annotations

from collections.abc import Sequence

from registry.v1.accountability_service_pb2 import (
    DUTY_STATE_MET,
    DUTY_STATE_MET_LATE,
    DUTY_STATE_RUNNING,
    DUTY_STATE_UNMET,
    DutyLine,
    DutyState,
)
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile


def state_of(duty: Obligation) -> DutyState.ValueType:
    """Whether a duty was met, and in time."""
    if duty.met_on:
        return DUTY_STATE_MET_LATE if duty.days_late else DUTY_STATE_MET
    return DUTY_STATE_UNMET if duty.days_late else DUTY_STATE_RUNNING


def actor_of(duty: Obligation, acts: Sequence[FileAct]) -> tuple[str, FileAct | None]:
    """Who acted last in a duty, and by which act; empty and None if nobody did."""
    last = first = earlier = None
    for act in acts:
        signers = act.official_ids
        if not signers or act.department != duty.department:
            continue
        if duty.official_id and duty.official_id not in signers:
            continue
        last = act
        if duty.met_on and duty.met_on in (act.counted_on, act.on, act.received_on):
            first = first or (act if act.position > duty.position else None)
            earlier = earlier or act
    found = first or earlier or last
    return duty.official_id or (found.official_ids[0] if found is not None else ""), found


def line_of(duty: Obligation, file: SupervisionFile | None) -> DutyLine:
    """A duty with what became of it and who acted last in it."""
    official_id, act = actor_of(duty, file.acts if file is not None else ())
    line = DutyLine(obligation=duty, state=state_of(duty), official_id=official_id)
    if act is not None:
        line.section = dict(zip(act.official_ids, act.sections, strict=False)).get(official_id, "")
        line.acted_position = act.position
    return line
