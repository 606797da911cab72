"""Changes of restrictions as messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.commands.changes import Change, Changed, Changes
from registry.sanctions.adoption import EditionCase
from registry.sanctions.watched import Standing
from registry.v1 import subject_pb2
from registry.v1 import watch_service_pb2 as pb
from registry.v1.verdict_pb2 import RelatedSubject

MAX_SUBJECTS = 500
"""In one response: a revoked key may put what was signed with it in doubt, of any number of subjects."""
_USCC = subject_pb2.IDENTIFIER_TYPE_USCC


def change_messages(change: Change) -> Iterator[pb.RestrictionChange]:
    """A change in as many messages as it takes; all but the last say that it goes on."""
    subjects = change.subjects
    for first in range(0, max(len(subjects), 1), MAX_SUBJECTS):
        message = _change(change, subjects[first : first + MAX_SUBJECTS])
        message.continued = first + MAX_SUBJECTS < len(subjects)
        yield message


def whole_change(change: Change) -> pb.RestrictionChange:
    """A change in one message."""
    return _change(change, change.subjects)


def checkpoint_message(changes: Changes, position: int) -> pb.WatchCheckpoint:
    """That everything up to a position was told; of nothing yet, where that is before the first."""
    received_ms, edition, label = changes.basis(max(position, 0))
    message = pb.WatchCheckpoint(
        known_position=max(position, 0),
        caught_up=position >= changes.position,
        edition=edition,
        edition_label=label,
    )
    message.known_time.FromMilliseconds(received_ms)
    return message


def _change(change: Change, subjects: tuple[Changed, ...]) -> pb.RestrictionChange:
    message = pb.RestrictionChange(position=change.position, subjects=map(_subject, subjects))
    message.received_time.FromMilliseconds(change.received_ms)
    if change.adopted is not None:
        message.adopted.CopyFrom(_adopted(change.adopted))
    return message


def _adopted(case: EditionCase) -> pb.AdoptedEdition:
    first = "" if case.in_force_from == date.min else case.in_force_from.isoformat()
    return pb.AdoptedEdition(edition=case.edition, label=case.label, in_force_from=first)


def _subject(changed: Changed) -> pb.ChangedSubject:
    return pb.ChangedSubject(
        subject=changed.identifier,
        restrictions=map(_standing, changed.view.restrictions),
        related=[
            RelatedSubject(
                identifier=subject_pb2.Identifier(type=_USCC, value=tie.other),
                relation=tie.relation,
                position=tie.position,
            )
            for tie in changed.view.ties
        ],
        erased=changed.erased,
    )


def _standing(row: Standing) -> pb.StandingRestriction:
    message = pb.StandingRestriction(
        measure_code=row.measure_code,
        list_code=row.list_code,
        until=row.period.last.isoformat() if row.period.last else "",
        status=row.status,
        status_until=row.status_until.isoformat() if row.status_until else "",
        origin=row.origin,
        position=row.position,
        department=row.department,
        statement_id=row.statement_id,
    )
    setattr(message, "from", row.period.first.isoformat())
    if row.region or row.industry or row.activity:
        message.scope.CopyFrom(
            subject_pb2.Scope(region=row.region, industry=row.industry, activity=row.activity)
        )
    return message
