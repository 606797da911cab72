"""How notes on a statement begin and end, and how they go over to what takes its place.

Nothing is edited: a note that ends is closed, and the same note stands again with a last day.

Example: a stay noted at 20 from 2026-06-01, resumed at 30 on 2026-07-01: (20, STAYED, from 06-01) known up
to 30, and (20, STAYED, 06-01 to 06-30) known from 30 on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from registry.domain.periods import Period
from registry.sanctions.ground import Mark, MarkKind, SubjectRecord


@dataclass(frozen=True, slots=True)
class Marked:
    """A record with its notes changed, and the notes that were opened and closed for it."""

    record: SubjectRecord
    opened: tuple[Mark, ...] = ()
    closed: tuple[Mark, ...] = ()


def open_mark(record: SubjectRecord, target: int, kind: MarkKind) -> Mark | None:
    """The note of a kind on a statement that has no end yet, the first if there are several."""
    return next(open_marks(record, target, kind), None)


def open_marks(record: SubjectRecord, target: int, kind: MarkKind) -> Iterator[Mark]:
    """The notes of a kind on a statement that have no end yet: disclosure may have been ended twice."""
    for mark in record.marks:
        open_ended = mark.known_to is None and mark.period.last is None
        if mark.target == target and mark.kind is kind and open_ended:
            yield mark


def begun(record: SubjectRecord, target: int, kind: MarkKind, period: Period, position: int) -> Marked:
    """A note of a kind on a statement begins."""
    return _changed(record, (), (Mark(position, target, kind, period, position),), position)


def ended_on(record: SubjectRecord, mark: Mark, day: date, position: int) -> Marked:
    """A note has ended on a day: the day before is the last of it."""
    period = Period(mark.period.first, day - timedelta(days=1))
    return _changed(record, (mark,), (replace(mark, known_from=position, period=period),), position)


def settled(record: SubjectRecord, target: int, kind: MarkKind, day: date, position: int) -> Marked:
    """The open note of a kind on a statement, if there is one, has ended on a day."""
    mark = open_mark(record, target, kind)
    return ended_on(record, mark, day, position) if mark is not None else Marked(record)


def carried_over(marked: Marked, target: int, position: int) -> Marked:
    """The notes on a target go over to what replaces it at a position, those of the same statement with them.

    Without them a stayed ban would be in force again because its document number was misspelt. They go over
    with how they came to be as they are, each step under its own position: whether a thief took one, or is
    found later to have taken it, is seen on the replacement too. That a target was signed with a stolen key
    ends with it: the department has looked at it, and says it anew."""
    mine = [mark for mark in marked.record.marks if mark.target == target]
    fresh = [mark for mark in mine if mark.known_from == position]
    going = [mark for mark in mine if mark.kind is not MarkKind.DISPUTED and mark.known_to != position]
    record = replace(marked.record, marks=tuple(m for m in marked.record.marks if m not in fresh))
    held = [mark for mark in mine if mark.known_to is None and mark not in fresh]
    over = (_on_replacement(mark, mine, position) for mark in going)
    found = _changed(record, held, tuple(over), position)
    record = replace(found.record, marks=tuple(sorted(found.record.marks, key=_place)))
    opened = tuple(mark for mark in marked.opened if mark not in fresh)
    return Marked(record, opened + found.opened, marked.closed + found.closed)


def _on_replacement(mark: Mark, mine: Iterable[Mark], position: int) -> Mark:
    """A note as it goes over; one that is as it was made begins on the replacement with the replacement."""
    steps = [other for other in mine if (other.position, other.kind) == (mark.position, mark.kind)]
    return replace(mark, target=position, known_from=mark.known_from if len(steps) > 1 else position)


def _place(mark: Mark) -> tuple[int, int, int]:
    """The order in which the notes of a record are read again."""
    return mark.known_from, mark.position, mark.target


def _changed(
    record: SubjectRecord, ending: Iterable[Mark], opened: tuple[Mark, ...], position: int
) -> Marked:
    gone = {mark: replace(mark, known_to=position) for mark in ending}
    opened = tuple(sorted(opened, key=lambda mark: mark.position))
    kept = tuple(gone.get(mark, mark) for mark in record.marks)
    return Marked(replace(record, marks=kept + opened), opened, tuple(gone.values()))
