"""By when an objection or an application for repair must be decided (异议、信用修复的期限).

* An objection filed at the window of the department whose statement it is: ``objection_own_scope``; filed
  with the operator, who has it checked by the department: ``objection_needs_provider`` (山东省社会信用条例
  第三十九条).
* An application: accepted or not within ``repair_acceptance_decision``; once accepted, decided within
  ``repair_feedback_to_applicant`` (国办发〔2025〕22号). ``accepted_on`` is the day of receipt of the
  acceptance, which rests in the log and not in what is filed: whoever has it fills it in. Without it the
  clock runs from filing.

What is decided is not due. Nothing depends on it having been in time.

Worked example: an objection filed on 2026-11-23 with the department itself is due on 2026-11-26.
"""

from __future__ import annotations

from datetime import date

from registry.domain.workdays import HolidayCalendar
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.clocks import due
from registry.sanctions.remedies.remedy import Filed
from registry.v1 import ban_service_pb2, remedy_service_pb2

_ACCEPTED = remedy_service_pb2.REMEDY_STATE_ACCEPTED
_OWN, _PROVIDER = "objection_own_scope", "objection_needs_provider"
_ACCEPTANCE, _RESULT = "repair_acceptance_decision", "repair_feedback_to_applicant"
_TASKS = {
    _OWN: "对异议作出处理决定",
    _PROVIDER: "核实并对异议作出处理决定",
    _ACCEPTANCE: "决定是否受理信用修复申请",
    _RESULT: "对信用修复申请作出决定",
}


def due_of_remedy(filed: Filed, edition: Edition, day: date) -> list[ban_service_pb2.DueItem]:
    """What is to be done about something that was filed, and by when, as seen on a day."""
    if not filed.is_open:
        return []
    told, code = filed.told, _deadline(filed)
    deadline = edition.rules.deadlines.get(code)
    if deadline is None:
        return []
    start = date.fromisoformat(told.accepted_on or told.filed_on)
    last = due(deadline, start, edition.calendar)
    item = ban_service_pb2.DueItem(
        department=told.target.department,
        reference=told.filed.statement_id,
        deadline=code,
        task=_TASKS[code],
        due_on=last.day.isoformat(),
        days_left=days_left(day, last.day, edition.calendar, working=deadline.unit == "working_days"),
        official_id=told.official_id,
        basis=deadline.basis,
        uncertain=bool(last.uncertain_years),
    )
    setattr(item, "from", start.isoformat())
    return [item]


def _deadline(filed: Filed) -> str:
    told = filed.told
    if told.kind == remedy_service_pb2.REMEDY_KIND_REPAIR:
        return _RESULT if told.state == _ACCEPTED else _ACCEPTANCE
    return _OWN if told.filed.department == told.target.department else _PROVIDER


def days_left(day: date, last: date, calendar: HolidayCalendar, *, working: bool) -> int:
    """Days from a day to the last one in time, working days if the clock counts them; negative once it is
    over."""
    return calendar.working_days_between(day, last).days if working else (last - day).days
