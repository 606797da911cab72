"""Rows of derived state ↔ the objects of the domain. Text forms are canonical, so that two stores
built from the same log hold equal bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import Any

from sqlalchemy import Row

from registry.domain.documents import normalise_number
from registry.domain.periods import Period
from registry.domain.sources import DeliveryNote
from registry.sanctions.adoption import Act, EditionCase
from registry.sanctions.bans.case import Case
from registry.sanctions.catalogue.conditions import Facts
from registry.sanctions.effects.changes import Naming
from registry.sanctions.ground import Ending, Ground, GroundKind, Link, Mark, MarkKind, NameUse
from registry.sanctions.ledger import EventState, RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.store.interface import ExecutionRow, ExecutionTotal, MeasureLookup
from registry.v1 import statement_pb2 as pb
from registry.v1.ban_service_pb2 import BanCase
from registry.v1.remedy_service_pb2 import Remedy

Values = dict[str, Any]
KEPT = 16_384
NO_TEXTS = "[]"
"""A column of several texts that holds none."""


def event_values(event: RecordedEvent) -> Values:
    """The row of an event."""
    return {
        "position": event.position,
        "department": event.department,
        "statement_id": event.statement_id,
        "subject": event.subject,
        "category": event.category,
        "list_code": event.list_code,
        "effective_from": event.effective_from.isoformat() if event.effective_from else None,
        "state": int(event.state),
        "ended_position": event.ended_position,
        "repaired_position": event.repaired_position,
        "names": _listed(event.names),
        "settles_names": int(event.settles_names),
    }


def event_from(row: Row[Any]) -> RecordedEvent:
    """The event of a row."""
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
        names=texts(row.names),
        settles_names=bool(row.settles_names),
    )


def ground_values(ground: Ground) -> Values:
    """The row of a ground."""
    period = ground.period
    return {
        "position": ground.position,
        "ordinal": ground.ordinal,
        "known_from": ground.known_from,
        "known_to": ground.known_to,
        "subject": ground.subject,
        "kind": int(ground.kind),
        "code": ground.code,
        "first": period.first.isoformat(),
        "last": period.last.isoformat() if period.last else None,
        "subject_kind": ground.subject_kind,
        "document": ground.document.SerializeToString(deterministic=True),
        "legal_basis": _listed(ground.legal_basis),
        "department": ground.department,
        "statement_id": ground.statement_id,
        "edition": ground.edition,
        "law_date": ground.law_date.isoformat(),
        "lifetime": int(ground.lifetime),
        "region": ground.region,
        "industry": ground.industry,
        "activity": ground.activity,
        "capacity": ground.capacity,
        "facts": _told(ground.facts) if ground.facts else None,
        "ended": int(ground.ended),
    }


def ground_from(row: Row[Any], measures: MeasureLookup) -> Ground:
    """The ground of a row, with its measure looked up again.

    Rows repeat few dates, articles, departments and editions; what is equal is one object in memory."""
    law_date, kind = _day(row.law_date), GroundKind(row.kind)
    imposed = kind is GroundKind.IMPOSED
    return Ground(
        position=row.position,
        ordinal=row.ordinal,
        subject=row.subject,
        kind=kind,
        code=intern(row.code),
        period=_period(row.first, row.last),
        subject_kind=row.subject_kind,
        document=_document(row.document),
        legal_basis=texts(row.legal_basis),
        department=intern(row.department),
        statement_id=row.statement_id,
        edition=intern(row.edition),
        law_date=law_date,
        known_from=row.known_from,
        known_to=row.known_to,
        measure=measures(row.edition, row.code, law_date) if imposed else None,
        lifetime=bool(row.lifetime),
        region=row.region,
        industry=row.industry,
        activity=row.activity,
        capacity=row.capacity,
        facts=_facts(row.facts) if row.facts else None,
        ended=Ending(row.ended),
    )


def _listed(items: tuple[str, ...]) -> str:
    return json.dumps(items, ensure_ascii=False)


@lru_cache(maxsize=KEPT)
def texts(text: str) -> tuple[str, ...]:
    """The texts of a column that holds several."""
    return tuple(json.loads(text))


def _told(facts: Facts) -> str:
    """The facts as a text, the same for the same facts."""
    told = {
        "category": facts.category,
        "penalty_kinds": sorted(facts.penalty_kinds),
        "fine_yuan": None if facts.fine_yuan is None else str(facts.fine_yuan),
        "case_kind": facts.case_kind,
        "severity": facts.severity,
        "department_kinds": sorted(facts.department_kinds),
        "subject_kind": facts.subject_kind,
        "left_open": sorted(facts.left_open),
    }
    return json.dumps(told, ensure_ascii=False)


@lru_cache(maxsize=KEPT)
def _facts(text: str) -> Facts:
    told = json.loads(text)
    return Facts(
        category=told["category"],
        penalty_kinds=frozenset(told["penalty_kinds"]),
        fine_yuan=None if told["fine_yuan"] is None else Decimal(told["fine_yuan"]),
        case_kind=told["case_kind"],
        severity=told["severity"],
        department_kinds=frozenset(told["department_kinds"]),
        subject_kind=told["subject_kind"],
        left_open=frozenset(told["left_open"]),
    )


def mark_values(subject: str, mark: Mark) -> Values:
    """The row of a note on a statement."""
    return {
        "position": mark.position,
        "known_from": mark.known_from,
        "known_to": mark.known_to,
        "subject": subject,
        "target": mark.target,
        "kind": int(mark.kind),
        "first": mark.period.first.isoformat(),
        "last": mark.period.last.isoformat() if mark.period.last else None,
    }


def mark_from(row: Row[Any]) -> Mark:
    """The note of a row."""
    period = _period(row.first, row.last)
    return Mark(row.position, row.target, MarkKind(row.kind), period, row.known_from, row.known_to)


def link_values(link: Link) -> Values:
    """The row of one end of a link."""
    return {
        "position": link.position,
        "subject": link.subject,
        "other": link.other,
        "kind": link.kind,
        "outgoing": int(link.outgoing),
        "effective_on": link.effective_on.isoformat() if link.effective_on else None,
        "known_from": link.known_from,
        "known_to": link.known_to,
    }


def link_from(row: Row[Any]) -> Link:
    """One end of a link."""
    day = _day(row.effective_on) if row.effective_on else None
    outgoing = bool(row.outgoing)
    return Link(row.position, row.kind, row.subject, row.other, outgoing, day, row.known_from, row.known_to)


def name_values(naming: Naming) -> Values:
    """The row of a name in use."""
    use = naming.use
    return {
        "subject": naming.subject,
        "name": use.name,
        "settled": int(use.settled),
        "known_from": use.known_from,
        "known_to": use.known_to,
        "number": naming.number,
        "spelling": naming.spelling,
    }


def name_from(row: Row[Any], uses: Mapping[tuple[str, str, bool], int]) -> NameUse:
    """A name in use, with how many standing statements use it."""
    settled = bool(row.settled)
    live = uses[row.subject, row.name, settled] if row.known_to is None else 0
    return NameUse(row.name, settled, live, row.known_from, row.known_to)


def delivery_from(row: Row[Any]) -> DeliveryNote:
    """The delivery of a row."""
    return DeliveryNote(row.position, row.list_code, _day(row.as_of), row.department, row.doubted_from)


def execution_values(row: ExecutionRow) -> Values:
    """The row of a report; its number is given when it is written, rising."""
    values = {name: getattr(row, name) for name in row.__slots__ if name != "number"}
    return {**values, "measure_codes": _listed(row.measure_codes)}


def execution_from(row: Row[Any], number: int | None = None) -> ExecutionRow:
    """The report of a row, under its own number or another."""
    named = dict(row._mapping)
    named["measure_codes"] = texts(row.measure_codes)
    return ExecutionRow(**{**named, "number": row.number if number is None else number})


def execution_total_from(row: Row[Any]) -> ExecutionTotal:
    """What a row counts."""
    return ExecutionTotal(row.caller, row.action, texts(row.measure_codes), row.reports, row.last_ms)


def edition_values(case: EditionCase) -> Values:
    """The row of a catalogue edition."""
    entered = case.drafted or case.adopted
    assert entered is not None
    return {
        "hash": case.edition,
        "entered": entered.position,
        "label": case.label,
        "drafted": _act(case.drafted),
        "reviewed": _act(case.reviewed),
        "lawful": int(case.lawful),
        "opinion": case.opinion,
        "adopted": _act(case.adopted),
        "in_force_from": case.in_force_from.isoformat(),
        "filing_number": case.filing_number,
        "filed_on": case.filed_on.isoformat() if case.filed_on else None,
    }


def edition_from(row: Row[Any]) -> EditionCase:
    """The catalogue edition of a row."""
    return EditionCase(
        edition=row.hash,
        label=row.label,
        drafted=_act_from(row.drafted),
        reviewed=_act_from(row.reviewed),
        lawful=bool(row.lawful),
        opinion=row.opinion,
        adopted=_act_from(row.adopted),
        in_force_from=date.fromisoformat(row.in_force_from),
        filing_number=row.filing_number,
        filed_on=date.fromisoformat(row.filed_on) if row.filed_on else None,
    )


def _act(act: Act | None) -> str | None:
    if act is None:
        return None
    return json.dumps([act.position, act.official_id, act.section], ensure_ascii=False)


def _act_from(text: str | None) -> Act | None:
    return Act(*json.loads(text)) if text else None


@lru_cache(maxsize=KEPT)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=KEPT)
def _period(first: str, last: str | None) -> Period:
    return Period(_day(first), _day(last) if last else None)


@lru_cache(maxsize=1)
def _document(serialised: bytes) -> pb.Document:
    return pb.Document.FromString(serialised)  # Of one statement's grounds, which follow each other.


def ban_case_values(case: Case) -> Values:
    """The row of a ban case."""
    told = case.told
    return {
        "department": told.department,
        "case_number": told.case_number,
        "subject": case.ref,
        "opened": case.opened,
        "changed": case.changed,
        "decision_number": normalise_number(told.decision.number) if told.decision_id else None,
        "told": told.SerializeToString(deterministic=True),
    }


def ban_case_from(row: Row[Any]) -> Case:
    """The ban case of a row."""
    return Case(row.subject, row.opened, row.changed, BanCase.FromString(row.told))


def remedy_values(filed: Filed) -> Values:
    """The row of an objection or an application for repair."""
    department, statement_id = filed.key
    return {
        "department": department,
        "statement_id": statement_id,
        "subject": filed.ref,
        "filed": filed.told.filed_position,
        "changed": filed.changed,
        "told": filed.told.SerializeToString(deterministic=True),
    }


def remedy_from(row: Row[Any]) -> Filed:
    """The objection or application of a row."""
    return Filed(row.subject, row.changed, Remedy.FromString(row.told))
