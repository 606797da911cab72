"""Decisions about a subject before an accident, what measures followed, and what was reported to be done.

A decision is a credit event of the record: the only thing of all this that counts as one. Example:
``行政处罚(E-03-CF): 措施 M-BUS-03, 2026-03-01至2028-02-29``.
"""

from __future__ import annotations

from datetime import timedelta

from registry.access.identity import parse_identity
from registry.commands.measure_use import EMBARGO_DAYS
from registry.commands.state import RegistryState
from registry.domain.periods import Period, china_day
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.ledger import RecordedEvent
from registry.sanctions.restriction import restrictions_of
from registry.store.interface import ExecutionRow
from registry.supervision.accountability.known import Known
from registry.supervision.accountability.trace import Scene
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import subject_pb2

_ACTIONS = {1: "拒绝", 2: "准许", 3: "降级、减分", 4: "给予激励"}
_DOMAINS = tuple(each for each in subject_pb2.Domain.values() if each)


def decisions_about(state: RegistryState, scene: Scene, known: Known) -> list[pb.TraceEntry]:
    """Events about the subject in the period, and reports of what was done by measures on it."""
    if not scene.subject:
        return []
    events = [
        event
        for event in state.store.events_about([scene.subject])
        if event.is_about_subject and event.position <= known.position
    ]
    record = state.index.get(scene.subject) or SubjectRecord(scene.subject)
    decided = [_decision(state, event, record, scene, known) for event in events]
    return [each for each in (*decided, *_executions(state, scene, known)) if scene.span.holds(each.day)]


def _decision(
    state: RegistryState, event: RecordedEvent, record: SubjectRecord, scene: Scene, known: Known
) -> pb.TraceEntry:
    received = china_day(state.received_ms(event.position)).isoformat()
    edition = state.edition_at(known.position, known.clocks.day)
    category = edition.category(event.category)
    text = (
        f"{category.name_zh if category else ''}({event.category}{event.list_code and ' '}{event.list_code})"
    )
    day = event.effective_from.isoformat() if event.effective_from else received
    measures = _measures(state, event.position, record, known)
    return pb.TraceEntry(
        day=min(day, received),
        position=event.position,
        kind=pb.TRACE_KIND_DECISION,
        department=event.department,
        text=f"{text}: {measures}" if measures else text,
        received_on=received,
        recorded_after=day <= scene.occurred_on < received,
    )


def _measures(state: RegistryState, position: int, record: SubjectRecord, known: Known) -> str:
    """The measures that followed from a statement, with their days."""
    day, found = known.clocks.day, {}
    for ground in record.grounds:
        if ground.position != position or ground.known_from > known.position:
            continue
        edition = state.edition_at(known.position, day)
        for domain in _DOMAINS:
            for row in restrictions_of(ground, edition, domain, day):
                found[row.measure.code] = _days(row.period)
    return "措施 " + "、".join(f"{code} {days}" for code, days in sorted(found.items())) if found else ""


def _days(period: Period) -> str:
    return f"{period.first.isoformat()}至{period.last.isoformat() if period.last else '长期'}"


def _executions(state: RegistryState, scene: Scene, known: Known) -> list[pb.TraceEntry]:
    newest = (known.clocks.day - timedelta(days=EMBARGO_DAYS)).isoformat()
    moment = state.received_ms(known.position)
    return [
        _execution(row, state.origin)
        for row in state.store.all_executions()
        if row.subject == scene.subject
        and row.recorded_ms <= moment
        and china_day(row.recorded_ms).isoformat() <= newest
    ]


def _execution(row: ExecutionRow, origin: str) -> pb.TraceEntry:
    day = china_day(row.recorded_ms).isoformat()
    measures = "、".join(row.measure_codes) or "无措施"
    name = parse_identity(row.caller, origin=origin).name
    return pb.TraceEntry(
        day=day,
        position=row.known_position,
        kind=pb.TRACE_KIND_EXECUTION,
        department=name,
        text=f"{name}报告: {_ACTIONS.get(row.action, str(row.action))}({measures})",
        received_on=day,
    )
