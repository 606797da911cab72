"""Inspections not made after a draw (应查未查).

A draw says how many objects were drawn and by when they are to be inspected; each inspection names the draw
that it follows. The duty is met on the day on which the last object was visited, and until then says how many
were. An object is a row of the roster, which the inspection names: two products of one firm are two, and one
that is visited twice counts once. A draw that failed drew nobody, so nobody is to be visited for it. That an
item of a plan was not drawn stands in the plan.

Example: of 10 objects drawn, to be inspected by 2026-06-30, 8 were visited in time and 2 on 2026-07-03: met
on 2026-07-03, three days late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from registry.domain.files import ACT_NUMBERS, FileKey, file_key
from registry.domain.names import comparable
from registry.supervision.accountability.known import Span, counted_day, day_of
from registry.supervision.duties import Clocks
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile

NOT_INSPECTED = "inspections_after_draw"
BASIS = "优化营商环境条例 第五十四条; 抽取令所定检查期限"
_RESULT = ACT_NUMBERS["draw_result"]


@dataclass(slots=True)
class _Drawn:
    file: SupervisionFile
    count: int
    visited: dict[str, str] = field(default_factory=dict)
    """The first day on which each object was visited."""


class Drawn:
    """Draws whose inspections are due in the period, and the inspections that follow them. ``object_of``
    tells which row of the roster the inspection at a position names: no file keeps it."""

    def __init__(self, draws: Iterable[SupervisionFile], span: Span, object_of: Callable[[int], str]) -> None:
        self._draws: dict[FileKey, _Drawn] = {}
        self._object_of = object_of
        for file in draws:
            if span.holds(file.acts[0].until):
                drawn = [act.result for act in file.acts if act.act == _RESULT]
                self._draws[file_key(file.file)] = _Drawn(file, drawn[-1] if drawn else file.acts[0].result)

    def add(self, file: SupervisionFile) -> None:
        """Takes a file of any kind, which has been cut."""
        if file.file.kind != pb.FILE_KIND_INSPECTION:
            return
        draw = self._draws.get(file_key(file.acts[0].linked))
        if draw is not None:
            day = counted_day(file.acts[0])
            named = comparable(self._object_of(file.acts[0].position))
            visited = named or file.subject or file.file.number
            draw.visited[visited] = min(day, draw.visited.get(visited, day))

    def file(self, duty: Obligation) -> SupervisionFile | None:
        """The draw that a duty is about."""
        draw = self._draws.get(file_key(duty.file))
        return draw.file if draw is not None else None

    def duties(self, clocks: Clocks) -> Iterator[Obligation]:
        """For each draw, to inspect what was drawn."""
        for draw in self._draws.values():
            if not draw.count:
                continue
            opening = draw.file.acts[0]
            days = sorted(draw.visited.values())
            made = len(days)
            done = f", 已检查{made}个" if made < draw.count else ""
            yield clocks.by_act(
                draw.file,
                NOT_INSPECTED,
                opening.until,
                whose=draw.file.file.department,
                task=f"检查抽取的{draw.count}个对象{done}",
                start=day_of(opening),
                basis=BASIS,
                met_on=days[draw.count - 1] if draw.count <= made else "",
            )
