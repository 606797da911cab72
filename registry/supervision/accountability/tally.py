"""Duties due in the period: counted for each department and kind, and for each official; late ones listed.

A duty belongs to the period in which its last day lies, whenever it began and whenever it was met. So a step
that was due on the last day of March and taken in May is in the report of March, late, and in no other. What
is not due yet, as seen from the day of the report, is counted as running.

Memory is bounded by departments, officials and kinds of duty, and by the limit of the list; files are taken
one by one and not kept.

Example: three acceptances due in the period, one met, one late, one not met: 1, 1, 1 and two lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from registry.supervision.accountability.answerable import actor_of, line_of, state_of
from registry.supervision.accountability.known import Known, Span
from registry.supervision.accountability.most import First
from registry.v1 import accountability_service_pb2 as pb
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_COMPLAINT

_STATES = (pb.DUTY_STATE_MET, pb.DUTY_STATE_MET_LATE, pb.DUTY_STATE_UNMET, pb.DUTY_STATE_RUNNING)
_PLACES = {state: place for place, state in enumerate(_STATES)}
_SEVERAL = "多种事项"
_LISTED = frozenset({pb.DUTY_STATE_MET_LATE, pb.DUTY_STATE_UNMET})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose duties are asked about; empty: everybody's."""

    department: str = ""
    official_id: str = ""


@dataclass(slots=True)
class Tally:
    """Takes duties in any order; the answer is the same."""

    span: Span
    wanted: Wanted
    limit: int
    _totals: dict[tuple[str, int, str], list[int]] = field(default_factory=dict)
    _tasks: dict[tuple[str, int, str], str] = field(default_factory=dict)
    _officials: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    _lines: First[pb.DutyLine] = field(init=False)

    def __post_init__(self) -> None:
        self._lines = First(self.limit)

    def add_file(self, file: SupervisionFile, known: Known) -> None:
        """The duties of a file, which has been cut."""
        for duty in known.duties(file):
            self._add(duty, file)

    def add_all(
        self, duties: Iterable[Obligation], file_of: Callable[[Obligation], SupervisionFile | None]
    ) -> None:
        """Duties that follow from more than one file, each with the one that it stands in."""
        for duty in duties:
            if self.asks_for(duty):
                self._add(duty, file_of(duty))

    def asks_for(self, duty: Obligation) -> bool:
        """Whether a duty is due in the period, and of the department asked about."""
        return self.wanted.department in ("", duty.department) and self.span.holds(duty.due_on)

    def add(self, line: pb.DutyLine) -> None:
        """Counts a line that is ready, and lists it if it is late."""
        duty = line.obligation
        if self.asks_for(duty) and self._counts(duty, line.state, line.official_id):
            self._lines.offer(_key(duty, line.reference), line)

    def _add(self, duty: Obligation, file: SupervisionFile | None) -> None:
        if not self.asks_for(duty):
            return
        official_id, _ = actor_of(duty, file.acts if file is not None else ())
        listed = self._counts(duty, state_of(duty), official_id)
        # What no file shows yet has no position: then its number tells one from the other.
        key = _key(duty, duty.file.number) if listed else ()
        if listed and self._lines.takes(key):  # A line is made only where it is kept: most are in time.
            self._lines.offer(key, _discreet(line_of(duty, file)))

    def _counts(self, duty: Obligation, state: pb.DutyState.ValueType, official_id: str) -> bool:
        """Counts a duty, if the official is the one asked about; whether it is to be listed."""
        if self.wanted.official_id not in ("", official_id):
            return False
        key, place = (duty.department, int(duty.file.kind), duty.deadline), _PLACES[state]
        self._totals.setdefault(key, [0, 0, 0, 0])[place] += 1
        self._officials.setdefault((duty.department, official_id), [0, 0, 0, 0])[place] += 1
        task = duty.task
        if task != (named := self._tasks.setdefault(key, task)):
            self._tasks[key] = _shared(named, task)
        return state in _LISTED

    def told(self, response: pb.GetAccountabilityReportResponse) -> None:
        """Puts what was counted and listed into the report: by department, never by how much."""
        for key in sorted(self._totals):
            met, late, unmet, running = self._totals[key]
            total = response.totals.add(
                department=key[0], deadline=key[2], task=self._tasks[key].rstrip(" ,:") or _SEVERAL
            )
            total.kind = key[1]  # type: ignore[assignment]  # A number of the enumeration.
            total.met, total.met_late, total.unmet, total.running = met, late, unmet, running
        for department, official_id in sorted(self._officials):
            met, late, unmet, running = self._officials[department, official_id]
            response.officials.add(
                department=department,
                official_id=official_id,
                met=met,
                met_late=late,
                unmet=unmet,
                running=running,
            )
        response.lines.extend(self._lines.rising())
        response.more_lines = self._lines.more


def _key(duty: Obligation, reference: str) -> tuple[object, ...]:
    return (duty.due_on, duty.position, duty.deadline, duty.department, reference, duty.task)


def _shared(one: str, other: str) -> str:
    """How two tasks of a kind begin alike, whatever the order: a name for both."""
    length = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[:length] if length is not None else min(one, other, key=len)


def _discreet(line: pb.DutyLine) -> pb.DutyLine:
    """A complaint says nothing of whom it is about until there is a decision."""
    if line.obligation.file.kind == FILE_KIND_COMPLAINT:
        line.obligation.subject = ""
    return line
