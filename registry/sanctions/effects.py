"""What follows from an admitted statement: restrictions, and who may state what (the fold of the log).

Pure: the same statement at the same position over the same ledger has the same effects, so that
folding the log again gives the same state (invariant 2).

* An event opens one restriction for each measure its document imposes, and one for each measure
  that the law attaches to the list it enters a subject on.
* A withdrawal closes what the target opened, as if it had never been; a correction closes it and
  opens what the replacement brings about; a repair ends it on the day before ``effective_on``.
* Nothing is counted up, scored or inferred: a penalty without a measure opens nothing
  (国办发〔2020〕49号).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from registry.domain.departments import Department, Key, Official
from registry.domain.periods import Period, parse_until
from registry.provenance.keys import keyid_of
from registry.sanctions.catalogue import Edition, Measure
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.sanctions.reach import feasible_capacities
from registry.sanctions.restriction import Restriction, SubjectRecord
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2


@dataclass(frozen=True, slots=True)
class Effects:
    """Changes of state that the statement at ``position`` makes; what is not named stays as it is."""

    position: int
    subject: SubjectRecord | None = None
    opened: tuple[Restriction, ...] = ()
    closed: tuple[Restriction, ...] = ()
    recorded: RecordedEvent | None = None
    target: RecordedEvent | None = None
    departments: tuple[Department, ...] = ()
    officials: tuple[Official, ...] = ()
    keys: tuple[Key, ...] = ()
    edition: str = ""
    operator: str = ""


def effects_of(statement: pb.Statement, *, position: int, ledger: Ledger) -> Effects:
    """The effects of an admitted statement at ``position``."""
    match statement.WhichOneof("body"):
        case "event":
            identifier = statement.event.subject.identifier
            record = ledger.subject(ledger.subject_ref(identifier.type, identifier.value))
            return _event(statement, statement.event, position, ledger.edition, record)
        case "correction":
            return _correction(statement, position, ledger)
        case "withdrawal":
            target = _target(ledger, statement.withdrawal.target)
            return _ended(ledger.subject(target.subject), target, EventState.WITHDRAWN, position)
        case "repair":
            return _repair(statement.repair, position, ledger)
        case _:
            return _directory(statement, position, ledger)


def _event(
    statement: pb.Statement, event: pb.Event, position: int, edition: Edition, record: SubjectRecord
) -> Effects:
    opened = tuple(restrictions_of(event, statement, record.ref, position, edition))
    known = record.known if record.live_events else (*record.known, (position, None))
    return Effects(
        position=position,
        subject=SubjectRecord(
            ref=record.ref,
            live_events=record.live_events + 1,
            known=known,
            restrictions=record.restrictions + opened,
        ),
        opened=opened,
        recorded=RecordedEvent(
            position=position,
            department=statement.department,
            statement_id=statement.statement_id,
            subject=record.ref,
            category=event.category,
            list_code=event.list_code,
            effective_from=date.fromisoformat(event.effective_from) if event.effective_from else None,
        ),
    )


def restrictions_of(
    event: pb.Event, statement: pb.Statement, subject: str, position: int, edition: Edition
) -> Iterator[Restriction]:
    """The restrictions an event brings about, in the order of its measures, then of its list."""
    kind = event.subject.kind
    ordinal = 0
    for measure, imposed, law_date in _measures(event, edition):
        feasible = feasible_capacities(kind)
        capacities = frozenset({imposed.capacity}) if imposed.capacity else measure.capacities & feasible
        binds = kind in measure.subject_kinds and not imposed.capacity
        if not binds and not capacities:
            continue  # The list holds subjects of kinds that this measure does not touch.
        yield Restriction(
            position=position,
            ordinal=ordinal,
            subject=subject,
            measure=measure,
            list_code="" if imposed.measure_code else event.list_code,
            period=Period(date.fromisoformat(getattr(imposed, "from")), parse_until(imposed.until)),
            lifetime=imposed.lifetime,
            region=imposed.scope.region,
            industry=imposed.scope.industry,
            activity=imposed.scope.activity or measure.activity,
            kind=kind if binds else subject_pb2.SUBJECT_KIND_UNSPECIFIED,
            capacities=tuple(sorted(capacities)),
            document=event.document,
            legal_basis=tuple(dict.fromkeys((*measure.legal_basis, *event.legal_basis))),
            department=statement.department,
            statement_id=statement.statement_id,
            edition=edition.hash,
            law_date=law_date,
            known_from=position,
        )
        ordinal += 1


def _measures(event: pb.Event, edition: Edition) -> Iterator[tuple[Measure, pb.ImposedMeasure, date]]:
    for imposed in event.measures:
        decided_on = date.fromisoformat(event.document.decided_on)
        measure = edition.measure(imposed.measure_code, decided_on)
        assert measure is not None  # Admission has seen to it.
        yield measure, imposed, decided_on
    if event.list_code:
        entry = Period(date.fromisoformat(event.effective_from), parse_until(event.effective_until))
        for measure in edition.rows_of_list(event.list_code):
            if (span := _overlap(entry, measure)) is not None:
                yield measure, _as_listed(span), span.first


def _overlap(entry: Period, measure: Measure) -> Period | None:
    """The days of a list entry on which the row is law: a rule made later takes hold of a subject
    that is still listed, from the day on which the rule is in force; None if there are none."""
    first = max(entry.first, measure.effective_from)
    ends = [day for day in (entry.last, measure.effective_to) if day is not None]
    last = min(ends, default=None)
    return None if last is not None and last < first else Period(first, last)


def _as_listed(span: Period) -> pb.ImposedMeasure:
    """A list entry as a measure of its own term: it lasts as long as the entry, whatever the bounds
    are that a decision would have to keep to."""
    as_listed = pb.ImposedMeasure(until=span.last.isoformat() if span.last else "")
    setattr(as_listed, "from", span.first.isoformat())
    return as_listed


def _correction(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    target = _target(ledger, statement.correction.target)
    ended = _ended(ledger.subject(target.subject), target, EventState.CORRECTED, position)
    assert ended.subject is not None
    made = _event(statement, statement.correction.replacement, position, ledger.edition, ended.subject)
    assert made.subject is not None
    # Known throughout: one statement about the subject takes the place of another.
    known = ledger.subject(target.subject).known
    return replace(made, subject=replace(made.subject, known=known), closed=ended.closed, target=ended.target)


def _ended(record: SubjectRecord, target: RecordedEvent, state: EventState, position: int) -> Effects:
    kept, closed = _close(record, target, position)
    live = record.live_events - 1
    known = record.known
    if live == 0:
        known = (*known[:-1], (known[-1][0], position))
    return Effects(
        position=position,
        subject=replace(record, live_events=live, known=known, restrictions=kept),
        closed=closed,
        target=replace(target, state=state, ended_position=position),
    )


def _repair(repair: pb.Repair, position: int, ledger: Ledger) -> Effects:
    target = _target(ledger, repair.target)
    record = ledger.subject(target.subject)
    kept, closed = _close(record, target, position)
    last_day = date.fromisoformat(repair.effective_on) - timedelta(days=1)
    opened = tuple(
        replace(row, known_from=position, known_to=None, period=_until(row.period, last_day))
        for row in closed
        if row.period.first <= last_day
    )
    return Effects(
        position=position,
        subject=replace(record, restrictions=kept + opened),
        opened=opened,
        closed=closed,
        target=replace(target, repaired_position=position),
    )


def _until(period: Period, last_day: date) -> Period:
    return Period(period.first, last_day if period.last is None else min(period.last, last_day))


def _close(
    record: SubjectRecord, target: RecordedEvent, position: int
) -> tuple[tuple[Restriction, ...], tuple[Restriction, ...]]:
    """All rows with those of the target closed, and the closed ones alone."""
    rows = tuple(
        row.closed(position) if row.position == target.position and row.known_to is None else row
        for row in record.restrictions
    )
    return rows, tuple(row for row in rows if row.position == target.position and row.known_to == position)


def _target(ledger: Ledger, reference: pb.StatementReference) -> RecordedEvent:
    target = ledger.event(reference.department, reference.statement_id)
    assert target is not None  # Admission has seen to it.
    return target


def _directory(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    match statement.WhichOneof("body"):
        case "department_registration":
            entry = Department.registered(statement.department_registration, position)
            return Effects(position, departments=(entry,))
        case "official_registration":
            return Effects(position, officials=(Official(statement.official_registration, position),))
        case "official_revocation":
            gone = statement.official_revocation
            official = ledger.directory.official(gone.department, gone.official_id)
            assert official is not None
            return Effects(position, officials=(replace(official, revoked_position=position),))
        case "key_enrolment":
            return Effects(position, keys=(_enrolled(statement.key_enrolment, position),))
        case "key_revocation":
            key = ledger.directory.key(statement.key_revocation.keyid)
            assert key is not None
            reason = statement.key_revocation.reason
            return Effects(
                position, keys=(replace(key, revoked_position=position, revocation_reason=reason),)
            )
        case "edition_adoption":
            return Effects(position, edition=statement.edition_adoption.edition)
        case body:
            raise ValueError(f"no effects are defined for a statement of kind {body!r}")


def _enrolled(enrolment: pb.KeyEnrolment, position: int) -> Key:
    return Key.enrolled(keyid_of(enrolment.public_key), enrolment, position)


def genesis_effects(genesis: pb.Genesis) -> Effects:
    """Position 0: the operator, its key and the catalogue edition."""
    return Effects(
        position=0,
        departments=(Department.registered(genesis.operator, 0),),
        keys=(_enrolled(genesis.operator_key, 0),),
        edition=genesis.edition.edition,
        operator=genesis.operator.code,
    )
