"""Rows of derived state ↔ the objects of the domain. Text forms are canonical, so that two stores
built from the same log hold equal bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import lru_cache
from sys import intern
from typing import Any

from sqlalchemy import Row

from registry.domain.departments import Department, Key, Official
from registry.domain.periods import Period
from registry.sanctions.ledger import EventState, RecordedEvent
from registry.sanctions.restriction import Restriction
from registry.store.interface import MeasureLookup
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

Values = dict[str, Any]
KEPT = 16_384


def event_values(event: RecordedEvent) -> Values:
    """The row of a recorded event."""
    first = event.effective_from
    return {
        "position": event.position,
        "department": event.department,
        "statement_id": event.statement_id,
        "subject": event.subject,
        "category": event.category,
        "list_code": event.list_code,
        "effective_from": first.isoformat() if first else None,
        "state": int(event.state),
        "ended_position": event.ended_position,
        "repaired_position": event.repaired_position,
    }


def event_from(row: Row[Any]) -> RecordedEvent:
    """The recorded event of a row."""
    return RecordedEvent(
        position=row.position,
        department=row.department,
        statement_id=row.statement_id,
        subject=row.subject,
        category=row.category,
        list_code=row.list_code,
        effective_from=date.fromisoformat(row.effective_from) if row.effective_from else None,
        state=EventState(row.state),
        ended_position=row.ended_position,
        repaired_position=row.repaired_position,
    )


def restriction_values(row: Restriction) -> Values:
    """The row of a restriction version."""
    last = row.period.last
    return {
        "position": row.position,
        "ordinal": row.ordinal,
        "known_from": row.known_from,
        "known_to": row.known_to,
        "subject": row.subject,
        "measure_code": row.measure.code,
        "list_code": row.list_code,
        "first": row.period.first.isoformat(),
        "last": last.isoformat() if last else None,
        "lifetime": int(row.lifetime),
        "region": row.region,
        "industry": row.industry,
        "activity": row.activity,
        "kind": int(row.kind),
        "capacities": ",".join(str(int(capacity)) for capacity in row.capacities),
        "document": row.document.SerializeToString(deterministic=True),
        "legal_basis": json.dumps(row.legal_basis, ensure_ascii=False),
        "department": row.department,
        "statement_id": row.statement_id,
        "edition": row.edition,
        "law_date": row.law_date.isoformat(),
    }


def restriction_from(row: Row[Any], measures: MeasureLookup) -> Restriction:
    """The restriction of a row, with its measure looked up again.

    Rows repeat few dates, articles, departments and editions; what is equal is one object in memory."""
    law_date = _day(row.law_date)
    return Restriction(
        position=row.position,
        ordinal=row.ordinal,
        subject=row.subject,
        measure=measures(row.edition, row.measure_code, law_date),
        list_code=intern(row.list_code),
        period=_period(row.first, row.last),
        lifetime=bool(row.lifetime),
        region=row.region,
        industry=row.industry,
        activity=row.activity,
        kind=row.kind,
        capacities=_capacities(row.capacities),
        document=_document(row.document),
        legal_basis=_articles(row.legal_basis),
        department=intern(row.department),
        statement_id=row.statement_id,
        edition=intern(row.edition),
        law_date=law_date,
        known_from=row.known_from,
        known_to=row.known_to,
    )


@lru_cache(maxsize=KEPT)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=KEPT)
def _period(first: str, last: str | None) -> Period:
    return Period(_day(first), _day(last) if last else None)


@lru_cache(maxsize=KEPT)
def _articles(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=KEPT)
def _capacities(text: str) -> tuple[subject_pb2.Capacity.ValueType, ...]:
    return tuple(int(code) for code in text.split(",") if code)  # type: ignore[misc]


@lru_cache(maxsize=1)
def _document(serialised: bytes) -> pb.Document:
    return pb.Document.FromString(serialised)  # Of one statement's restrictions, which follow each other.


def department_values(entry: Department) -> Values:
    """The row of a registration."""
    registration = entry.registration.SerializeToString(deterministic=True)
    return {"position": entry.position, "code": entry.code, "registration": registration}


def department_from(row: Row[Any]) -> Department:
    """The department of a row."""
    return Department.registered(pb.DepartmentRegistration.FromString(row.registration), row.position)


def official_values(entry: Official) -> Values:
    """The row of an official."""
    return {
        "department": entry.registration.department,
        "official_id": entry.registration.official_id,
        "position": entry.position,
        "revoked_position": entry.revoked_position,
        "registration": entry.registration.SerializeToString(deterministic=True),
    }


def official_from(row: Row[Any]) -> Official:
    """The official of a row."""
    registration = pb.OfficialRegistration.FromString(row.registration)
    return Official(registration, row.position, row.revoked_position)


def key_values(entry: Key) -> Values:
    """The row of a key."""
    return {
        "keyid": entry.keyid,
        "position": entry.position,
        "revoked_position": entry.revoked_position,
        "revocation_reason": int(entry.revocation_reason),
        "enrolment": entry.enrolment.SerializeToString(deterministic=True),
    }


def key_from(row: Row[Any]) -> Key:
    """The key of a row."""
    enrolment = pb.KeyEnrolment.FromString(row.enrolment)
    enrolled = Key.enrolled(row.keyid, enrolment, row.position)
    if row.revoked_position is None:
        return enrolled
    return replace(enrolled, revoked_position=row.revoked_position, revocation_reason=row.revocation_reason)
