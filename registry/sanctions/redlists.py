"""Where a candidate for a red list stands (守信激励对象的公示与列入), as anybody may look it up.

A candidacy is under public notice from its first to its last day; then the notice has ended, until the term
of the grant begins. Once it is granted, the grant is shown in its place, with the days of both: *granted*
while it runs, *suspended* while something stands against it (``incentives``), *expired* once it is over or
was lifted (取消认定). What is withdrawn is not shown, nor is a notice whose grant was withdrawn: it is used
up. On a day on which the notice had not begun, nothing is shown.

Which candidacy a grant was made from need not be kept. A department grants from its latest notice of the
subject for the list, each notice once, and withdraws none whose grant stands (``admission.lists``): so it is
the last of that department for that list that stood when the grant was made.

Worked example: R-03, publicised from 2026-05-06 to 2026-05-20, granted from 2026-06-01 to 2029-05-31:
PUBLICISED on 2026-05-06, NOTICE_ENDED on 2026-05-21, GRANTED on 2026-06-01, EXPIRED on 2029-06-01.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from registry.domain.periods import Period
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ground, GroundKind, MarkKind, SubjectRecord
from registry.sanctions.incentives import SUSPENDING, obstacles, status_of
from registry.sanctions.standing import RUNNING, marks_of
from registry.v1 import incentive_service_pb2 as pb
from registry.v1 import verdict_pb2


@dataclass(frozen=True, slots=True)
class RedListEntry:
    """A candidacy, or the grant that took its place: ``term`` is the grant's, None before it."""

    ground: Ground
    state: pb.RedListState.ValueType
    notice: Period | None
    term: Period | None
    objected: bool


def entry_of(
    ground: Ground,
    record: SubjectRecord,
    *,
    position: int,
    edition: Edition,
    day: date,
    same: Iterable[SubjectRecord] = (),
) -> RedListEntry | None:
    """How a candidacy or a grant stands on a day, known at a position; None if it is not shown.

    ``same`` are the records of the subject under its other codes."""
    if not ground.known_at(position):
        return None
    if ground.kind is GroundKind.PUBLICISED:
        used = any(grant.known_from <= position for grant in grants_of(ground, record))
        return None if used else _candidate(ground, record, position, day)
    if ground.kind is not GroundKind.GRANTED:
        return None
    candidacy = candidacy_of(ground, record)
    earlier = _candidate(candidacy, record, position, day) if candidacy else None
    if status_of(ground, record, position, day) == verdict_pb2.HIT_STATUS_COMING:
        return replace(earlier, ground=ground, term=ground.period) if earlier else None
    return RedListEntry(
        ground=ground,
        state=_state_of_grant(ground, record, position, edition, day, same),
        notice=candidacy.period if candidacy else None,
        term=ground.period,
        objected=_objected(ground, record, position, day) or (earlier is not None and earlier.objected),
    )


def candidacy_of(grant: Ground, record: SubjectRecord) -> Ground | None:
    """The candidacy that a grant was made from."""
    return latest_candidacy(record, grant.code, grant.department, grant.position)


def latest_candidacy(record: SubjectRecord, list_code: str, department: str, position: int) -> Ground | None:
    """The last candidacy of a department for a red list that stood at a position."""
    found = [
        ground
        for ground in record.grounds
        if ground.kind is GroundKind.PUBLICISED
        and (ground.code, ground.department) == (list_code, department)
        and ground.known_at(position)
    ]
    return max(found, key=lambda ground: ground.position, default=None)


def grants_of(candidacy: Ground, record: SubjectRecord) -> Iterator[Ground]:
    """What was granted from a candidacy, with what has been withdrawn or shortened since."""
    for ground in record.grounds:
        if ground.kind is GroundKind.GRANTED and ground.position > candidacy.position:
            origin = candidacy_of(ground, record)
            if origin is not None and origin.position == candidacy.position:
                yield ground


def standing_grant(record: SubjectRecord, candidacy: int) -> Ground | None:
    """The grant that was made from the candidacy at a position and has not been withdrawn."""
    for ground in record.grounds:
        if ground.position == candidacy and ground.kind is GroundKind.PUBLICISED:
            return next((grant for grant in grants_of(ground, record) if grant.known_to is None), None)
    return None


def _candidate(ground: Ground, record: SubjectRecord, position: int, day: date) -> RedListEntry | None:
    if day < ground.period.first:
        return None
    under_notice = ground.period.contains(day)
    state = pb.RED_LIST_STATE_PUBLICISED if under_notice else pb.RED_LIST_STATE_NOTICE_ENDED
    return RedListEntry(ground, state, ground.period, None, _objected(ground, record, position, day))


def _state_of_grant(
    ground: Ground,
    record: SubjectRecord,
    position: int,
    edition: Edition,
    day: date,
    same: Iterable[SubjectRecord],
) -> pb.RedListState.ValueType:
    status = status_of(ground, record, position, day)
    if status not in RUNNING:
        return pb.RED_LIST_STATE_EXPIRED
    hindered = any(True for one in (record, *same) for _ in obstacles(one, position, edition, day))
    if hindered or status in SUSPENDING:
        return pb.RED_LIST_STATE_SUSPENDED
    return pb.RED_LIST_STATE_GRANTED


def _objected(ground: Ground, record: SubjectRecord, position: int, day: date) -> bool:
    marks = marks_of(record.marks, ground.position, position)
    return any(mark.kind is MarkKind.OBJECTED and mark.period.contains(day) for mark in marks)
