"""An accident backwards (事故倒查): everything about the subject or the matters, in one line of time.

What is given are the files that are concerned (``commands.supervision.accountability_trace`` finds them), cut
to what was known. Each act is an entry; so is each step that was late or not taken, on the last day on which
it would have been in time. Matters and rules are told whenever they were stated, for they applied; all else
from the first day that is looked at. What was put on record only after the accident is marked so.

Example: a referral of 2026-03-02 that was to be accepted by 2026-03-11 and never was: an entry on each day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry.supervision.accountability.known import Span, day_of
from registry.supervision.accountability.trace_words import kind_of, words_of
from registry.v1 import accountability_service_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_MATTER, FILE_KIND_RULE

MAX_ENTRIES = 10_000
_LASTING = frozenset({FILE_KIND_MATTER, FILE_KIND_RULE})
_LATE = frozenset({pb.DUTY_STATE_MET_LATE, pb.DUTY_STATE_UNMET})


@dataclass(frozen=True, slots=True)
class Scene:
    """The accident: whom and what it concerns, when it happened; ``span`` from the first day looked at to the
    day of the trace."""

    subject: str
    matters: tuple[str, ...]
    region: str
    occurred_on: str
    span: Span


def entries_of(file: SupervisionFile, scene: Scene) -> Iterator[pb.TraceEntry]:
    """The acts of a file that are told."""
    for act in file.acts:
        day = day_of(act)
        if file.file.kind not in _LASTING and not scene.span.holds(day):
            continue
        yield pb.TraceEntry(
            day=day,
            position=act.position,
            kind=kind_of(file, act),
            file=file.file,
            department=act.department,
            official_ids=act.official_ids,
            sections=act.sections,
            text=words_of(file, act),
            received_on=act.received_on,
            recorded_after=day <= scene.occurred_on < act.received_on,
        )


def overdue_of(lines: Iterable[pb.DutyLine], scene: Scene) -> Iterator[pb.TraceEntry]:
    """What was late or not done, on the last day on which it would have been in time."""
    for line in lines:
        duty = line.obligation
        if line.state not in _LATE or not scene.span.holds(duty.due_on):
            continue
        done = f"{duty.met_on}办理" if duty.met_on else "未办理"
        yield pb.TraceEntry(
            day=duty.due_on,
            position=duty.position,
            kind=pb.TRACE_KIND_OVERDUE,
            file=duty.file,
            department=duty.department,
            official_ids=[line.official_id] if line.official_id else [],
            sections=[line.section] if line.section else [],
            text=f"{duty.task}: 最后期限{duty.due_on}, {done}, 逾期{duty.days_late}日",
            duty=line,
        )


def in_order(entries: Iterable[pb.TraceEntry]) -> list[pb.TraceEntry]:
    """By day, then by position; of one act and what was late by it, the act first."""
    return sorted(entries, key=lambda each: (each.day, each.position, each.kind, each.text))
