"""What has to be done about an inspection, by whom and by when: 检查、公示、整改

    inspection_record_after_visit      the log is kept (归档) after the visit
    random_check_result_publication    the result is published within 20 working days, late or not
    rectification_recheck              whether an order was followed is checked when its last day has passed

The first is met when there is a file, and may be met late. For each last day that was set to rectify there is
a check due: at once where one found the work done earlier. What the *subject* owes is no obligation of a
department: ``overdue_rectifications`` tells whose last day has passed without a sufficient check.

What belongs to others is to be told to them; that this was done stands in the file of the referral, so that
duty is in ``registry.commands.supervision.untold``.

Example: visited on 2026-11-20, to rectify by 12-05 (a Saturday): to be published by 12-18, checked by 12-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.domain.files import ACT_NUMBERS
from registry.supervision.duties import Clocks, first_act, known_by
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_INSPECTION

RECORD = "inspection_record_after_visit"
PUBLISH = "random_check_result_publication"
RECHECK = "rectification_recheck"
_CHECKED = ACT_NUMBERS["rectification"]


@dataclass(frozen=True, slots=True)
class OverdueRectification:
    """A subject whose last day to rectify has passed without a sufficient check (整改逾期)."""

    file: SupervisionFile
    subject: str
    rectify_by: str
    position: int
    """Of the act that set the day."""


def obligations(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    """Those of a file."""
    visit = file.acts[0]
    published = first_act(file, ACT_NUMBERS["result_publication"])
    steps = (
        (RECORD, visit.on, "检查记录归档", visit.received_on, visit),
        (PUBLISH, visit.on, "公示检查结果", _counted(published), visit),
        *((RECHECK, order.until, "复查整改", _counted(check), order) for order, check in _orders(file)),
    )
    for deadline, start, task, met_on, cause in steps:
        made = clocks.by_law(
            file, deadline, start, whose=file.file.department, task=task, met_on=met_on, cause=cause
        )
        if made is not None:
            yield made


def overdue_rectifications(files: Iterable[SupervisionFile], day: date) -> Iterator[OverdueRectification]:
    """Of the inspections among files those whose subject is late with rectifying, as known on a day: the last
    day that was set is over, and nobody has found the work done."""
    for file in files:
        if file.file.kind != FILE_KIND_INSPECTION:
            continue
        then = known_by(file, day)
        pending = [order for order, check in _orders(then) if check is None]
        if pending and pending[0].until < day.isoformat():
            yield OverdueRectification(then, then.subject, pending[0].until, pending[0].position)


def _orders(file: SupervisionFile) -> Iterator[tuple[FileAct, FileAct | None]]:
    """Each act that set a last day to rectify, with the check that followed it."""
    for act in file.acts:
        if act.until and act.act in (ACT_NUMBERS["inspection"], _CHECKED):
            yield act, first_act(file, _CHECKED, after=act.position)


def _counted(act: FileAct | None) -> str:
    """The day on which an act counts as done."""
    return (act.counted_on or act.on) if act is not None else ""
