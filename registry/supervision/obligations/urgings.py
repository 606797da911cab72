"""What an urging (督办) obliges to: whoever owed an overdue step has a new day for it.

The step stays overdue by law beside; the duty of the urging is met when that step is done, or, where the
step is no longer asked for, when its department next acts in the file. An urging is no such act.

Example: 消防 should have read YS-3 by 2026-11-10; urged on 2026-11-16 to 2026-11-18 and read on 2026-11-20,
both duties are met late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from registry.domain.files import ACT_NUMBERS
from registry.supervision.duties import Clocks
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

URGED = "urged"
"""Code of a duty whose day an urging set."""
_URGING = ACT_NUMBERS["urging"]
Duties = Callable[[SupervisionFile, Clocks], Iterator[Obligation]]


def overdue_of_others(duties: Iterable[Obligation], code: str) -> Iterator[Obligation]:
    """The duties of others than a department that are not met and over."""
    return (each for each in duties if each.days_late and not each.met_on and each.department != code)


def to_be_urged(file: SupervisionFile, duties: Sequence[Obligation], code: str) -> list[Obligation]:
    """The overdue steps of others for which a department has not set a day itself that is still to come."""
    own = {act.position for act in file.acts if act.act == _URGING and act.department == code}
    running = {
        (each.department, each.task)
        for each in duties
        if each.deadline == URGED and each.position in own and not each.met_on and not each.days_late
    }
    return [
        each
        for each in overdue_of_others(duties, code)
        if each.deadline != URGED and (each.department, _urged_task(each)) not in running
    ]


def overdue_when_urged(file: SupervisionFile, place: int, clocks: Clocks, made: Duties) -> list[Obligation]:
    """What was overdue when the act at a place of a file urged for it."""
    urging, before = file.acts[place], SupervisionFile()
    before.CopyFrom(file)
    del before.acts[place:]
    then = replace(clocks, day=date.fromisoformat(urging.received_on))
    return list(overdue_of_others(made(before, then), urging.department))


def urged(
    file: SupervisionFile, clocks: Clocks, made: Duties, duties: Sequence[Obligation]
) -> Iterator[Obligation]:
    """The duties of every urging in a file, whose other ``duties`` are known."""
    now = {_step(each): each for each in duties}
    for place, urging in enumerate(file.acts):
        if urging.act != _URGING:
            continue
        for owed in overdue_when_urged(file, place, clocks, made):
            same = now.get(_step(owed))
            met_on = same.met_on if same else _next_act_of(file, owed.department, urging.position)
            yield _duty(file, clocks, urging, owed, met_on)


def _duty(
    file: SupervisionFile, clocks: Clocks, urging: FileAct, owed: Obligation, met_on: str
) -> Obligation:
    return clocks.by_act(
        file,
        URGED,
        urging.until,
        whose=owed.department,
        task=_urged_task(owed),
        start=urging.received_on,
        basis=owed.basis,
        met_on=met_on,
        cause=urging,
        official_id=owed.official_id,
    )


def _urged_task(owed: Obligation) -> str:
    return f"督办: {owed.task}"


def _step(duty: Obligation) -> tuple[str, str, int, str]:
    """What tells one step of a file from another: items of a plan differ by their task alone."""
    return duty.deadline, duty.department, duty.position, duty.task


def _next_act_of(file: SupervisionFile, department: str, after: int) -> str:
    for act in file.acts:
        if act.position > after and act.department == department and act.act != _URGING:
            return act.counted_on or act.received_on
    return ""
