"""The credit record (信用档案): every statement about a subject, where it stands, and its three clocks.

A record is read for two times, as a verdict is: as known at a position N, and on a day T. What was recorded
after N is not there. What was withdrawn, corrected or repaired up to N says so; nothing is left out here, who
may see what is decided by whoever answers. The clocks (效力、公示、保存) are those of ``record.clocks``, the
headings of the file those of ``record.sections``. Entries come in the order of the log.

What a stolen key ended stands, with the note that it is disputed. A repair that was annulled at 60 is a
repair when asked at 59, and none at 60.

Worked example: an entry on L-04 stated at position 7 and repaired at 30 with effect from 2026-05-01. At N=29
it STANDS whatever T; at N=30 it is REPAIRED, in force and shown on 2026-04-30, and neither a day later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.provenance.vault import is_person
from registry.sanctions.catalogue.edition import Category, Edition
from registry.sanctions.ground import Ground, Mark, MarkKind, SubjectRecord
from registry.sanctions.ledger import EventState, RecordedEvent
from registry.sanctions.record.clocks import (
    Disclosure,
    Validity,
    retained_until,
    stated_validity,
    validity_of,
)
from registry.sanctions.record.disclosure import disclosure_clock, kept_from_public
from registry.sanctions.standing import disputed_at, in_dispute, marks_of, marks_on, speaks
from registry.v1 import record_service_pb2, statement_pb2, verdict_pb2
from registry.v1.record_service_pb2 import EntryState

_STANDING = (record_service_pb2.ENTRY_STATE_STANDS, record_service_pb2.ENTRY_STATE_REPAIRED)
_NOTES = (
    (MarkKind.UNSERVED, verdict_pb2.HIT_STATUS_NOT_SERVED),
    (MarkKind.SHIELDED, verdict_pb2.HIT_STATUS_SHIELDED),
    (MarkKind.DISPUTED, verdict_pb2.HIT_STATUS_DISPUTED),
    (MarkKind.STAYED, verdict_pb2.HIT_STATUS_STAYED),
    (MarkKind.OBJECTED, verdict_pb2.HIT_STATUS_OBJECTED),
    (MarkKind.CONTESTED, verdict_pb2.HIT_STATUS_CONTESTED),
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement about the subject, read from the log. ``ended_on``: the day on which it was withdrawn or
    corrected, as far as it was."""

    recorded: RecordedEvent
    said: statement_pb2.Event
    received_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement with its state and its three clocks. ``grounds`` are those it left, as known at N."""

    stated: Stated
    category: Category | None
    state: EntryState.ValueType
    grounds: tuple[Ground, ...]
    validity: Validity
    disclosure: Disclosure
    retained_until: date | None
    notes: tuple[verdict_pb2.HitStatus.ValueType, ...] = ()

    @property
    def position(self) -> int:
        """Where it stands in the log."""
        return self.stated.recorded.position

    @property
    def decided_on(self) -> date:
        """The day of its document, otherwise the first on which it holds."""
        stated = self.stated.said.document.decided_on
        return date.fromisoformat(stated) if stated else self.validity.period.first

    @property
    def is_kept(self) -> bool:
        """Whether it was neither withdrawn nor corrected."""
        return self.state in _STANDING

    @property
    def legal_basis(self) -> tuple[str, ...]:
        """Articles that the document cites; of a grant, those of its candidacy."""
        return tuple(self.stated.said.legal_basis) or (self.grounds[0].legal_basis if self.grounds else ())

    @property
    def milder(self) -> bool:
        """Whether a later, milder rule was applied (从旧兼从轻)."""
        return self.validity.milder or self.disclosure.milder


def state_at(
    recorded: RecordedEvent,
    position: int,
    disputed: frozenset[int] = frozenset(),
    marks: Sequence[Mark] = (),
) -> EntryState.ValueType:
    """Where a statement stands, as known at a position; what ``disputed`` statements ended, stands. ``marks``
    are those of its record: by them it is known of a repair that was annulled since."""
    if _is_past(recorded.ended_position, position, disputed):
        withdrawn = recorded.state is EventState.WITHDRAWN
        return (
            record_service_pb2.ENTRY_STATE_WITHDRAWN
            if withdrawn
            else record_service_pb2.ENTRY_STATE_CORRECTED
        )
    if _is_past(recorded.repaired_position, position, disputed):
        return record_service_pb2.ENTRY_STATE_REPAIRED
    if any(
        _was_repair(mark, marks, position, disputed) for mark in marks if mark.target == recorded.position
    ):
        return record_service_pb2.ENTRY_STATE_REPAIRED
    return record_service_pb2.ENTRY_STATE_STANDS


def _was_repair(mark: Mark, marks: Sequence[Mark], position: int, disputed: frozenset[int]) -> bool:
    """Whether a note is the end of disclosure by a repair that stood at a position and was annulled since."""
    if mark.kind is not MarkKind.UNDISCLOSED or mark.period.last is not None or mark.position in disputed:
        return False
    stood = mark.known_from <= position and (mark.known_at(position) or mark.known_to in disputed)
    false = (other.known_from for other in marks if other.kind is MarkKind.FALSE_REPAIR)
    return stood and mark.known_to is not None and mark.known_to in set(false)


def _is_past(end: int | None, position: int, disputed: frozenset[int]) -> bool:
    return end is not None and end <= position and end not in disputed


def entries_of(
    statements: Iterable[Stated],
    records: Mapping[str, SubjectRecord],
    *,
    position: int,
    edition: Edition,
    day: date,
) -> list[Entry]:
    """The entries of a file on a day, as known at a position; ``records`` of the subject under its codes."""
    known = (stated for stated in statements if stated.recorded.position <= position)
    return [
        _entry(stated, records.get(stated.recorded.subject), position, edition, day)
        for stated in known
        if stated.recorded.is_about_subject
    ]


def _entry(
    stated: Stated,
    record: SubjectRecord | None,
    position: int,
    edition: Edition,
    day: date,
) -> Entry:
    recorded, said = stated.recorded, stated.said
    rows, marks = (record.grounds, record.marks) if record else ((), ())
    disputed = disputed_at(marks, position) if marks else frozenset()
    state, category = state_at(recorded, position, disputed, marks), edition.category(recorded.category)
    mine = (ground for ground in rows if ground.position == recorded.position)
    grounds = tuple(ground for ground in mine if speaks(ground, position, disputed, rows))
    in_doubt = state != state_at(recorded, position, marks=marks) or any(
        in_dispute(ground, position, disputed) for ground in grounds
    )
    first = _first_day(stated)
    noted = marks_of(marks, recorded.position, position) if marks else []
    if state in _STANDING:
        ended_on = None

        def noted_on(ground: Ground | None) -> Sequence[Mark]:
            if ground is None:
                return [mark for mark in noted if mark.kind is not MarkKind.SHIELDED]
            return marks_on(ground, marks, position, edition, day) if marks else ()

        validity = validity_of(said, first, grounds, edition, day, noted_on)
        disclosure = disclosure_clock(said, category, validity, grounds, edition, day, noted)
        disclosure = kept_from_public(disclosure) if is_person(recorded.subject) else disclosure
    else:
        ended_on, validity, disclosure = stated.ended_on, stated_validity(said, first), Disclosure(None)
    return Entry(
        stated=stated,
        category=category,
        state=state,
        grounds=grounds,
        validity=validity,
        disclosure=disclosure,
        retained_until=retained_until(category, validity, disclosure, ended_on),
        notes=_notes(noted, day, in_doubt=in_doubt),
    )


def _first_day(stated: Stated) -> date:
    said = stated.said
    written = said.effective_from or said.document.decided_on
    return date.fromisoformat(written) if written else stated.received_on


def _notes(
    noted: Sequence[Mark], day: date, *, in_doubt: bool
) -> tuple[verdict_pb2.HitStatus.ValueType, ...]:
    """What befell a statement; ``in_doubt``: a stolen key ended it."""
    holding = {mark.kind for mark in noted if mark.period.contains(day)}
    holding |= {MarkKind.DISPUTED} if in_doubt else set()
    return tuple(status for kind, status in _NOTES if kind in holding)
