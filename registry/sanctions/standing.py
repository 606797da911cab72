"""Whether something is in force on a day (效力状态): the one function that decides it.

Everything that asks asks here: verdicts, records, lists of bans, incentives, simulations. Both days of a
period belong to it, and it ends at 24:00 of its last day (民法典 第二百零三条). A stay (中止执行) suspends;
an objection or a suit does not (行政处罚法 第七十三条), but is shown. What ended before its own last day
says how. A decision binds from its service on: until then it is NOT_SERVED, whatever its dates. While a
court's plan is carried out (重整期间暂时屏蔽), the entry on a list and what may end early do not bind
(国办发〔2025〕22号); what law keeps to its term, and what looks back on a record, goes on.

A stolen key neither frees nor binds anybody: where it is a disputed statement that says a decision was
served, or is shielded, or is so no more, where it stands is DISPUTED.

Example: a ban from 2026-03-20 to 2027-09-20, stayed from 2026-06-01 on, is COMING on 2026-03-19, IN_FORCE on
2026-05-31, STAYED on 2026-06-01 and EXPIRED on 2027-09-21.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from registry.domain.periods import Period
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import Ending, Ground, GroundKind, Mark, MarkKind, SubjectRecord
from registry.v1 import verdict_pb2 as pb

_ENDED = {
    Ending.NONE: pb.HIT_STATUS_EXPIRED,
    Ending.REPAIRED: pb.HIT_STATUS_REPAIRED,
    Ending.LIFTED: pb.HIT_STATUS_LIFTED,
}
_NOTED = (
    (MarkKind.SHIELDED, pb.HIT_STATUS_SHIELDED),
    (MarkKind.DISPUTED, pb.HIT_STATUS_DISPUTED),
    (MarkKind.STAYED, pb.HIT_STATUS_STAYED),
    (MarkKind.OBJECTED, pb.HIT_STATUS_OBJECTED),
    (MarkKind.CONTESTED, pb.HIT_STATUS_CONTESTED),
)
ENDED = frozenset(
    {pb.HIT_STATUS_EXPIRED, pb.HIT_STATUS_REPAIRED, pb.HIT_STATUS_LIFTED, pb.HIT_STATUS_REVOKED}
)
"""States of what no longer counts."""
RUNNING = frozenset(
    {
        pb.HIT_STATUS_IN_FORCE,
        pb.HIT_STATUS_STAYED,
        pb.HIT_STATUS_OBJECTED,
        pb.HIT_STATUS_CONTESTED,
        pb.HIT_STATUS_DISPUTED,
    }
)
"""States of what has begun and has not ended."""
_INCENTIVE = "incentive"
_HOLDING_BACK = (MarkKind.UNSERVED, MarkKind.SHIELDED)
"""Notes by which something does not bind: nobody is freed, and nobody bound again, by a doubtful one."""
_OF_REPAIR = (MarkKind.UNDISCLOSED, MarkKind.FALSE_REPAIR)
"""Notes that a disputed statement does not make."""


def standing(
    period: Period, day: date, *, ended: Ending = Ending.NONE, marks: Iterable[Mark] = ()
) -> pb.HitStatus.ValueType:
    """Where something stands on a day. ``marks`` are the notes on its statement, known at the position
    asked."""
    last = period.last
    if last is not None and (last < day or last < period.first):
        return _ENDED[ended]
    holding = {mark.kind for mark in marks if mark.period.contains(day)} if marks else ()
    if MarkKind.UNSERVED in holding:
        return pb.HIT_STATUS_NOT_SERVED
    if day < period.first:
        return pb.HIT_STATUS_COMING
    if holding:
        for kind, status in _NOTED:
            if kind in holding:
                return status
    return pb.HIT_STATUS_IN_FORCE


def disputed_at(marks: Iterable[Mark], position: int) -> frozenset[int]:
    """The statements about a subject that were disputed at a position: signed with a key that had been
    compromised by then, and neither confirmed nor withdrawn. What a disputed statement confirmed is so
    still: one stolen key does not vouch for another."""
    told = [mark for mark in marks if mark.kind is MarkKind.DISPUTED and mark.known_from <= position]
    disputed = {mark.target for mark in told if mark.known_at(position)}
    while more := {mark.target for mark in told if mark.known_to in disputed} - disputed:
        disputed |= more
    return frozenset(disputed)


def known_soundly(record: SubjectRecord, position: int) -> bool:
    """Whether a subject is known at a position by a statement that is not disputed."""
    known_by = {first for first, end in record.known if first <= position and (end is None or position < end)}
    return not known_by <= disputed_at(record.marks, position)


def vouched(record: SubjectRecord, position: int) -> tuple[tuple[int, int | None], ...]:
    """When a subject is known, now that a sound statement about it comes: where disputed ones alone made it
    known, from here on by the sound one."""
    known_by = {since for since, end in record.known if end is None}
    if not known_by or not known_by <= disputed_at(record.marks, position):
        return record.known
    return (*known_until(record, position), (position, None))


def known_until(record: SubjectRecord, position: int) -> tuple[tuple[int, int | None], ...]:
    """When a subject is known, if nothing makes it so from a position on."""
    return tuple((since, position if end is None else end) for since, end in record.known)


def speaks(ground: Ground, position: int, disputed: frozenset[int], beside: Iterable[Ground]) -> bool:
    """Whether a row counts by what was known at a position. Where a disputed statement put one row in the
    place of another (a repair, a lifting) it is the other that counts: a stolen key frees nobody. One that it
    put in the place of none (it annulled a repair) counts, in dispute."""
    if ground.known_at(position):
        return not _reopened_in_dispute(ground, disputed) or not _takes_a_place(ground, beside)
    return closed_in_dispute(ground, position, disputed, beside)


def _reopened_in_dispute(ground: Ground, disputed: frozenset[int]) -> bool:
    return ground.known_from != ground.position and ground.known_from in disputed


def _takes_a_place(ground: Ground, beside: Iterable[Ground]) -> bool:
    key = (ground.position, ground.ordinal)
    return any((row.position, row.ordinal) == key and row.known_to == ground.known_from for row in beside)


def in_dispute(ground: Ground, position: int, disputed: frozenset[int]) -> bool:
    """Whether a row that counts does so in dispute: a disputed statement ended it, or opened it again."""
    return not ground.known_at(position) or _reopened_in_dispute(ground, disputed)


def standing_of(
    ground: Ground, day: date, marks: Sequence[Mark], position: int, edition: Edition | None = None
) -> pb.HitStatus.ValueType:
    """Where a row that counts at a position stands on a day; ``marks`` are all those of its record. Without
    an ``edition`` it is not known of a measure that it may end early, so none is shielded."""
    noted = marks_on(ground, marks, position, edition, day) if marks else ()
    status = standing(ground.period, day, ended=ground.ended, marks=noted)
    disputed = disputed_at(marks, position) if marks else frozenset()
    doubtful = status in RUNNING and in_dispute(ground, position, disputed)
    return pb.HIT_STATUS_DISPUTED if doubtful else status


def closed_in_dispute(
    ground: Ground, position: int, disputed: frozenset[int], beside: Iterable[Ground] = ()
) -> bool:
    """Whether a row that is no longer held at a position was closed by a disputed statement. Among the rows
    ``beside`` it is seen whether a sound statement has ended since what the disputed one left of it."""
    if ground.known_from > position or ground.known_to not in disputed:
        return False
    for row in beside:
        if row.known_from == ground.known_to and (row.position, row.ordinal) == (
            ground.position,
            ground.ordinal,
        ):
            return row.known_at(position) or closed_in_dispute(row, position, disputed, beside)
    return True


def marks_on(
    ground: Ground, marks: Sequence[Mark], position: int, edition: Edition | None, day: date
) -> list[Mark]:
    """The notes that bear on one row of a statement: a shield covers not all of it."""
    return marks_of(marks, ground.position, position, shielded=ends_early(ground, edition, day))


def ends_early(ground: Ground, edition: Edition | None, day: date) -> bool:
    """Whether repair ends a row, and a shield covers it: an entry on a list, a measure that law lets end
    early on a day."""
    if ground.kind is GroundKind.LISTED:
        return True
    measure = ground.measure
    if ground.kind is not GroundKind.IMPOSED or measure is None or measure.effect == _INCENTIVE:
        return False
    return edition is not None and edition.procedures.may_end_early(ground.code, day)


def marks_of(marks: Sequence[Mark], target: int, position: int, *, shielded: bool = True) -> list[Mark]:
    """The notes on one statement that hold by what was known at a position, without shields unless
    ``shielded``. A note that a disputed statement ended holds on: a stay that a thief ends is no ban. One
    that would keep the statement from binding, and is in doubt, is a note that the statement is disputed."""
    found = [
        mark
        for mark in marks
        if mark.target == target
        and mark.known_from <= position
        and (shielded or mark.kind is not MarkKind.SHIELDED)
    ]
    disputed = disputed_at(marks, position) if found else frozenset()
    if not disputed:
        return [mark for mark in found if mark.known_at(position)]
    held = [mark for mark in found if _is_held(mark, position, disputed)]
    return [_doubted(mark, position, disputed) for mark in held]


def _is_held(mark: Mark, position: int, disputed: frozenset[int]) -> bool:
    if not mark.known_at(position):
        return mark.known_to in disputed
    if mark.kind in _OF_REPAIR and mark.position in disputed:
        return False
    return mark.known_from == mark.position or mark.known_from not in disputed


def _doubted(mark: Mark, position: int, disputed: frozenset[int]) -> Mark:
    """The note, or that its statement is disputed on the days on which it would keep it from binding."""
    if mark.kind not in _HOLDING_BACK:
        return mark
    made_in_dispute = mark.kind is MarkKind.SHIELDED and mark.position in disputed
    if made_in_dispute or not mark.known_at(position):
        return replace(mark, kind=MarkKind.DISPUTED)
    return mark
