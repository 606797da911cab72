"""What everybody may know of plans and draws (随机抽查事项、计划、结果公开): 国发〔2019〕5号.

* Plans with how many were drawn of each item, and which draws of it failed, ordered by whom; draws with their
  result, or without: whoever holds a result back is seen here.
* Of one draw every statement by which it can be repeated, as it was signed: plan, rosters, order, result,
  the enrolments of the keys that signed, and page by page the leaves of the log from the order to the beacon.
  Rosters name organisations, staff ids and certificates, and are made to be published; the files themselves
  are had from the evidence store by their digests.

Example: an order at 10, the beacon at 2,000: the first page has the leaves 11 to 1034 and no beacon, the
second 1035 to 2000, and names it. Asked for leaves from 2,500 on, none are shown, and 2,000 is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from registry.commands.ask import Ask
from registry.commands.ledger import GroupLedger
from registry.commands.log_statement import signed_statement
from registry.commands.paging import Page, first_or, token_of
from registry.commands.supervision.files import FROM_END
from registry.domain.files import ACT_NUMBERS, file_key, file_ref
from registry.errors import RegistryError
from registry.provenance.leaf import Leaf, LeafType
from registry.store.interface import FileFilter, StatementRow, StoreError
from registry.supervision.admission.draw_orders import beacon_after
from registry.supervision.obligations.draws import drawn_of
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import inspection_service_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileAct, FileStatement, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_DRAW, FILE_KIND_PLAN, FileReference, Supervision

MAX_LEAVES = 1024
DEFAULT_SIZE, MAX_SIZE = 20, 100
MOST_READ = 2_000
"""Files looked at for one page: anybody may ask, and for a year of which there is nothing."""
_BATCH = 100
_RESULT = ACT_NUMBERS["draw_result"]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Plans of a page; ``token`` leads to the next, empty at the end."""

    plans: list[pb.PublishedPlan]
    token: str


@dataclass(frozen=True, slots=True)
class DrawPage:
    """Draws of a page; ``token`` as in `PlanPage`."""

    draws: list[pb.PublishedDraw]
    token: str


