"""Effects of statements about earlier statements: correction, withdrawal, lifting, status notes.

What was filed about a statement (异议、修复申请) goes with it: over to what corrects it, and it is settled
where the statement is withdrawn, for then whoever objected has got all that there was to get.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registry.domain.periods import Period
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.ending import ended, known_no_more, lifted, shortened, target_of
from registry.sanctions.effects.falling import falling_with, with_fallen
from registry.sanctions.effects.filing import moved, overtaken
from registry.sanctions.effects.knowing import known_by_what_is_left
from registry.sanctions.effects.marks import Marked, begun, carried_over, ended_on, open_mark
from registry.sanctions.effects.recording import recorded_effects
from registry.sanctions.effects.repair import repair_effects
from registry.sanctions.ground import Ending, MarkKind
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.sanctions.standing import vouched
from registry.v1 import statement_pb2 as pb

__all__ = [
    "BEGINNING",
    "ENDING",
    "corrected",
    "correction_effects",
    "known_no_more",
    "lifted",
    "lifting_effects",
    "note_effects",
    "open_mark",
    "repair_effects",
    "withdrawal_effects",
]
BEGINNING = {
    pb.NOTED_STATUS_STAYED: MarkKind.STAYED,
    pb.NOTED_STATUS_OBJECTED: MarkKind.OBJECTED,
    pb.NOTED_STATUS_CONTESTED: MarkKind.CONTESTED,
    pb.NOTED_STATUS_SHIELDED: MarkKind.SHIELDED,
}
ENDING = {
    pb.NOTED_STATUS_RESUMED: MarkKind.STAYED,
    pb.NOTED_STATUS_OBJECTION_SETTLED: MarkKind.OBJECTED,
    pb.NOTED_STATUS_CONTEST_ENDED: MarkKind.CONTESTED,
    pb.NOTED_STATUS_SHIELD_ENDED: MarkKind.SHIELDED,
}
"""Which note a status begins, and which it ends."""


def correction_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """The target is closed and the replacement takes its place; what befell the target, befell it."""
    target = target_of(ledger, statement.correction.target)
    marked = Marked(ledger.subject(target.subject))
    made = corrected(statement, statement.correction.replacement, target, marked, position, ledger)
    return replace(made, remedies=moved(target, statement, position, ledger))


def corrected(
    statement: pb.Statement,
    replacement: pb.Event,
    target: RecordedEvent,
    marked: Marked,
    position: int,
    ledger: Ledger,
) -> Effects:
    """A replacement takes the place of a target, on whose record notes may have changed already."""
    gone = ended(marked.record, target, EventState.CORRECTED, position, ledger)
    made = recorded_effects(statement, replacement, position, ledger, gone.subjects[0])
    # Known throughout: one statement about the subject takes the place of another.
    record = replace(made.subjects[0], known=vouched(marked.record, position))
    over = carried_over(replace(marked, record=record), target.position, position)
    return replace(
        made,
        subjects=(over.record,),
        closed=gone.closed,
        marked=over.opened,
        unmarked=over.closed,
        unnamed=gone.unnamed,
        target=gone.target,
    )


def withdrawal_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """The target is treated as never made, from this position on."""
    target = target_of(ledger, statement.withdrawal.target)
    record = ledger.subject(target.subject)
    made = ended(record, target, EventState.WITHDRAWN, position, ledger)
    decided_on = statement.withdrawal.document.decided_on
    made = replace(made, remedies=overtaken(target, position, decided_on, ledger))
    falling = falling_with(record, target, ledger) if statement.withdrawal.HasField("document") else ()
    for event in falling:
        made = with_fallen(made, event, position, decided_on, ledger)
    return known_by_what_is_left(made, ledger)


def lifting_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """Imposed measures of the target, or its grant, end on the day before the lifting takes effect."""
    lifting = statement.lifting
    target = target_of(ledger, lifting.target)
    record = ledger.subject(target.subject)
    standing = [row for row in lifted(record, target) if row.ended is Ending.NONE]
    ending = [row for row in standing if lifting.measure_code in ("", row.code)]
    day = date.fromisoformat(lifting.effective_on)
    return shortened(record, ending, day, Ending.LIFTED, position)


def note_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """A note begins, or the one that is open ends."""
    note = statement.status_note
    target = target_of(ledger, note.target)
    record = ledger.subject(target.subject)
    day = date.fromisoformat(note.effective_on)
    if note.status in BEGINNING:
        found = begun(record, target.position, BEGINNING[note.status], Period(day, None), position)
    else:
        noted = open_mark(record, target.position, ENDING[note.status])
        assert noted is not None  # Admission has seen to it.
        found = ended_on(record, noted, day, position)
    return Effects(position, (found.record,), marked=found.opened, unmarked=found.closed)
