"""Watching restrictions in tests: what a caller is told, and what it should be told by the law alone.

``told_by_law`` goes over the whole log statement by statement and over every subject, and asks the verdict
itself what a question would have met before and after; it knows nothing of tables or pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from registry.domain.periods import china_day
from registry.provenance.leaf import Leaf
from registry.provenance.vault import LEGACY_PREFIX, is_person
from registry.sanctions.verdict import Question, met
from registry.v1 import restriction_service_pb2, subject_pb2
from registry.v1 import watch_service_pb2 as pb
from registry.v1.watch_service_pb2_grpc import WatchServiceStub
from tests.support.served import DEADLINE_S
from tests.support.spine import Spine

Met = tuple[str, str, str, str, int, int]
"""Measure, list, first day, last day, status, position."""
Told = tuple[int, str, tuple[Met, ...]]
"""Position, code, and what stands of it afterwards."""


def filter_for(
    domain: subject_pb2.Domain.ValueType = subject_pb2.DOMAIN_PROCUREMENT, **more: Any
) -> pb.RestrictionFilter:
    """A filter for a domain."""
    purpose = restriction_service_pb2.Purpose(domain=domain, reference="", reason="")
    return pb.RestrictionFilter(purpose=purpose, **more)


def starting(at: int | str | None) -> pb.WatchStart:
    """At a position, after a token, or now."""
    if isinstance(at, str):
        return pb.WatchStart(resume_token=at)
    return pb.WatchStart() if at is None else pb.WatchStart(from_position=at)


def poll(
    channel: Any, wanted: pb.RestrictionFilter, at: int | str | None, *, wait: int = 0, size: int = 1000
) -> pb.PollRestrictionsResponse:
    """One answer of the twin that is asked."""
    request = pb.PollRestrictionsRequest(
        filter=wanted, start=starting(at), wait_seconds=wait, max_changes=size
    )
    response: pb.PollRestrictionsResponse
    response = WatchServiceStub(channel).PollRestrictions(request, timeout=DEADLINE_S + wait)
    return response


def polled(channel: Any, wanted: pb.RestrictionFilter, at: int | str = 0, size: int = 1000) -> list[Told]:
    """Everything up to now, by asking until the answer is caught up."""
    found: list[Told] = []
    while True:
        response = poll(channel, wanted, at, size=size)
        found += [each for change in response.changes for each in told(change)]
        at = response.resume_token
        if response.checkpoint.caught_up:
            return found


def told(change: pb.RestrictionChange) -> Iterator[Told]:
    """What a change says, to be compared."""
    for subject in change.subjects:
        rows = tuple(
            (
                row.measure_code,
                row.list_code,
                str(getattr(row, "from")),
                row.until,
                int(row.status),
                row.position,
            )
            for row in subject.restrictions
        )
        yield change.position, subject.subject.value, rows


def told_by_law(
    spine: Spine,
    domain: subject_pb2.Domain.ValueType = subject_pb2.DOMAIN_PROCUREMENT,
    *,
    first: int = 0,
    persons: bool = False,
) -> list[Told]:
    """Every change of restrictions of organisations in a domain, by asking about everybody at every
    position."""
    found: list[Told] = []
    records = sorted(spine.engine.state.index.records(), key=lambda record: record.ref)
    shown = [each for each in records if not (is_person(each.ref) or each.ref.startswith(LEGACY_PREFIX))]
    for position in range(max(first, 1), spine.engine.state.size):
        row = spine.engine.store.statement(position)
        assert row is not None
        day = china_day(Leaf.decode(row.leaf).received_ms)
        edition = spine.engine.state.edition_at(position, day)
        question = Question(domain, subject_pb2.SUBJECT_ROLE_UNSPECIFIED, day)
        for record in shown:
            before = rows_of(met(question, record, position - 1, edition))
            after = rows_of(met(question, record, position, edition))
            if before != after:
                found.append((position, record.ref, after))
    return found


def rows_of(hits: Iterable[Any]) -> tuple[Met, ...]:
    return tuple(
        (
            hit.restriction.measure.code,
            hit.restriction.list_code,
            hit.restriction.period.first.isoformat(),
            hit.restriction.period.last.isoformat() if hit.restriction.period.last else "",
            int(hit.status),
            hit.restriction.ground.position,
        )
        for hit in hits
    )


def without_ties(found: list[Told]) -> list[Told]:
    """What changed of restrictions: events that tell the same as the one before are about something else."""
    state: dict[str, Any] = {}
    kept = []
    for position, code, rows in found:
        if state.get(code, ()) != rows:
            kept.append((position, code, rows))
        state[code] = rows
    return kept
