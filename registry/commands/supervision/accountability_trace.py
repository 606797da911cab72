"""Tracing an accident back (事故倒查), for who oversees.

Found are the files about the subject or the matters that were stated with the accident; those that come from
one of them or lead to one, a step away; draws under items of plans for these matters, and inspections that
followed them; alerts about the subject, the matters or the region, or that counted a decision about the
subject. Beside them stand decisions about the subject as credit events, the measures that followed from each,
and what systems reported to have done by them, from the ninetieth day on and without reference.

It is worked out as known at a position, as seen from a day, as a report is (``accountability``). Texts of
statements are not told; of a matter its sections are, for who approved and who supervised must be seen.
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.supervision.accountability import oversees
from registry.commands.supervision.as_known import PastStore, known_at
from registry.commands.supervision.report_making import LIMITS
from registry.commands.supervision.trace_decisions import decisions_about
from registry.commands.supervision.trace_files import TraceFiles
from registry.errors import RegistryError
from registry.supervision.accountability.gaps import gaps_of
from registry.supervision.accountability.known import Known, Span
from registry.supervision.accountability.trace import (
    MAX_ENTRIES,
    Scene,
    entries_of,
    in_order,
    overdue_of,
)
from registry.supervision.admission.accidents import LOOK_BACK_DAYS
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_ACCIDENT, Accident


class Traces:
    """Traces accidents."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state

    def trace(self, caller: Caller, request: pb.TraceAccidentRequest) -> pb.TraceAccidentResponse:
        """A trace. Raises RegistryError FILE_UNKNOWN, also for whom it is not to be shown."""
        asked_at = request.known_position if request.HasField("known_position") else None
        known = known_at(self._ask, asked_at, request.on)
        past = PastStore(self._state.store, known)
        file = past.file(request.file) if request.file.kind == FILE_KIND_ACCIDENT else None
        if file is None or not oversees(self._ask, caller):
            message = "没有这一事故卷宗, 或者不能查阅; 倒查只供登记机构、审计、督查和监察机关使用。"
            raise RegistryError.of(reasons.ERROR_REASON_FILE_UNKNOWN, message, "file")
        return self._traced(file, known, past)

    def _traced(self, file: SupervisionFile, known: Known, past: PastStore) -> pb.TraceAccidentResponse:
        files = TraceFiles(self._state.log, past, known)
        accident = files.statement(file.acts[0].position).supervision.accident
        scene = _scene(file, accident, known)
        decided = decisions_about(self._state, scene, known)
        positions = frozenset(each.position for each in decided)
        concerned = files.concerned(file, scene, positions)
        entries = [entry for each in concerned.files for entry in entries_of(each, scene)]
        files.note_sections(entries)
        entries += overdue_of(files.late(concerned, scene), scene)
        ordered = in_order([*entries, *decided])
        response = pb.TraceAccidentResponse(
            file=file.file,
            area=accident.area,
            occurred_on=scene.occurred_on,
            region=scene.region,
            subject=scene.subject,
            matters=scene.matters,
            known_position=known.position,
            on=known.day,
            entries=ordered[:MAX_ENTRIES],
            more=len(ordered) > MAX_ENTRIES or concerned.more,
            gaps=gaps_of(scene, concerned),
            limits=LIMITS,
        )
        setattr(response, "from", scene.span.first.isoformat())
        return response


def _scene(file: SupervisionFile, accident: Accident, known: Known) -> Scene:
    occurred = date.fromisoformat(accident.occurred_on)
    first = occurred - timedelta(days=accident.look_back_days or LOOK_BACK_DAYS)
    return Scene(
        subject=file.subject,
        matters=tuple(accident.matters),
        region=accident.region,
        occurred_on=accident.occurred_on,
        span=Span(first, known.clocks.day),
    )
