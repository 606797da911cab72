"""How the rows of a statement end: as if they had never been, or on a day (撤回、提前终止).

Rows are closed and, where something is left of them, opened again; nothing is edited.

Example: an entry from 2026-01-01 to 2028-12-31, ended at 30 from 2026-05-01 on, is closed at 30 and opened
again with 2026-04-30 as its last day and ``ended`` REPAIRED.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from registry.domain.periods import Period
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.identity import unlinked
from registry.sanctions.effects.naming import let_go
from registry.sanctions.ground import Ending, Ground, GroundKind, SubjectRecord
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.sanctions.standing import known_until
from registry.v1 import statement_pb2 as pb


def target_of(ledger: Ledger, reference: pb.StatementReference) -> RecordedEvent:
    """What an admitted statement refers to."""
    target = ledger.event(reference.department, reference.statement_id)
    assert target is not None  # Admission has seen to it.
    return target


def lifted(record: SubjectRecord, target: RecordedEvent) -> list[Ground]:
    """The imposed measures of a statement that are held, or the red list that it grants."""
    return held(record, target, GroundKind.IMPOSED) or held(record, target, GroundKind.GRANTED)


def held(record: SubjectRecord, target: RecordedEvent, *kinds: GroundKind) -> list[Ground]:
    """The rows of some kinds that a statement left and that are held."""
    return [
        row
        for row in record.grounds
        if row.position == target.position and row.known_to is None and row.kind in kinds
    ]


def ended(
    record: SubjectRecord, target: RecordedEvent, state: EventState, position: int, ledger: Ledger
) -> Effects:
    """A target whose record is given ends as if it had never been, with its links and its use of names."""
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
    return replace(record, live_events=live, known=record.known if live else known_until(record, position))


def shortened(
    record: SubjectRecord, ending: Iterable[Ground], effective_on: date, how: Ending, position: int
) -> Effects:
    """Rows end on the day before ``effective_on``; those that were over by then are as they were."""
    kept, closed = _close(record, ending, position)
    last_day = effective_on - timedelta(days=1)
    reopened = tuple(
        replace(_until(row, last_day, how), known_from=position, known_to=None)
        for row in sorted(closed, key=lambda row: row.ordinal)
    )
    record = replace(record, grounds=kept + reopened)
    return Effects(position=position, subjects=(record,), opened=reopened, closed=closed)


def _until(row: Ground, last_day: date, how: Ending) -> Ground:
    if row.period.last is not None and row.period.last <= last_day:
        return row
    return replace(row, period=Period(row.period.first, last_day), ended=how)


def _close(
    record: SubjectRecord, ending: Iterable[Ground], position: int
) -> tuple[tuple[Ground, ...], tuple[Ground, ...]]:
    """All rows with the ending ones closed, and the closed ones alone."""
    gone = {(row.position, row.ordinal) for row in ending if row.known_to is None}
    rows = tuple(
        row.closed(position) if row.known_to is None and (row.position, row.ordinal) in gone else row
        for row in record.grounds
    )
    return rows, tuple(
        row for row in rows if (row.position, row.ordinal) in gone and row.known_to == position
    )
