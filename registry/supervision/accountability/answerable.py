"""Who acted last in a duty (责任人), as a fact of the log.

* The person that the duty itself names, where it names one.
* Else who signed the act of the department that met it: of those on the day on which it was met the first of
  the kind that meets such a duty, or the first of any where none is.
* Else who signed the department's last act in the file. Where there is none: 未明确责任人.

Of two who sign, the first is named. An official who was revoked since is still named: he acted.

Example: 张 accepted a referral on the 3rd, nobody decided it: the duty to decide names 张, who acted last. 李
read another and 王 accepted it on the same day: for the receipt 李 is named, for the acceptance 王.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from registry.domain.files import ACT_NUMBERS
from registry.supervision.obligations.draws import ITEM_DRAWN, task_of
from registry.v1.accountability_service_pb2 import (
    DUTY_STATE_MET,
    DUTY_STATE_MET_LATE,
    DUTY_STATE_RUNNING,
    DUTY_STATE_UNMET,
    DutyLine,
    DutyState,
)
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

_MEETING: Mapping[str, frozenset[int]] = {
    deadline: frozenset(map(ACT_NUMBERS.__getitem__, acts))
    for deadline, acts in {
        "referral_receipt": ("receipt",),
        "referral_acceptance": ("referral_acceptance",),
        "criminal_referral_acceptance": ("referral_acceptance",),
        "referral_outcome": ("referral_outcome",),
        "referral_finding_told": ("referral_outcome",),
        "referral_answer": ("referral_answer",),
        "criminal_referral_answer": ("referral_answer",),
        "complaint_acceptance": ("complaint_acceptance",),
        "complaint_mediation_end": ("complaint_mediation",),
        "report_verification": ("complaint_verification",),
        "report_notify_named_reporter_after_filing_decision": ("complaint_answer",),
        "alert_receipt": ("receipt", "alert_answer"),
        "alert_answer": ("alert_answer",),
        "random_check_result_publication": ("result_publication",),
        "rectification_recheck": ("rectification",),
        "rule_review_after_draft": ("rule_review",),
        ITEM_DRAWN: ("draw_result",),
        "draw_result_after_order": ("draw_result",),
    }.items()
}
"""The acts by which a duty is met: on one day several persons may act in one file."""


def state_of(duty: Obligation) -> DutyState.ValueType:
    """Whether a duty was met, and in time."""
    if duty.met_on:
        return DUTY_STATE_MET_LATE if duty.days_late else DUTY_STATE_MET
    return DUTY_STATE_UNMET if duty.days_late else DUTY_STATE_RUNNING


def actor_of(duty: Obligation, acts: Sequence[FileAct]) -> tuple[str, FileAct | None]:
    """Who acted last in a duty, and by which act; empty and None if nobody did."""
    last = meeting = first = earlier = None
    for act in acts:
        signers = act.official_ids
        if not signers or act.department != duty.department:
            continue
        if duty.official_id and duty.official_id not in signers:
            continue
        last = act
        if duty.met_on and duty.met_on in (act.counted_on, act.on, act.received_on):
            later = act if act.position > duty.position else None
            meeting = meeting or (later if _meets(act, duty) else None)
            first, earlier = first or later, earlier or act
    found = meeting or first or earlier or last
    return duty.official_id or (found.official_ids[0] if found is not None else ""), found


def _meets(act: FileAct, duty: Obligation) -> bool:
    """Whether an act is of the kind that meets a duty; of a plan's items each is met by its own draw."""
    of_kind = act.act in _MEETING.get(duty.deadline, ())
    return of_kind and (duty.deadline != ITEM_DRAWN or task_of(act.plan_item) == duty.task)


def line_of(duty: Obligation, file: SupervisionFile | None) -> DutyLine:
    """A duty with what became of it and who acted last in it."""
    official_id, act = actor_of(duty, file.acts if file is not None else ())
    line = DutyLine(obligation=duty, state=state_of(duty), official_id=official_id)
    if act is not None:
        line.section = dict(zip(act.official_ids, act.sections, strict=False)).get(official_id, "")
        line.acted_position = act.position
    return line
