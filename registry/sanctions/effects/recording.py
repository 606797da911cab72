"""What an event leaves: grounds, that the subject is known, and under which name.

A list entry, an imposed measure and a negative record are grounds; what follows from them is asked of an
edition later (``registry.sanctions.restriction``). The row of an imposed measure is fixed here: that of the
edition in force on the day of the decision, as known at this position (each penalty under its own rule)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from registry.domain.departments import Department
from registry.domain.names import comparable
from registry.domain.periods import Period, parse_until
from registry.sanctions.catalogue.conditions import facts_of
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.naming import take_up
from registry.sanctions.ground import Ground, GroundKind, SubjectRecord
from registry.sanctions.ledger import Ledger, RecordedEvent
from registry.sanctions.standing import vouched
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

REGISTRATION = "E-01"
"""登记注册基本信息: the registering authority states it, so the name in it is settled."""
RED_LIST = "E-60"
"""守信激励对象: candidacies and grants are recorded under it."""


def event_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """An event: its grounds, and the subject known by it."""
    identifier = statement.event.subject.identifier
    record = ledger.subject(ledger.subject_ref(identifier.type, identifier.value))
    return recorded_effects(statement, statement.event, position, ledger, record)


def recorded_effects(
    statement: pb.Statement, event: pb.Event, position: int, ledger: Ledger, record: SubjectRecord
) -> Effects:
    """What an event leaves on a record, be it stated or a replacement."""
    edition = ledger.edition_on(law_day(event))
    department = ledger.directory.department(statement.department)
    grounds = tuple(grounds_of(event, statement, record.ref, position, edition, department))
    record = known_again(record, position)
    names = names_of(event.subject)
    settles = event.category == REGISTRATION
    record, named = take_up(record, names, settled=settles, position=position)
    return Effects(
        position=position,
        subjects=(replace(record, grounds=record.grounds + grounds),),
        opened=grounds,
        named=named,
        recorded=RecordedEvent(
            position=position,
            department=statement.department,
            statement_id=statement.statement_id,
            subject=record.ref,
            category=event.category,
            list_code=event.list_code,
            effective_from=date.fromisoformat(event.effective_from) if event.effective_from else None,
            names=tuple(map(comparable, names)),
            settles_names=settles,
        ),
    )


def law_day(event: pb.Event) -> date:
    """The day whose law judges an event: that of its decision, otherwise its first day, otherwise any day."""
    stated = event.document.decided_on or event.effective_from
    return date.fromisoformat(stated) if stated else date.max


def known_again(record: SubjectRecord, position: int) -> SubjectRecord:
    """The record with one more standing statement about the subject."""
    known = vouched(record, position) if record.live_events else (*record.known, (position, None))
    return replace(record, live_events=record.live_events + 1, known=known)


def names_of(subject: subject_pb2.Subject) -> tuple[str, ...]:
    """Names to be kept in clear: those of organisations."""
    return () if subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON else (subject.name,)


def grounds_of(
    event: pb.Event,
    statement: pb.Statement,
    subject: str,
    position: int,
    edition: Edition,
    department: Department | None = None,
) -> Iterator[Ground]:
    """The grounds an event leaves: its imposed measures in order, its list entry, the negative record."""
    grounds = _Grounds(event, statement, subject, position, edition)
    ordinal = 0
    for imposed in event.measures:
        yield grounds.imposed(imposed, ordinal).shared()
        ordinal += 1
    if event.list_code:
        yield grounds.listed(ordinal).shared()
    elif event.document.decided_on and _is_negative(event, edition):
        yield grounds.recorded(ordinal, department.kinds if department else frozenset()).shared()


def _apart(document: pb.Document) -> pb.Document:
    """A copy: a part of a message keeps the whole of it in memory, personal content and all."""
    return pb.Document.FromString(document.SerializeToString())


def _is_negative(event: pb.Event, edition: Edition) -> bool:
    """Whether it is a negative record; one without a dated document was not admitted as such."""
    category = edition.category(event.category)
    return category is not None and category.polarity == "negative"


class _Grounds:
    """Makes the grounds of one event."""

    def __init__(
        self, event: pb.Event, statement: pb.Statement, subject: str, position: int, edition: Edition
    ) -> None:
        self._event = event
        self._edition = edition
        self._law_day = law_day(event)
        self._common: dict[str, Any] = {
            "position": position,
            "subject": subject,
            "subject_kind": event.subject.kind,
            "document": _apart(event.document),
            "legal_basis": tuple(event.legal_basis),
            "department": statement.department,
            "statement_id": statement.statement_id,
            "edition": edition.hash,
            "law_date": self._law_day,
            "known_from": position,
        }

    def imposed(self, imposed: pb.ImposedMeasure, ordinal: int) -> Ground:
        """A measure that the document imposes."""
        measure = self._edition.measure(imposed.measure_code, self._law_day)
        assert measure is not None  # Admission has seen to it.
        return Ground(
            **self._common,
            ordinal=ordinal,
            kind=GroundKind.IMPOSED,
            code=imposed.measure_code,
            period=Period(date.fromisoformat(getattr(imposed, "from")), parse_until(imposed.until)),
            measure=measure,
            lifetime=imposed.lifetime,
            region=imposed.scope.region,
            industry=imposed.scope.industry,
            activity=imposed.scope.activity,
            capacity=imposed.capacity,
        )

    def listed(self, ordinal: int) -> Ground:
        """The entry on a list."""
        event = self._event
        return Ground(
            **self._common,
            ordinal=ordinal,
            kind=GroundKind.LISTED,
            code=event.list_code,
            period=Period(date.fromisoformat(event.effective_from), parse_until(event.effective_until)),
        )

    def recorded(self, ordinal: int, department_kinds: frozenset[str]) -> Ground:
        """The negative record as such, with the facts that statutes ask about."""
        return Ground(
            **self._common,
            ordinal=ordinal,
            kind=GroundKind.RECORDED,
            code=self._event.category,
            period=Period(self._law_day, None),
            facts=facts_of(self._event, department_kinds),
        )


def candidacy_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """A candidate for a red list: publicised, nothing granted."""
    candidacy = statement.red_list_candidacy
    identifier = candidacy.subject.identifier
    record = ledger.subject(ledger.subject_ref(identifier.type, identifier.value))
    notice = Period(
        date.fromisoformat(candidacy.publicised_from), date.fromisoformat(candidacy.publicised_until)
    )
    decided = date.fromisoformat(candidacy.document.decided_on)
    ground = Ground(
        position=position,
        ordinal=0,
        subject=record.ref,
        kind=GroundKind.PUBLICISED,
        code=candidacy.list_code,
        period=notice,
        subject_kind=candidacy.subject.kind,
        document=_apart(candidacy.document),
        legal_basis=tuple(candidacy.legal_basis),
        department=statement.department,
        statement_id=statement.statement_id,
        edition=ledger.edition_on(decided).hash,
        law_date=decided,
        known_from=position,
    )
    names = names_of(candidacy.subject)
    record, named = take_up(known_again(record, position), names, settled=False, position=position)
    return Effects(
        position=position,
        subjects=(replace(record, grounds=(*record.grounds, ground)),),
        opened=(ground,),
        named=named,
        recorded=RecordedEvent(
            position=position,
            department=statement.department,
            statement_id=statement.statement_id,
            subject=record.ref,
            category=RED_LIST,
            list_code=candidacy.list_code,
            effective_from=notice.first,
            names=tuple(map(comparable, names)),
        ),
    )


def grant_effects(statement: pb.Statement, position: int, ledger: Ledger) -> Effects:
    """What was publicised is granted."""
    grant = statement.red_list_grant
    target = ledger.event(grant.target.department, grant.target.statement_id)
    assert target is not None  # Admission has seen to it.
    record = ledger.subject(target.subject)
    candidacy = next(
        row for row in record.grounds if row.position == target.position and row.known_to is None
    )
    first = date.fromisoformat(getattr(grant, "from"))
    ground = replace(
        candidacy,
        position=position,
        kind=GroundKind.GRANTED,
        period=Period(first, parse_until(grant.until)),
        document=_apart(grant.document),
        statement_id=statement.statement_id,
        department=statement.department,
        edition=ledger.edition_on(first).hash,
        law_date=first,
        known_from=position,
    )
    record = known_again(record, position)
    return Effects(
        position=position,
        subjects=(replace(record, grounds=(*record.grounds, ground)),),
        opened=(ground,),
        recorded=replace(
            target,
            position=position,
            department=statement.department,
            statement_id=statement.statement_id,
            effective_from=first,
            names=(),
        ),
    )
