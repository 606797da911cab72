"""What is due in a case, and what may be done next (期限和可办步骤).

Every item is a deadline of the edition with its article, counted from a day that the case states. A day that
is past is overdue and is shown so, for as long as the step is not taken (责任追究); the step itself is not
refused for it.

Worked example: filed on 2026-03-02: the decision is due on 2026-06-01 (行政处罚法 第六十条, 九十日).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.domain.workdays import DueDay, HolidayCalendar
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.steps import STEPS
from registry.sanctions.bans.terms import (
    BEFORE_HEARING,
    TO_ASK,
    TO_DECIDE,
    TO_SERVE,
    last_day_to_ask,
    last_day_to_decide,
    last_day_to_serve,
)
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.rulebook import Deadline
from registry.v1 import ban_service_pb2 as ban

_DECIDING = frozenset(
    {
        ban.BAN_STATE_DRAFTED, ban.BAN_STATE_REVIEWED, ban.BAN_STATE_NOTICE_SERVED,
        ban.BAN_STATE_HEARING_REQUESTED, ban.BAN_STATE_HEARING_NOTIFIED, ban.BAN_STATE_HEARD,
        ban.BAN_STATE_DELIBERATED,
    }
)  # fmt: skip
"""States of a case that is to be decided."""
_WHILE_IN_FORCE = (
    ban.BAN_STEP_STAY, ban.BAN_STEP_LIFTING, ban.BAN_STEP_REVOCATION, ban.BAN_STEP_CORRECTION,
)  # fmt: skip
AFTERWARDS = {
    ban.BAN_STATE_DECIDED: (ban.BAN_STEP_SERVICE, ban.BAN_STEP_REVOCATION, ban.BAN_STEP_CORRECTION),
    ban.BAN_STATE_SERVED: _WHILE_IN_FORCE,
    ban.BAN_STATE_IN_FORCE: _WHILE_IN_FORCE,
    ban.BAN_STATE_STAYED: (ban.BAN_STEP_RESUMPTION, ban.BAN_STEP_REVOCATION, ban.BAN_STEP_CORRECTION),
    ban.BAN_STATE_EXPIRED: (ban.BAN_STEP_REVOCATION, ban.BAN_STEP_CORRECTION),
    ban.BAN_STATE_LIFTED: (ban.BAN_STEP_REVOCATION,),
}
"""Steps that may follow a decision, by the state of its case."""


def due_of_case(case: Case, edition: Edition, day: date) -> list[ban.DueItem]:
    """What is due in a case, as of a day."""
    return list(_items(case, edition, day))


def next_steps(state: ban.BanState.ValueType) -> list[ban.BanStep.ValueType]:
    """The steps that lead out of a state, as a case has it on a day (``standing.state_on``); whether a clock
    forbids one yet is told when it is taken."""
    if state in AFTERWARDS:
        return list(AFTERWARDS[state])
    return [rule.step for rule in STEPS.values() if state in rule.states]


def _items(case: Case, edition: Edition, day: date) -> Iterator[ban.DueItem]:
    told = case.told
    if told.state in _DECIDING:
        filed = date.fromisoformat(told.filed_on)
        yield due_item(case, edition, TO_DECIDE, "作出决定", filed, last_day_to_decide(edition, filed), day)
    if told.state == ban.BAN_STATE_NOTICE_SERVED:
        served = _day_of(case, ban.BAN_STEP_NOTICE)
        last = last_day_to_ask(edition, served)
        yield due_item(case, edition, TO_ASK, "当事人陈述申辩、要求听证", served, last, day)
    if told.state == ban.BAN_STATE_HEARING_NOTIFIED:
        served, held = _day_of(case, ban.BAN_STEP_HEARING_NOTICE), date.fromisoformat(told.hearing_on)
        yield due_item(case, edition, BEFORE_HEARING, "举行听证", served, DueDay(held), day)
    if told.state == ban.BAN_STATE_DECIDED:
        decided = date.fromisoformat(told.decision.decided_on)
        yield due_item(
            case, edition, TO_SERVE, "送达决定书", decided, last_day_to_serve(edition, decided), day
        )


def due_item(
    case: Case, edition: Edition, deadline: str, task: str, since: date, last: DueDay, day: date
) -> ban.DueItem:
    """One item of a case."""
    rule, told = edition.rules.deadlines[deadline], case.told
    item = ban.DueItem(
        department=told.department,
        reference=told.case_number,
        deadline=deadline,
        task=task,
        due_on=last.day.isoformat(),
        days_left=days_left(rule, day, last.day, edition.calendar),
        official_id=told.acts[-1].official_id,
        basis=rule.basis,
        uncertain=bool(last.uncertain_years),
    )
    setattr(item, "from", since.isoformat())
    return item


def days_left(rule: Deadline, day: date, last: date, calendar: HolidayCalendar) -> int:
    """Days from a day to the last one, in the unit of the deadline: working days or days; negative if
    past."""
    if rule.unit != "working_days":
        return (last - day).days
    sign, (first, end) = (1, (day, last)) if last >= day else (-1, (last, day))
    count, cursor = 0, first
    while cursor < end:
        cursor = date.fromordinal(cursor.toordinal() + 1)
        count += calendar.is_working_day(cursor)
    return sign * count


def _day_of(case: Case, step: ban.BanStep.ValueType) -> date:
    return date.fromisoformat(next(act.on for act in reversed(case.told.acts) if act.step == step))
