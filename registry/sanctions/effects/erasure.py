"""Effects of an erasure (删除): the content of a statement is gone, and of all that hang together with it.

What goes is the whole matter: the statement, what it corrects, and whatever was said about either (its
corrections, withdrawal, repair, liftings, notes, the grant made from a notice, confirmations, objections and
applications with what was decided on them), what fell with it when it was revoked, and of a ban every step of
its case from the draft on. A case that came to no decision is named by its draft. Without its withdrawal a
withdrawn ban would stand again; a correction alone would leave what it corrects.

What stays is that something was stated: position, department, statement id and leaf. Tree, map and every
earlier receipt verify as before. The subject's record becomes what it would be had the matter never been
recorded, so that a fold of the log that passes over what is erased comes to the same: grounds, notes and
links of the matter go; names in use and the positions from which the subject is known are worked out again
from what is left. An answer about an earlier position may therefore no longer be given again as it was.

Worked example: a penalty at 10, its correction at 20, the withdrawal of that at 30; the erasure at 40 names
the penalty, or the correction, and erases 10, 20 and 30.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from registry.domain.names import comparable
from registry.sanctions.effects.changes import Effects, Erased, Naming
from registry.sanctions.effects.knowing import known_by, rests_on_what_stands
from registry.sanctions.effects.naming import let_go, take_up
from registry.sanctions.effects.recording import RED_LIST, REGISTRATION, known_again, names_of
from registry.sanctions.effects.reference import known_no_more
from registry.sanctions.ground import MarkKind, SubjectRecord
from registry.sanctions.ledger import EventState, Ledger, Placed, RecordedEvent, Told
from registry.sanctions.standing import vouched
from registry.v1 import statement_pb2 as pb

_Key = tuple[str, str]


def erasure_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """The matter of the target goes. Nothing, where it is erased already: so it is when the log is folded
    again, and met after what it erased."""
    reference = statement.erasure.target
    target = named_by(reference, ledger)
    if target is None:
        return Effects(position)
    told = ledger.told(target.ref)
    record = ledger.subject(target.ref)
    positions = matter_of(reference, target, ledger)
    left, namings = _told_again(_without(record, positions), [t for t in told if t.position not in positions])
    linked = {link.other for link in record.links if link.position in positions} - {record.ref}
    others = [_without(ledger.subject(ref), positions) for ref in sorted(linked)]
    return Effects(
        position,
        subjects=(left, *others),
        named=namings,
        erased=Erased(tuple(sorted(positions)), record.ref),
    )


def named_by(reference: pb.StatementReference, ledger: Ledger) -> Placed | None:
    """Where what an erasure names stands: an event, or the draft of a case without a decision; None if it
    names neither, or one whose content is erased."""
    event = ledger.event(reference.department, reference.statement_id)
    if event is not None:
        return Placed(event.position, event.subject, about_subject=True)
    placed = ledger.placed(reference.department, reference.statement_id)
    case = ledger.bans.drafted_at(placed.position) if placed else None
    return placed if case is not None and not case.told.decision_id else None


def matter_of(reference: pb.StatementReference, target: Placed, ledger: Ledger) -> frozenset[int]:
    """Positions of the statements that hang together with a target, itself among them. Earlier erasures are
    no part of it: they say why something is not there."""
    told = ledger.told(target.ref)
    named = reference.department, reference.statement_id
    whole = _hanging_together(named, told, ledger.subject(target.ref))
    cases = [ledger.bans.drafted_at(target.position), *(ledger.bans.of_decision(*key) for key in whole)]
    steps = {act.position for case in cases if case is not None for act in case.told.acts}
    return frozenset(each.position for each in told if _key(each) in whole) | {target.position} | steps


def _hanging_together(target: _Key, told: Sequence[Told], record: SubjectRecord) -> set[_Key]:
    whole = {target}
    pairs = [(_key(each), key) for each in told if (key := _refers_to(each.statement)) is not None]
    keys = {each.position: _key(each) for each in told}
    for each in told:
        fallen = _withdrawn_at(record, each.position) if each.statement.HasField("withdrawal") else ()
        pairs += [(_key(each), keys[at]) for at in fallen if at in keys]
    grown = True
    while grown:
        more = {key for pair in pairs if whole.intersection(pair) for key in pair}
        grown = not more <= whole
        whole |= more
    return whole


def _key(told: Told) -> _Key:
    return told.statement.department, told.statement.statement_id


def _refers_to(statement: pb.Statement) -> _Key | None:
    body = statement.WhichOneof("body")
    if body is None or body == "erasure":
        return None
    target = getattr(getattr(statement, body), "target", None)
    return None if target is None else (target.department, target.statement_id)


def _withdrawn_at(record: SubjectRecord, position: int) -> set[int]:
    """The statements that a withdrawal at a position ended: its target, and what fell with it."""
    return {row.position for row in record.grounds if row.known_to == position}


def _without(record: SubjectRecord, positions: frozenset[int]) -> SubjectRecord:
    """The record without what statements at these positions left, or what befell them."""
    return replace(
        record,
        grounds=tuple(row for row in record.grounds if row.position not in positions),
        marks=tuple(mark for mark in record.marks if mark.target not in positions),
        links=tuple(link for link in record.links if link.position not in positions),
    )


def _told_again(record: SubjectRecord, told: Sequence[Told]) -> tuple[SubjectRecord, tuple[Naming, ...]]:
    """The record with its names and the positions at which it is known worked out from what is left."""
    record = replace(record, live_events=0, known=(), names=())
    found_stolen = sorted({m.known_from for m in record.marks if m.kind is MarkKind.DISPUTED}, reverse=True)
    events: dict[_Key, RecordedEvent] = {}
    spelled: dict[int, str] = {}
    for each in told:
        while found_stolen and found_stolen[-1] < each.position:
            record = _known_by(record, events, found_stolen.pop())
        body = each.statement.WhichOneof("body")
        known = vouched(record, each.position) if _replaces(each.statement) else ()
        ending = _ended_by(each, events, record)
        for ended in ending:
            record, _ = let_go(record, ended, each.position)
            record = known_no_more(record, each.position) if ended.is_about_subject else record
            state = EventState.CORRECTED if _replaces(each.statement) else EventState.WITHDRAWN
            gone = replace(ended, state=state, ended_position=each.position)
            events[ended.department, ended.statement_id] = gone
        if not _replaces(each.statement) and any(ended.is_about_subject for ended in ending):
            record = _known_by(record, events, each.position)
        if body in _USING or _replaces(each.statement):
            event, spellings = _used(each, record.ref)
            events[_key(each)] = event
            record = known_again(record, each.position) if event.is_about_subject else record
            settles = event.settles_names
            record, opened = take_up(record, spellings, settled=settles, position=each.position)
            spelled.update((naming.number, naming.spelling) for naming in opened)
        if _replaces(each.statement):  # One statement takes the place of another: known throughout.
            record = replace(record, known=known)
    for position in reversed(found_stolen):
        record = _known_by(record, events, position)
    namings = [Naming(record.ref, use, number, spelled[number]) for number, use in enumerate(record.names)]
    return record, tuple(namings)


def _known_by(record: SubjectRecord, events: Mapping[_Key, RecordedEvent], position: int) -> SubjectRecord:
    """The record, known from a position on by what stands, where something was found disputed by then."""
    found = [mark for mark in record.marks if mark.known_from <= position]
    if not rests_on_what_stands(replace(record, marks=tuple(found))):
        return record
    return replace(record, known=known_by(record, list(events.values()), position))


_USING = ("event", "ban_decision", "red_list_candidacy", "red_list_grant", "subject_link", "name_ruling")


def _replaces(statement: pb.Statement) -> bool:
    """Whether it takes the place of another: a correction, or the result of an objection that is one."""
    return statement.HasField("correction") or (
        statement.HasField("objection_result") and statement.objection_result.HasField("replacement")
    )


def _ended_by(told: Told, events: Mapping[_Key, RecordedEvent], record: SubjectRecord) -> list[RecordedEvent]:
    """The events that a statement ended, in the order of the log."""
    statement = told.statement
    result = statement.objection_result if statement.HasField("objection_result") else None
    deleted = result is not None and result.outcome == pb.OBJECTION_OUTCOME_DELETED
    if not (statement.HasField("withdrawal") or deleted or _replaces(statement)):
        return []
    target, fallen = _refers_to(statement), set[int]()
    if statement.HasField("withdrawal"):
        fallen = _withdrawn_at(record, told.position)
    return [event for key, event in events.items() if key == target or event.position in fallen]


def _used(told: Told, ref: str) -> tuple[RecordedEvent, tuple[str, ...]]:
    """What a statement counts for while it stands, and the names it uses as they are spelled."""
    statement, category, settles = told.statement, "", False
    spellings: tuple[str, ...] = ()
    match statement.WhichOneof("body"):
        case "event":
            category, spellings = statement.event.category, names_of(statement.event.subject)
        case "ban_decision":
            event = statement.ban_decision.event
            category, spellings = event.category, names_of(event.subject)
        case "objection_result":
            replacement = statement.objection_result.replacement
            category, spellings = replacement.category, names_of(replacement.subject)
        case "correction":
            replacement = statement.correction.replacement
            category, spellings = replacement.category, names_of(replacement.subject)
        case "red_list_candidacy":
            category, spellings = RED_LIST, names_of(statement.red_list_candidacy.subject)
        case "red_list_grant":
            category = RED_LIST
        case "name_ruling":
            spellings, settles = tuple(statement.name_ruling.names), True
    names = tuple(dict.fromkeys(map(comparable, spellings)))
    recorded = RecordedEvent(
        told.position,
        *_key(told),
        ref,
        category=category,
        names=names,
        settles_names=settles or category == REGISTRATION,
    )
    return recorded, spellings
