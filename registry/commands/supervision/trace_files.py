"""Which files an accident concerns, and what was late in them: see ``accountability_trace``.

Files about a subject or a matter are found by the store's own columns; of draws and alerts the statements are
opened, for only these say under which matter was drawn, and what an alert is about. An inspection of somebody
else is concerned by nothing but the matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import cast

from registry.commands.intake import open_envelope
from registry.commands.state import Log
from registry.commands.supervision.as_known import PastStore, object_visited
from registry.commands.supervision.untold import untold_findings
from registry.domain.files import FileKey, file_key, file_ref
from registry.store.interface import FileFilter, Store, StoreError
from registry.supervision.accountability.answerable import line_of
from registry.supervision.accountability.draws import Drawn
from registry.supervision.accountability.gaps import Concerned
from registry.supervision.accountability.known import Known, Span
from registry.supervision.accountability.trace import Scene
from registry.supervision.rules import covers
from registry.supervision.unfiled import filing_duties
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

_FOLLOWED = frozenset(
    {
        acts.FILE_KIND_DRAW, acts.FILE_KIND_INSPECTION, acts.FILE_KIND_REFERRAL, acts.FILE_KIND_COMPLAINT,
        acts.FILE_KIND_ALERT,
    }
)  # fmt: skip
"""Kinds of files that are followed a step."""
MAX_FILES = 5000
"""Files about a subject or under a matter that are looked at, the latest of them."""


class TraceFiles:
    """Finds files as they were known."""

    def __init__(self, log: Log, past: PastStore, known: Known) -> None:
        self._log, self._past, self._known = log, past, known
        self._statements: dict[int, Statement] = {}

    def statement(self, position: int) -> Statement:
        """An act with its texts. Raises StoreError."""
        found = self._statements.get(position)
        if found is None:
            row = self._log.store.statement(position)
            if row is None:
                raise StoreError(f"存储被改动: 没有序号{position}的陈述")
            found = self._statements[position] = Statement.FromString(open_envelope(row, self._log).payload)
        return found

    def concerned(self, accident: SupervisionFile, scene: Scene, decisions: Collection[int]) -> Concerned:
        """Every file that is concerned, in the order of opening."""
        found = {file_key(accident.file): accident}
        matters = self._matters(scene)
        draws = list(self._draws(scene, matters))
        direct = [*self._direct(scene), *self._alerts(scene, decisions), *self._rules(matters)]
        for file in (*matters, *direct):
            found.setdefault(file_key(file.file), file)
        for file in [each for each in found.values() if each.file.kind in _FOLLOWED]:
            self._follow(file, found)
        for file in self._drawn(draw for _, draw in draws):
            found.setdefault(file_key(file.file), file)
        ordered = sorted(found.values(), key=lambda each: each.acts[0].position)
        return Concerned(ordered, frozenset(number for number, _ in draws), len(direct) >= MAX_FILES)

    def _direct(self, scene: Scene) -> Iterator[SupervisionFile]:
        if scene.subject:
            yield from islice(self._past.found(FileFilter(subject=scene.subject)), MAX_FILES)
        for number in scene.matters:
            found = islice(self._past.found(FileFilter(matter=number)), MAX_FILES)
            # Of a matter alone, not of everybody who was ever inspected under it.
            yield from (file for file in found if not scene.subject or file.subject in ("", scene.subject))

    def _matters(self, scene: Scene) -> list[SupervisionFile]:
        files = self._past.all_files((acts.FILE_KIND_MATTER,))
        return [file for file in files if file.file.number in scene.matters]

    def _rules(self, matters: Iterable[SupervisionFile]) -> list[SupervisionFile]:
        rules = list(self._past.all_files((acts.FILE_KIND_RULE,)))
        return [
            rule
            for matter in matters
            for rule in rules
            if rule.file.department == matter.file.department and covers(rule, matter)
        ]

    def _draws(
        self, scene: Scene, matters: Collection[SupervisionFile]
    ) -> Iterator[tuple[str, SupervisionFile]]:
        """Draws of the period under items of plans for the matters, each with the matter's number."""
        for draw in self._past.all_files((acts.FILE_KIND_DRAW,)):
            if not scene.span.first.isoformat() <= draw.acts[0].on <= scene.occurred_on:
                continue
            plan = self._past.file(draw.acts[0].linked)
            subject_of = _matter_drawn(draw, self._plan(plan)) if plan is not None else ""
            for matter in matters:
                known_as = {matter.file.number, *matter.matter_classes}
                if matter.file.department == draw.file.department and subject_of in known_as:
                    yield matter.file.number, draw

    def _plan(self, plan: SupervisionFile) -> acts.InspectionPlan:
        return self.statement(plan.acts[0].position).supervision.plan

    def _drawn(self, draws: Iterable[SupervisionFile]) -> Iterator[SupervisionFile]:
        for draw in draws:
            yield draw
            plan = self._past.file(draw.acts[0].linked)
            if plan is not None:
                yield plan

    def _alerts(self, scene: Scene, decisions: Collection[int]) -> Iterator[SupervisionFile]:
        about = {scene.subject, *scene.matters, scene.region} - {""}
        for file in self._past.all_files((acts.FILE_KIND_ALERT,)):
            if not scene.span.holds(file.acts[0].received_on):
                continue
            alert = self.statement(file.acts[0].position).risk_alert
            if alert.group in about or any(position in decisions for position in alert.positions):
                yield file

    def _follow(self, file: SupervisionFile, found: dict[FileKey, SupervisionFile]) -> None:
        """Files a step away: where it comes from, where it leads, what comes from it."""
        for act in file.acts:
            if act.linked.kind in _FOLLOWED and file_key(act.linked) not in found:
                linked = self._past.file(act.linked)
                if linked is not None:
                    found[file_key(act.linked)] = linked
        if file.file.kind != acts.FILE_KIND_DRAW:  # What followed a draw is about others.
            for led_to in self._past.found(FileFilter(source=file_ref(file.file))):
                found.setdefault(file_key(led_to.file), led_to)

    def late(self, concerned: Concerned, scene: Scene) -> Iterator[pb.DutyLine]:
        """Every duty in these files, and those that none of them shows alone."""
        clocks, by_key = self._known.clocks, {file_key(each.file): each for each in concerned.files}
        for file in concerned.files:
            yield from (line_of(duty, file) for duty in self._known.duties(file))
        rules = concerned.of(acts.FILE_KIND_RULE)
        across = list(filing_duties(concerned.of(acts.FILE_KIND_MATTER), rules, clocks, ended=True))
        across += untold_findings(cast(Store, _Only(concerned.files)), clocks)
        span, named = Span(scene.span.first, clocks.day), partial(object_visited, self._log)
        drawn = Drawn(concerned.of(acts.FILE_KIND_DRAW), span, named)
        for draw in concerned.of(acts.FILE_KIND_DRAW):
            for visit in self._past.found(FileFilter(source=file_ref(draw.file))):
                drawn.add(visit)
        for duty in (*across, *drawn.duties(clocks)):
            yield line_of(duty, by_key.get(file_key(duty.file)))

    def note_sections(self, entries: Iterable[pb.TraceEntry]) -> None:
        """Puts into the entries of matters who approves and who supervises."""
        for entry in entries:
            if entry.kind == pb.TRACE_KIND_MATTER:
                matter = self.statement(entry.position).supervision.matter
                said = f"审批科室: {matter.approving_section}; 监管科室: {matter.supervising_section}"
                entry.text = f"{entry.text}; {said}" if matter.approving_section else entry.text


class _Only:
    """A few files as if they were all there are."""

    def __init__(self, files: Iterable[SupervisionFile]) -> None:
        self._files = tuple(files)

    def all_files(self, kinds: Collection[int] = ()) -> Iterator[SupervisionFile]:
        """Those of these kinds."""
        return (file for file in self._files if not kinds or file.file.kind in kinds)


def _matter_drawn(draw: SupervisionFile, plan: acts.InspectionPlan) -> str:
    """The matter, or the class, of the plan's item under which was drawn."""
    number = draw.acts[0].plan_item
    return next((item.matter for item in plan.items if item.number == number), "")
