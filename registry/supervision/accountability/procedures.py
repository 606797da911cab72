"""Duties of bans, objections and repairs, met or not (市场禁入、异议、信用修复).

What is open is in ``registry.commands.due`` for today. Here is the same for a period, as known at a position,
and with what was done late:

    penalty_decision_after_filing       filed → decided
    service_after_decision              decided → served
    objection_own_scope, objection_needs_provider      filed → decided
    repair_acceptance_decision          filed → accepted, or decided without
    repair_feedback_to_applicant        accepted → decided

No subject is named: what is filed may be about a person.

A step counts on the day it states, unless it was recorded later than a record may wait: then on that of its
receipt, as in files of supervision, for nobody is in time by dating a step back. Before its receipt no step
was known.

Example: decided on 2026-11-10, served on 2026-11-23: due on 2026-11-19, two working days late; the same
where on 2026-11-23 it is recorded that it was served on 2026-11-12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.sanctions.bans.terms import TO_DECIDE, TO_SERVE
from registry.supervision.accountability.answerable import state_of
from registry.supervision.accountability.known import Known
from registry.supervision.duties import counted
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1.accountability_service_pb2 import DutyLine
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

_NO_FILE = SupervisionFile()
_DECIDED = frozenset({ban.BAN_STEP_DECISION})
_SERVED = frozenset({ban.BAN_STEP_SERVICE})
_ENDED = frozenset({ban.BAN_STEP_REVOCATION})


def lines_of_case(case: ban.BanCase, known: Known, received: Callable[[int], str]) -> Iterator[DutyLine]:
    """To decide, and to serve; ``received`` is the day on which the registry had the act at a position."""
    made = _Case(case, known, received)
    acts = [act for act in case.acts if made.knows(act)]
    if not acts:
        return
    decided, served = _first(acts, _DECIDED), _first(acts, _SERVED)
    duty = made.duty(TO_DECIDE, case.filed_on, "作出决定", acts[0], decided)
    yield from _line(duty, decided or acts[-1], case.case_number)
    ended = _first(acts, _ENDED)
    if decided is not None and not (ended is not None and served is None):
        duty = made.duty(TO_SERVE, decided.on, "送达决定书", decided, served)
        yield from _line(duty, served or acts[-1], case.case_number)


def _first(acts: Iterable[ban.BanAct], steps: frozenset[ban.BanStep.ValueType]) -> ban.BanAct | None:
    return next((act for act in acts if act.step in steps), None)


@dataclass(frozen=True, slots=True)
class _Case:
    case: ban.BanCase
    known: Known
    received: Callable[[int], str]

    def knows(self, act: ban.BanAct) -> bool:
        """Whether an act was on record then."""
        if act.position > self.known.position or act.on > self.known.day:
            return False
        return self.received(act.position) <= self.known.day

    def duty(
        self, code: str, start: str, task: str, cause: ban.BanAct, met: ban.BanAct | None
    ) -> Obligation | None:
        act = FileAct(position=cause.position, received_on=self.received(cause.position))
        met_on = _counted(met.on, self.received(met.position), self.known) if met is not None else ""
        return self.known.clocks.by_law(
            _NO_FILE, code, start, whose=self.case.department, task=task, met_on=met_on, cause=act
        )


def _counted(stated: str, received: str, known: Known) -> str:
    """The day that counts for a step; none is received before it is stated to have been taken."""
    day = date.fromisoformat(received)
    return counted(stated, day, known.clocks.edition_on(day))


def _line(duty: Obligation | None, act: ban.BanAct, reference: str) -> Iterator[DutyLine]:
    if duty is not None:
        yield DutyLine(
            obligation=duty,
            state=state_of(duty),
            official_id=act.official_id,
            section=act.section,
            acted_position=act.position,
            reference=reference,
        )


@dataclass(frozen=True, slots=True)
class Signed:
    """What the log says of a statement: the day of its receipt, whose it is, which official signed it."""

    day: str
    department: str
    official_id: str


def lines_of_remedy(told: remedy.Remedy, known: Known, signed: Callable[[int], Signed]) -> Iterator[DutyLine]:
    """To accept, and to decide. What is filed keeps its last official alone, and not whose step it was, so
    who signed is asked of the log."""
    if told.filed_position > known.position or (filed := signed(told.filed_position)).day > known.day:
        return
    decided = _taken(told.decided_position, known, signed, told.decided_on)
    accepted = _taken(told.accepted_position, known, signed, "")
    for code, start, task, met in _remedy_steps(told, accepted, decided):
        cause = FileAct(position=told.filed_position, received_on=filed.day)
        whose, met_on = told.target.department, met[1] if met else ""
        duty = known.clocks.by_law(_NO_FILE, code, start, whose=whose, task=task, met_on=met_on, cause=cause)
        if duty is not None:
            last = met or accepted or (told.filed_position, told.filed_on)
            by = signed(last[0])
            own = by.department == whose and bool(by.official_id)
            yield DutyLine(
                obligation=duty,
                state=state_of(duty),
                official_id=by.official_id if own else "",
                acted_position=last[0] if own else 0,
                reference=told.filed.statement_id,
            )


_Taken = tuple[int, str] | None
"""Position and day of a step; None while it is not taken."""


def _taken(position: int, known: Known, signed: Callable[[int], Signed], stated: str) -> _Taken:
    """A step as known then; position 0 is the genesis, and means none."""
    if not 0 < position <= known.position or (day := signed(position).day) > known.day:
        return None
    return position, _counted(stated, day, known)


def _remedy_steps(
    told: remedy.Remedy, accepted: _Taken, decided: _Taken
) -> Iterator[tuple[str, str, str, _Taken]]:
    if told.kind != remedy.REMEDY_KIND_REPAIR:
        own = told.filed.department == told.target.department
        code = "objection_own_scope" if own else "objection_needs_provider"
        yield code, told.filed_on, "对异议作出处理决定", decided
        return
    task = "决定是否受理信用修复申请"
    yield "repair_acceptance_decision", told.filed_on, task, accepted or decided
    if accepted:
        yield "repair_feedback_to_applicant", accepted[1], "对信用修复申请作出决定", decided