class PublishedDraws:
    """Reads plans and draws for everybody."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._state = ask, ask.state

    def plans(self, request: pb.ListPlansRequest) -> PlanPage:
        """Plans, the one recorded last first. Raises RegistryError for a token that is none."""
        filters = ("plans", request.department, str(request.year))
        wanted = FileFilter(kinds=(FILE_KIND_PLAN,), department=request.department)
        files, token = self._page(request.page_token, request.page_size, filters, wanted, year=request.year)
        return PlanPage([self._plan(file) for file in files], token)

    def draws(self, request: pb.ListDrawsRequest) -> DrawPage:
        """Draws, the one ordered last first. Raises RegistryError."""
        filters = ("draws", request.department, request.plan_number)
        plan = FileReference(kind=FILE_KIND_PLAN, department=request.department, number=request.plan_number)
        source = file_ref(plan) if request.plan_number else ""
        wanted = FileFilter(kinds=(FILE_KIND_DRAW,), department=request.department, source=source)
        files, token = self._page(request.page_token, request.page_size, filters, wanted)
        return DrawPage([self._draw(file) for file in files], token)

    def get(self, request: pb.GetDrawRequest) -> pb.GetDrawResponse:
        """One draw with what shows it. Raises RegistryError FILE_UNKNOWN."""
        file = self._file(request.file) if request.file.kind == FILE_KIND_DRAW else None
        if file is None:
            raise RegistryError.of(reasons.ERROR_REASON_FILE_UNKNOWN, "没有这一抽取。", "file")
        order = self._said(file.acts[0]).draw_order
        named = {"plan": order.plan, "objects": order.objects, "inspectors": order.inspectors}
        acts = {name: known.acts[0] for name, each in named.items() if (known := self._file(each))}
        acts["order"] = file.acts[0]
        if (result := _result_of(file)) is not None:
            acts["result"] = result
        found = pb.GetDrawResponse(draw=self._draw(file))
        for name, act in acts.items():
            getattr(found, name).CopyFrom(self._statement(self._row(act.position)))
        found.keys.extend(self._keys(acts.values()))
        self._leaves(found, file.acts[0].position, request.leaves_from, anchored=order.time_anchored)
        return found

    def _page(
        self, token: str, size: int, filters: tuple[str, ...], wanted: FileFilter, *, year: int = 0
    ) -> tuple[list[SupervisionFile], str]:
        start = Page(self._state.size - 1, self._ask.today(), (FROM_END, 0))
        page = first_or(token, filters, start)
        limit, found, last = min(size or DEFAULT_SIZE, MAX_SIZE), list[SupervisionFile](), page.after[0]
        for read, file in enumerate(self._newest(wanted, min(last, page.position + 1))):
            if len(found) >= limit or read >= MOST_READ:
                return found, token_of(replace(page, after=(last, 0)), *filters)
            last = file.acts[0].position
            if not year or file.acts[0].result == year:
                found.append(file)
        return found, ""

    def _newest(self, wanted: FileFilter, before: int) -> Iterator[SupervisionFile]:
        while files := self._state.store.files_before(before, _BATCH, wanted):
            yield from files
            before = files[-1].acts[0].position

    def _plan(self, file: SupervisionFile) -> pb.PublishedPlan:
        act = file.acts[0]
        plan = self._said(act).plan
        return pb.PublishedPlan(
            file=file.file,
            position=act.position,
            recorded_on=act.received_on,
            plan=plan,
            drawn=[drawn_of(file, item.number) for item in plan.items],
            department_name=self._name(file),
            in_vain=self._in_vain(file),
        )

    def _in_vain(self, plan: SupervisionFile) -> Iterator[pb.DrawInVain]:
        """The draws under a plan that drew nobody. Who recuses everybody for one object has each draw fail in
        which it comes up, and orders the next: nothing forbids that, so it is counted where all see it."""
        for act in plan.acts:
            if act.act == _RESULT and not act.result:
                draw = self._file(act.linked)
                yield pb.DrawInVain(
                    plan_item=act.plan_item,
                    draw=act.linked,
                    resulted_on=act.received_on,
                    official_ids=draw.acts[0].official_ids if draw is not None else (),
                )

    def _draw(self, file: SupervisionFile) -> pb.PublishedDraw:
        act, result = file.acts[0], _result_of(file)
        return pb.PublishedDraw(
            file=file.file,
            position=act.position,
            ordered_on=act.received_on,
            order=self._said(act).draw_order,
            result=self._said(result).draw_result if result is not None else None,
            resulted_on=result.received_on if result is not None else "",
            department_name=self._name(file),
        )

    def _name(self, file: SupervisionFile) -> str:
        department = self._state.directory.department(file.file.department)
        return department.name if department is not None else ""

    def _leaves(self, found: pb.GetDrawResponse, order: int, first: int, *, anchored: bool) -> None:
        """Puts in a page of leaves after the order. The beacon is named with the page that it ends, and past
        it, where there is nothing more to show; a later leaf of the kind is none."""
        found.first_leaf = max(first, order + 1)
        beacon = beacon_after(order, GroupLedger(self._state, ()), anchored=anchored)
        size = self._state.size if beacon is None else beacon + 1
        end = min(found.first_leaf + MAX_LEAVES, size)
        leaves = self._state.store.leaves(found.first_leaf, end) if end > found.first_leaf else []
        if beacon is not None and found.first_leaf + len(leaves) > beacon:
            found.beacon_position = beacon
        found.leaves.extend(leaves)
        for at, leaf in enumerate(leaves, found.first_leaf):
            if anchored and Leaf.decode(leaf).type is LeafType.TIME_ANCHOR:
                found.anchors.append(self._statement(self._row(at)))

    def _keys(self, acts: Iterable[FileAct]) -> Iterator[FileStatement]:
        """The enrolments of the keys that signed, each once."""
        positions = {Leaf.decode(self._row(act.position).leaf).key_position for act in acts}
        for position in sorted(positions):
            row = self._row(position)
            if Leaf.decode(row.leaf).type is LeafType.KEY_REGISTER:
                yield self._statement(row)

    def _file(self, reference: FileReference) -> SupervisionFile | None:
        return self._state.store.files([file_key(reference)]).get(file_key(reference))

    def _said(self, act: FileAct) -> Supervision:
        signed = signed_statement(self._row(act.position), self._state.log)
        return Statement.FromString(signed.envelope.payload).supervision

    def _statement(self, row: StatementRow) -> FileStatement:
        return FileStatement(position=row.position, statement=signed_statement(row, self._state.log))

    def _row(self, position: int) -> StatementRow:
        row = self._state.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的陈述")
        return row


def _result_of(file: SupervisionFile) -> FileAct | None:
    return next((act for act in file.acts if act.act == _RESULT), None)
