"""Effects of statements about earlier statements: correction, withdrawal, repair, lifting, status notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from registry.domain.periods import Period
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.identity import unlinked
from registry.sanctions.effects.naming import let_go
from registry.sanctions.effects.recording import recorded_effects
from registry.sanctions.ground import Ending, Ground, GroundKind, Mark, MarkKind, SubjectRecord
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.v1 import statement_pb2 as pb

BEGINNING = {
    pb.NOTED_STATUS_STAYED: MarkKind.STAYED,
    pb.NOTED_STATUS_OBJECTED: MarkKind.OBJECTED,
    pb.NOTED_STATUS_CONTESTED: MarkKind.CONTESTED,
}
ENDING = {
    pb.NOTED_STATUS_RESUMED: MarkKind.STAYED,
    pb.NOTED_STATUS_OBJECTION_SETTLED: MarkKind.OBJECTED,
    pb.NOTED_STATUS_CONTEST_ENDED: MarkKind.CONTESTED,
}
"""Which note a status begins, and which it ends."""


def correction_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """The target is closed and the replacement takes its place; what befell the target, befell it."""
    target = _target(ledger, statement.correction.target)
    ended = _ended(ledger, target, EventState.CORRECTED, position)
    replacement = statement.correction.replacement
    made = recorded_effects(statement, replacement, position, ledger, ended.subjects[0])
    # Known throughout: one statement about the subject takes the place of another.
    known = ledger.subject(target.subject).known
    marks, unmarked, marked = _carried_over(ended.subjects[0], target.position, position)
    return replace(
        made,
        subjects=(replace(made.subjects[0], known=known, marks=marks),),
        closed=ended.closed,
        marked=marked,
        unmarked=unmarked,
        unnamed=ended.unnamed,
        target=ended.target,
    )


def _carried_over(
    record: SubjectRecord, target: int, position: int
) -> tuple[tuple[Mark, ...], tuple[Mark, ...], tuple[Mark, ...]]:
    """The record's notes with those on a target moved to what replaces it; those closed and those opened.

    Without them a stayed ban would be in force again because its document number was misspelt. That a target
    was signed with a stolen key ends with it: the department has looked at it, and says it anew."""
    closed = tuple(
        replace(mark, known_to=position)
        for mark in record.marks
        if mark.target == target and mark.known_to is None
    )
    opened = tuple(
        replace(mark, target=position, known_from=position, known_to=None)
        for mark in closed
        if mark.kind is not MarkKind.DISPUTED
    )
    kept = tuple(
        replace(mark, known_to=position) if mark.target == target and mark.known_to is None else mark
        for mark in record.marks
    )
    return kept + opened, closed, opened


def withdrawal_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """The target is treated as never made, from this position on."""
    target = _target(ledger, statement.withdrawal.target)
    return _ended(ledger, target, EventState.WITHDRAWN, position)


def repair_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """The target's list entry ends on the day before the repair takes effect. A measure that the same
    document imposes ends by its term, by withdrawal or by lifting (law.md §3.1)."""
    target = _target(ledger, statement.repair.target)
    record = ledger.subject(target.subject)
    ending = _held(record, target, GroundKind.LISTED)
    effects = _shortened(record, ending, statement.repair.effective_on, Ending.REPAIRED, position)
    return replace(effects, target=replace(target, repaired_position=position))


def lifting_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """Imposed measures of the target, or its grant, end on the day before the lifting takes effect."""
    lifting = statement.lifting
    target = _target(ledger, lifting.target)
    record = ledger.subject(target.subject)
    held = [row for row in lifted(record, target) if row.ended is Ending.NONE]
    ending = [row for row in held if lifting.measure_code in ("", row.code)]
    return _shortened(record, ending, lifting.effective_on, Ending.LIFTED, position)


def lifted(record: SubjectRecord, target: RecordedEvent) -> list[Ground]:
    """The imposed measures of a statement that are held, or the red list that it grants."""
    return _held(record, target, GroundKind.IMPOSED) or _held(record, target, GroundKind.GRANTED)


def _held(record: SubjectRecord, target: RecordedEvent, kind: GroundKind) -> list[Ground]:
    return [
        row
        for row in record.grounds
        if row.position == target.position and row.known_to is None and row.kind is kind
    ]


def note_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """A note begins, or the one that is open ends."""
    note = statement.status_note
    target = _target(ledger, note.target)
    record = ledger.subject(target.subject)
    day = date.fromisoformat(note.effective_on)
    if note.status in BEGINNING:
        mark = Mark(position, target.position, BEGINNING[note.status], Period(day, None), position)
        return Effects(position, (replace(record, marks=(*record.marks, mark)),), marked=(mark,))
    noted = open_mark(record, target.position, ENDING[note.status])
    assert noted is not None  # Admission has seen to it.
    closed = replace(noted, known_to=position)
    last_day = day - timedelta(days=1)
    opened = replace(noted, known_from=position, period=Period(noted.period.first, last_day))
    others = tuple(closed if mark == noted else mark for mark in record.marks)
    record = replace(record, marks=(*others, opened))
    return Effects(position, (record,), marked=(opened,), unmarked=(closed,))


def open_mark(record: SubjectRecord, target: int, kind: MarkKind) -> Mark | None:
    """The note of a kind on a statement that has no end yet."""
    for mark in record.marks:
        open_ended = mark.known_to is None and mark.period.last is None
        if mark.target == target and mark.kind is kind and open_ended:
            return mark
    return None


def _ended(ledger: Ledger, target: RecordedEvent, state: EventState, position: int) -> Effects:
    record = ledger.subject(target.subject)
    others, links = unlinked(record, target, position, ledger)
    record = others[0]
    kept, closed = _close(
        record, [row for row in record.grounds if row.position == target.position], position
    )
    record, unnamed = let_go(record, target, position)
    if target.is_about_subject:
        record = known_no_more(record, position)
    return Effects(
        position=position,
        subjects=(replace(record, grounds=kept), *others[1:]),
        closed=closed,
        unnamed=unnamed,
        unlinked=links,
        target=replace(target, state=state, ended_position=position),
    )


def known_no_more(record: SubjectRecord, position: int) -> SubjectRecord:
    """The record with one standing statement about the subject less."""
    live = record.live_events - 1
    known = record.known if live else (*record.known[:-1], (record.known[-1][0], position))
    return replace(record, live_events=live, known=known)


def _shortened(
    record: SubjectRecord, ending: list[Ground], effective_on: str, how: Ending, position: int
) -> Effects:
    kept, closed = _close(record, ending, position)
    last_day = date.fromisoformat(effective_on) - timedelta(days=1)
    opened = tuple(
        replace(row, known_from=position, known_to=None, period=_until(row.period, last_day), ended=how)
        for row in closed
        if row.period.last is None or last_day < row.period.last
    )
    untouched = tuple(
        replace(row, known_from=position, known_to=None)
        for row in closed
        if not (row.period.last is None or last_day < row.period.last)
    )
    reopened = tuple(sorted(opened + untouched, key=lambda row: row.ordinal))
    record = replace(record, grounds=kept + reopened)
    return Effects(position=position, subjects=(record,), opened=reopened, closed=closed)


def _until(period: Period, last_day: date) -> Period:
    return Period(period.first, last_day)


def _close(
    record: SubjectRecord, ending: list[Ground], position: int
) -> tuple[tuple[Ground, ...], tuple[Ground, ...]]:
    """All rows with the ending ones closed, and the closed ones alone."""
    held = {(row.position, row.ordinal) for row in ending if row.known_to is None}
    rows = tuple(
        row.closed(position) if row.known_to is None and (row.position, row.ordinal) in held else row
        for row in record.grounds
    )
    return rows, tuple(
        row for row in rows if (row.position, row.ordinal) in held and row.known_to == position
    )


def _target(ledger: Ledger, reference: pb.StatementReference) -> RecordedEvent:
    target = ledger.event(reference.department, reference.statement_id)
    assert target is not None  # Admission has seen to it.
    return target
