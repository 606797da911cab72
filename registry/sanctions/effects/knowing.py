"""By which statements a subject is known (主体为何已知), where some about it are or were disputed.

``SubjectRecord.known`` holds an interval for each statement that is taken to make the subject known, from its
own position on: one is enough while nothing is disputed, whatever is stated beside it. It may go on when its
statement has gone and others stand. A stolen key makes that matter: whether the subject is known by more than
a thief's word rests on what stands. So where a statement about it is found disputed, and where one ends
later, the intervals are made those of statements that stand: of the first sound one or, where there is none,
of all that are disputed, so that whichever is confirmed counts. An interval of an earlier statement is one in
which it stood: earlier answers stay what they were.

Whoever corrected a sound statement with a stolen key did not make the subject unknown: what took its place
stands in the place of both.

Worked example: a licence at 10, and one by a thief at 11; known by the first, open. The first is withdrawn
at 20: open still, for another stands. The key is found stolen at 30: by 10 up to 30, and by 11, open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from registry.sanctions.effects.changes import Effects
from registry.sanctions.ground import MarkKind, SubjectRecord
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.sanctions.standing import disputed_at

_Known = tuple[tuple[int, int | None], ...]


def known_by_what_is_left(effects: Effects, ledger: Ledger) -> Effects:
    """The effects of what ended statements, with their subject known by those that are left."""
    ended = [event for event in (effects.target, *effects.fallen) if event and event.is_about_subject]
    return known_by_what_stands(effects, {event.subject for event in ended}, ledger)


def known_by_what_stands(effects: Effects, refs: Iterable[str], ledger: Ledger) -> Effects:
    """The effects with those of the subjects that are named known by statements about them that stand."""
    named = set(refs)
    asked = {each.ref for each in effects.subjects if each.ref in named and rests_on_what_stands(each)}
    if not asked:
        return effects
    events = {(each.department, each.statement_id): each for each in ledger.events_about(sorted(asked))}
    ended = [event for event in (effects.target, *effects.fallen) if event]
    events |= {(each.department, each.statement_id): each for each in ended}
    about: dict[str, list[RecordedEvent]] = {}
    for event in events.values():
        about.setdefault(event.subject, []).append(event)
    subjects = tuple(
        replace(each, known=known_by(each, about.get(each.ref, []), effects.position))
        if each.ref in asked
        else each
        for each in effects.subjects
    )
    return replace(effects, subjects=subjects)


def rests_on_what_stands(record: SubjectRecord) -> bool:
    """Whether it matters by which statements a subject is known: one about it was found disputed."""
    return bool(record.live_events) and any(mark.kind is MarkKind.DISPUTED for mark in record.marks)


def known_by(record: SubjectRecord, events: Sequence[RecordedEvent], position: int) -> _Known:
    """When a subject is known, from a position on by those of the events about it that stand then."""
    places = list(_places(events))
    standing = {at for place in places for at in place}
    known = {since: position if end is None and since not in standing else end for since, end in record.known}
    disputed = disputed_at(record.marks, position)
    if all(since in disputed for since, end in known.items() if end is None):
        sound = sorted(standing - disputed)
        known |= dict.fromkeys(sound[:1] or standing)
    return tuple(sorted(known.items(), key=lambda interval: interval[0]))


def _places(events: Iterable[RecordedEvent]) -> Iterable[tuple[int, ...]]:
    """Of each statement that stands its position, and those of what it took the place of by correction."""
    said = [event for event in events if event.is_about_subject and event.position >= 0]
    before = {event.ended_position: event.position for event in said if event.state is EventState.CORRECTED}
    for event in said:
        if event.state is EventState.STANDS:
            place = [event.position]
            while place[-1] in before:
                place.append(before[place[-1]])
            yield tuple(place)
