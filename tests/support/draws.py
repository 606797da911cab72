"""A market bureau that draws: rosters, plan, order, beacon, result, each as it is stated.

    office = DrawOffice.of(MatterTown.of(spine))
    office.commit("M-1", OBJECT_ROWS)
    office.order("CQ-1")
    office.beacon()
    office.act(draw_result=office.result("CQ-1"))

Objects are fictional firms with codes DEM…, inspectors staff ids. ``files`` holds every published file by its
SHA-256.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from registry.commands.jobs import OwnStatement, Placed
from registry.config import CONFIG_NAME, load_config
from registry.domain.files import file_key
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.draw import Beacon, Seeding, Terms, drawn_by, seed_of
from registry.provenance.draw.lists import read_recusals, recusal_lines, result_lines
from registry.provenance.draw.rosters import TreeRoot, read_inspectors, read_objects, written
from registry.provenance.draw.rows import INSPECTORS, OBJECTS
from registry.provenance.draw.seed import ALGORITHM, NO_RECUSALS, beacon_position
from registry.provenance.leaf import Leaf
from registry.provenance.note import split_note
from registry.provenance.proof import root_at
from registry.v1 import statement_pb2 as statements
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile
from tests.support.matters import MARKET, MatterTown, matter, office_code
from tests.support.spine import TODAY, Spine, found_spine
from tests.support.stamps import PlainAuthority

WHO = "监管员"


def object_rows(count: int, first: int = 1) -> list[list[str]]:
    """Fictional firms, graded A to D in turn."""
    return [
        [office_code(60_000 + number, "91130900"), "firm", f"示例第{number}(示例)有限公司",
         "ABCD"[number % 4], "130902", "C14", "SP-1"]
        for number in range(first, first + count)
    ]  # fmt: skip


def inspector_rows(count: int) -> list[list[str]]:
    """Staff ids with certificates."""
    return [[f"SC-{number:02}", "监管科", f"示例证{number:04}", ""] for number in range(1, count + 1)]


def listed(lines: list[bytes], title: str) -> pb.EvidenceItem:
    """A published file as a statement names it."""
    content = b"".join(lines)
    digest = sha256(content).digest()
    return pb.EvidenceItem(sha256=digest, size=len(content), media_type="text/csv", title=title)


def roster(number: str, kind: pb.RosterKind.ValueType, lines: list[bytes], **changes: Any) -> pb.Roster:
    """A roster over the lines of its file."""
    tree = TreeRoot()
    for line in lines[1:]:
        tree.add(line[:-1])
    fields: dict[str, Any] = {
        "number": number, "kind": kind, "title": f"名录{number}", "root": tree.root(), "rows": tree.rows,
        "file": listed(lines, "名录"), "as_of": "2026-11-20",
    }  # fmt: skip
    return pb.Roster(**{**fields, **changes})


def item(number: str = "1", **changes: Any) -> pb.PlanItem:
    """An item of a plan: five of the matter SP-1."""
    fields: dict[str, Any] = {
        "number": number, "matter": "SP-1", "content": "进货查验记录", "count": 5,
        "from": "2026-01-05", "until": "2026-12-20",
    }  # fmt: skip
    return pb.PlanItem(**{**fields, **changes})


def plan(number: str = "JH-2026", **changes: Any) -> pb.InspectionPlan:
    """The yearly plan of 2026."""
    fields: dict[str, Any] = {
        "number": number, "year": 2026, "title": "2026年度抽查工作计划", "items": [item()],
        "filing_number": "沧示市监备〔2026〕1号", "filed_on": "2026-11-20",
    }  # fmt: skip
    return pb.InspectionPlan(**{**fields, **changes})


def file_of(kind: pb.FileKind.ValueType, number: str, department: str = MARKET) -> pb.FileReference:
    """A file of the bureau."""
    return pb.FileReference(kind=kind, department=department, number=number)


def order(number: str, **changes: Any) -> pb.DrawOrder:
    """An order of five objects, two inspectors each."""
    fields: dict[str, Any] = {
        "number": number,
        "plan": file_of(pb.FILE_KIND_PLAN, "JH-2026"),
        "plan_item": "1",
        "objects": file_of(pb.FILE_KIND_ROSTER, "M-1"),
        "inspectors": file_of(pb.FILE_KIND_ROSTER, "R-1"),
        "wanted": 5,
        "inspectors_each": 2,
        "weights": [pb.GradeWeight(grade="D", weight=4), pb.GradeWeight(grade="C", weight=2)],
        "algorithm": ALGORITHM,
        "on": "2026-11-23",
        "inspect_by": "2026-12-20",
    }
    return pb.DrawOrder(**{**fields, **changes})


@dataclass(slots=True)
class DrawOffice:
    """The bureau with its matter SP-1."""

    town: MatterTown
    files: dict[bytes, bytes] = field(default_factory=dict)
    mapping: bool = False

    @classmethod
    def of(cls, town: MatterTown) -> DrawOffice:
        """States the matter."""
        assert town.act(WHO, matter=matter("SP-1")) == []
        return cls(town)

    def act(self, who: str = WHO, **act: Any) -> list[str]:
        """States an act; the names of the faults for which it is refused."""
        return self.town.act(who, **act)

    def keep(self, lines: list[bytes]) -> list[bytes]:
        """Has a file at hand."""
        content = b"".join(lines)
        self.files[sha256(content).digest()] = content
        return lines

    def opened(self, digest: bytes) -> IO[bytes] | None:
        """A published file by its SHA-256."""
        return io.BytesIO(self.files[digest]) if digest in self.files else None

    def prepared(self, objects: int = 40, inspectors: int = 8) -> None:
        """Commits both rosters and files the plan."""
        one = self.keep(list(written(OBJECTS, object_rows(objects))))
        other = self.keep(list(written(INSPECTORS, inspector_rows(inspectors))))
        acts = (
            {"roster": roster("M-1", pb.ROSTER_KIND_OBJECTS, one)},
            {"roster": roster("R-1", pb.ROSTER_KIND_INSPECTORS, other)},
            {"plan": plan()},
        )
        assert [self.act(**act) for act in acts] == [[], [], []]

    def recusals(self, *pairs: tuple[str, str]) -> pb.EvidenceItem:
        """A list of recusals."""
        return listed(self.keep(list(recusal_lines(pairs))), "回避名单")

    def beacon(self) -> int:
        """The registry logs the state of its map; where."""
        mapper = self.town.spine.engine.upkeep.mapper
        if not self.mapping:
            self.mapping = True
            mapper.start()
        mapped = mapper.require(self.town.spine.engine.state.size - 1, 30)
        assert mapped.position is not None
        return mapped.position

    def anchor(self) -> int:
        """A checkpoint is stamped, and the stamp recorded; where."""
        spine = self.town.spine
        head = spine.engine.state.head
        assert head is not None
        return self.record_anchor(self.stamped(head.note, head.size, spine.clock()))

    def stamped(self, note: str, size: int, now: int) -> statements.TimeAnchor:
        """The stamp of a checkpoint, not recorded yet."""
        text = split_note(note)[0]
        token, root = PlainAuthority().token(text, now), Checkpoint.parse(text).root
        return statements.TimeAnchor(size=size, root=root, token=token, gen_time_ms=now)

    def record_anchor(self, anchor: statements.TimeAnchor) -> int:
        """Records a stamp; where."""
        job = OwnStatement(statements.Statement(time_anchor=anchor))
        placed = self.town.spine.engine.writer.put([job])[0].result(30)
        assert isinstance(placed, Placed), placed
        return placed.position

    def file(self, kind: pb.FileKind.ValueType, number: str) -> SupervisionFile:
        """A file as the registry keeps it."""
        key = file_key(file_of(kind, number))
        return self.town.spine.engine.state.store.files([key])[key]

    def result(self, number: str, **changes: Any) -> pb.DrawResult:
        """The result of an order, worked out from the log by the published description."""
        state = self.town.spine.engine.state
        file = self.file(pb.FILE_KIND_DRAW, number)
        position = file.acts[0].position
        said = self.town.spine.engine.ask.state.store
        leaves = [Leaf.decode(leaf) for leaf in said.leaves(0, state.size)]
        types = [(at, leaf.type) for at, leaf in enumerate(leaves)][position + 1 :]
        first = beacon_position(types, position, anchored=False, stamped=lambda _at: 0)
        assert first is not None
        root = root_at(state.tree, first + 1)
        told = self._order_of(number)
        lines = self.keep(self._drawn(told, leaves[position].statement_hash, Beacon.of_root(first, root)))
        fields: dict[str, Any] = {
            "file": file.file, "beacon_position": first, "beacon_root": root,
            "result": listed(lines, "抽取结果"), "drawn": len(lines) - 1,
        }  # fmt: skip
        return pb.DrawResult(**{**fields, **changes})

    def _order_of(self, number: str) -> pb.DrawOrder:
        state, position = self.town.spine.engine.state, self.file(pb.FILE_KIND_DRAW, number).acts[0].position
        row = state.store.statement(position)
        assert row is not None
        payload = state.vault.open_payload(row.sealed_payload, b"")
        return statements.Statement.FromString(payload).supervision.draw_order

    def _roster_of(self, reference: pb.FileReference) -> pb.Roster:
        state = self.town.spine.engine.state
        row = state.store.statement(self.file(pb.FILE_KIND_ROSTER, reference.number).acts[0].position)
        assert row is not None
        payload = state.vault.open_payload(row.sealed_payload, b"")
        return statements.Statement.FromString(payload).supervision.roster

    def _drawn(self, told: pb.DrawOrder, hashed: bytes, beacon: Beacon) -> list[bytes]:
        one, other = self._roster_of(told.objects), self._roster_of(told.inspectors)
        objects = read_objects(io.BytesIO(self.files[one.file.sha256]), "SP-1")
        inspectors = read_inspectors(io.BytesIO(self.files[other.file.sha256]), "SP-1")
        recused = told.HasField("recusals")
        fixed = Seeding(
            self.town.spine.engine.state.origin, hashed, one.root, other.root,
            told.recusals.sha256 if recused else NO_RECUSALS,
        )  # fmt: skip
        found = drawn_by(
            seed_of(fixed, beacon),
            objects=objects.by_grade,
            inspectors=inspectors.ids,
            recusals=read_recusals(io.BytesIO(self.files[told.recusals.sha256])) if recused else {},
            terms=Terms(
                told.wanted, told.inspectors_each, {each.grade: each.weight for each in told.weights}
            ),
        )
        return list(result_lines(found.assignments))


def storing(directory: Path, today: date = TODAY) -> Spine:
    """An installation that keeps evidence, whether or not a new one does by itself."""
    spine = found_spine(directory, today)
    settings = directory / CONFIG_NAME
    if "[evidence]" not in settings.read_text("utf-8"):
        with settings.open("a", encoding="utf-8") as file:
            file.write('\n[evidence]\ndirectory = "evidence"\n')
        spine.config = load_config(directory)
        spine.reopen()
    return spine
