"""Whether something is in force on a day (效力状态): the one function that decides it.

Everything that asks asks here: verdicts, records, lists of bans, incentives, simulations. Both days of a
period belong to it, and it ends at 24:00 of its last day (民法典 第二百零三条). A stay (中止执行) suspends;
an objection or a suit does not (行政处罚法 第七十三条), but is shown. What ended before its own last day
says how.

Example: a ban from 2026-03-20 to 2027-09-20, stayed from 2026-06-01 on, is COMING on 2026-03-19, IN_FORCE on
2026-05-31, STAYED on 2026-06-01 and EXPIRED on 2027-09-21.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    compromised by then, and neither confirmed nor withdrawn."""
    return frozenset(
        mark.target for mark in marks if mark.kind is MarkKind.DISPUTED and mark.known_at(position)
    )


def closed_in_dispute(ground: Ground, position: int, disputed: frozenset[int]) -> bool:
    """Whether a row that is no longer held at a position was closed by a disputed statement."""
    return ground.known_from <= position and ground.known_to in disputed


def marks_of(marks: Iterable[Mark], target: int, position: int) -> list[Mark]:
    """The notes on one statement that were known at a position."""
    return [mark for mark in marks if mark.target == target and mark.known_at(position)]
