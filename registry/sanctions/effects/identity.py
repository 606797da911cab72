"""Effects on identity: links between codes, rulings on names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registry.domain.names import comparable
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.naming import take_up
from registry.sanctions.ground import Link, SubjectRecord
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.v1 import statement_pb2 as pb


def link_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """Two codes belong together; both records say so. The statement counts among those about the latter."""
    link = statement.subject_link
    source = _source(ledger, link)
    goal = ledger.subject_ref(link.to.type, link.to.value)
    day = date.fromisoformat(link.effective_on) if link.effective_on else None
    outgoing = Link(position, link.kind, source, goal, True, day, position)
    incoming = Link(position, link.kind, goal, source, False, day, position)
    records = [ledger.subject(goal), ledger.subject(source)]
    return Effects(
        position=position,
        subjects=(_with_link(records[0], incoming), _with_link(records[1], outgoing)),
        linked=(incoming, outgoing),
        recorded=RecordedEvent(
            position=position,
            department=statement.department,
            statement_id=statement.statement_id,
            subject=goal,
        ),
    )


def _source(ledger: Ledger, link: pb.SubjectLink) -> str:
    identifier = getattr(link, "from")  # A keyword of Python.
    return ledger.subject_ref(identifier.type, identifier.value)


def _with_link(record: SubjectRecord, link: Link) -> SubjectRecord:
    return replace(record, links=(*record.links, link))


def unlinked(
    record: SubjectRecord, target: RecordedEvent, position: int, ledger: Ledger
) -> tuple[tuple[SubjectRecord, ...], tuple[Link, ...]]:
    """The record, and those it was linked to by the target, without these links; and the closed links."""
    mine = [link for link in record.links if link.position == target.position and link.known_to is None]
    records, closed = (
        [_without(record, target, position)],
        [replace(link, known_to=position) for link in mine],
    )
    for link in mine:
        other = ledger.subject(link.other)
        theirs = [row for row in other.links if row.position == target.position and row.known_to is None]
        records.append(_without(other, target, position))
        closed += [replace(row, known_to=position) for row in theirs]
    return tuple(records), tuple(closed)


def _without(record: SubjectRecord, target: RecordedEvent, position: int) -> SubjectRecord:
    links = tuple(
        replace(link, known_to=position)
        if link.position == target.position and link.known_to is None
        else link
        for link in record.links
    )
    return replace(record, links=links)


def ruling_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """A human has ruled which names a code rightly bears."""
    ruling = statement.name_ruling
    record = ledger.subject(ledger.subject_ref(ruling.subject.type, ruling.subject.value))
    record, named = take_up(record, ruling.names, settled=True, position=position)
    return Effects(
        position=position,
        subjects=(record,),
        named=named,
        recorded=RecordedEvent(
            position=position,
            department=statement.department,
            statement_id=statement.statement_id,
            subject=record.ref,
            names=tuple(dict.fromkeys(map(comparable, ruling.names))),
            settles_names=True,
        ),
    )
