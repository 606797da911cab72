"""Whether something is in force on a day (效力状态): the one function that decides it.

Everything that asks asks here: verdicts, records, lists of bans, incentives, simulations. Both days of a
period belong to it, and it ends at 24:00 of its last day (民法典 第二百零三条). A stay (中止执行) suspends;
an objection or a suit does not (行政处罚法 第七十三条), but is shown. What ended before its own last day
says how.

Example: a ban from 2026-03-20 to 2027-09-20, stayed from 2026-06-01 on, is COMING on 2026-03-19, IN_FORCE on
2026-05-31, STAYED on 2026-06-01 and EXPIRED on 2027-09-21.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from registry.domain.periods import Period
from registry.sanctions.ground import Ending, Ground, Mark, MarkKind
from registry.v1 import verdict_pb2 as pb

_ENDED = {
    Ending.NONE: pb.HIT_STATUS_EXPIRED,
    Ending.REPAIRED: pb.HIT_STATUS_REPAIRED,
    Ending.LIFTED: pb.HIT_STATUS_LIFTED,
}
_NOTED = (
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


def standing(
    period: Period, day: date, *, ended: Ending = Ending.NONE, marks: Iterable[Mark] = ()
) -> pb.HitStatus.ValueType:
    """Where something stands on a day. ``marks`` are the notes on its statement, known at the position
    asked."""
    last = period.last
    if last is not None and (last < day or last < period.first):
        return _ENDED[ended]
    if day < period.first:
        return pb.HIT_STATUS_COMING
    if marks:
        holding = {mark.kind for mark in marks if mark.period.contains(day)}
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


def speaks(ground: Ground, position: int, disputed: frozenset[int], beside: Iterable[Ground]) -> bool:
    """Whether a row counts by what was known at a position. Where a disputed statement put one row in the
    place of another (a repair, a lifting) it is the other that counts: a stolen key frees nobody."""
    if ground.known_at(position):
        return ground.known_from == ground.position or ground.known_from not in disputed
    return closed_in_dispute(ground, position, disputed, beside)


def standing_of(ground: Ground, day: date, marks: Sequence[Mark], position: int) -> pb.HitStatus.ValueType:
    """Where a row that counts at a position stands on a day; ``marks`` are all those of its record. One that
    is no longer held, and counts, was ended in dispute."""
    noted = marks_of(marks, ground.position, position) if marks else ()
    status = standing(ground.period, day, ended=ground.ended, marks=noted)
    return status if ground.known_at(position) or status not in RUNNING else pb.HIT_STATUS_DISPUTED


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


def marks_of(marks: Sequence[Mark], target: int, position: int) -> list[Mark]:
    """The notes on one statement that hold by what was known at a position. A note that a disputed statement
    ended holds on: a stay that a thief ends is no ban."""
    found = [mark for mark in marks if mark.target == target and mark.known_from <= position]
    disputed = disputed_at(marks, position) if found else frozenset()
    return [mark for mark in found if _is_held(mark, position, disputed)]


def _is_held(mark: Mark, position: int, disputed: frozenset[int]) -> bool:
    if not mark.known_at(position):
        return mark.known_to in disputed
    return mark.known_from == mark.position or mark.known_from not in disputed
