"""Plans and draws (双随机、一公开): read, worked out, and gathered with their proofs into a package.

    draws = registry.supervision.draws
    shown = draws.shown("11130900DEM0000106", "CQ-2026-1", log=registry.log.trusting(key))
    drawn = shown.drawn(files)                      # what the beacon gives; the file of it is drawn.lines
    package = shown.package(files)                  # once the result is recorded

Whatever comes from the registry is proven against a checkpoint as it comes (``registry_client.log``).
``files`` gives a published file by its SHA-256, from a folder or the evidence store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

import grpc

from registry.provenance.draw import Beacon, DrawError, Seeding, Terms, drawn_by, seed_of
from registry.provenance.draw.drawing import unstaffed
from registry.provenance.draw.lists import Pairs, read_recusals, result_lines
from registry.provenance.draw.rosters import Inspectors, Objects, read_inspectors, read_objects
from registry.provenance.draw.seed import NO_RECUSALS
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import ProofError, verify_consistency, verify_range
from registry.v1 import inspection_service_pb2 as pb
from registry.v1.inspection_service_pb2_grpc import InspectionServiceStub
from registry.v1.log_service_pb2 import GetConsistencyProofRequest, GetInclusionProofRequest
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import FileStatement
from registry.v1.supervision_pb2 import (
    FILE_KIND_DRAW,
    DrawOrder,
    DrawResult,
    EvidenceItem,
    FileReference,
    Roster,
)
from registry_client.calls import Calls
from registry_client.errors import AnswerError
from registry_client.log import Log, SignedCheckpoint
from registry_client.supervision.draw_package import (
    INSPECTORS,
    OBJECTS,
    RECUSALS,
    RESULT,
    DrawPackage,
    Shown,
)

Files = Callable[[bytes], IO[bytes] | None]
"""Opens a published file by its SHA-256; None if it is not there."""
RESULT_TITLE = "双随机抽取结果"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was drawn: the lines of the result file, how many objects, and why none if there are none."""

    lines: tuple[bytes, ...]
    drawn: int
    failure: str
    result: DrawResult


class Draws:
    """Plans and draws of a registry. One is had from ``Registry.supervision``."""

    def __init__(self, channel: grpc.Channel, calls: Calls) -> None:
        self._calls = calls
        self._stub = InspectionServiceStub(channel)
        self._log = LogServiceStub(channel)

    def plans(self, request: pb.ListPlansRequest | None = None) -> pb.ListPlansResponse:
        """One page of plans."""
        return self._calls.unary(self._stub.ListPlans, request or pb.ListPlansRequest())

    def draws(self, request: pb.ListDrawsRequest | None = None) -> pb.ListDrawsResponse:
        """One page of draws."""
        return self._calls.unary(self._stub.ListDraws, request or pb.ListDrawsRequest())

    def get(self, department: str, number: str, *, leaves_from: int = 0) -> pb.GetDrawResponse:
        """A draw with its statements and a page of leaves, as they come."""
        reference = FileReference(kind=FILE_KIND_DRAW, department=department, number=number)
        return self._calls.unary(
            self._stub.GetDraw, pb.GetDrawRequest(file=reference, leaves_from=leaves_from)
        )

    def shown(self, department: str, number: str, *, log: Log) -> ShownDraw:
        """A draw with everything that proves it. Raises AnswerError where something does not fit, or there is
        no beacon yet."""
        page = first = self.get(department, number)
        leaves, anchors = list(page.leaves), list(page.anchors)
        while not page.HasField("beacon_position"):
            if not page.leaves:
                raise AnswerError("抽取令之后还没有可以取随机数的日志叶, 请稍后再试")
            page = self.get(department, number, leaves_from=page.first_leaf + len(page.leaves))
            leaves += page.leaves
            anchors += page.anchors
        return ShownDraw.of(first, tuple(leaves), anchors, _Evidence(self._calls, self._log, log))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Proofs of one log, all against one checkpoint."""

    calls: Calls
    stub: LogServiceStub
    log: Log

    def shown(self, role: str, statement: FileStatement, within: SignedCheckpoint) -> Shown:
        proven = self.log.inclusion(statement.position, within)
        envelope = statement.statement.envelope
        hashed = statement_hash(envelope.payload_type, envelope.payload)
        if Leaf.decode(proven.leaf).statement_hash != hashed:
            raise AnswerError(
                f"the statement given for {statement.position} is not the one that the log holds"
            )
        return Shown(role, statement.position, statement.statement, proven.leaf, proven.proof)

    def root_at(self, size: int, within: SignedCheckpoint) -> tuple[bytes, tuple[bytes, ...]]:
        """The root of a size, and the proof that the log of the checkpoint begins with it."""
        request = GetConsistencyProofRequest(first=size, second=within.size)
        growth = tuple(self.calls.unary(self.stub.GetConsistencyProof, request).proof)
        asked = GetInclusionProofRequest(position=size - 1, size=size)
        root = self.calls.unary(self.stub.GetInclusionProof, asked).root
        head = within.checkpoint
        with _answered():
            verify_consistency(size, root, head.size, head.root, growth)
        return root, growth

    def range(
        self, leaves: Sequence[bytes], first: int, within: SignedCheckpoint
    ) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """The proofs of the first and the last of leaves that stand in this order in the log."""
        ends = [self.log.inclusion(at, within).proof for at in (first, first + len(leaves) - 1)]
        with _answered():
            hashes = [leaf_hash(leaf) for leaf in leaves]
            verify_range(hashes, first, within.size, (ends[0], ends[1]), within.checkpoint.root)
        return ends[0], ends[1]


@dataclass(frozen=True, slots=True)
class ShownDraw:
    """A draw with the proofs of its statements and leaves."""

    draw: pb.PublishedDraw
    checkpoint: SignedCheckpoint
    statements: tuple[Shown, ...]
    leaves: tuple[bytes, ...]
    range: tuple[tuple[bytes, ...], tuple[bytes, ...]]
    growth: tuple[bytes, ...]
    beacon_root: bytes

    @classmethod
    def of(
        cls,
        first: pb.GetDrawResponse,
        leaves: tuple[bytes, ...],
        anchors: list[FileStatement],
        evidence: _Evidence,
    ) -> ShownDraw:
        """Gathers the proofs."""
        within = evidence.log.checkpoint()
        roles = [
            name for name in ("plan", "objects", "inspectors", "order", "result") if first.HasField(name)
        ]
        shown = [evidence.shown(name, getattr(first, name), within) for name in roles]
        shown += [evidence.shown("key", each, within) for each in first.keys]
        shown += [evidence.shown("anchor", each, within) for each in anchors]
        begin = first.order.position + 1
        ends = evidence.range(leaves, begin, within)
        root, growth = evidence.root_at(begin + len(leaves), within)
        return cls(first.draw, within, tuple(shown), leaves, ends, growth, root)

    @property
    def beacon(self) -> Beacon:
        """What the randomness is. Raises AnswerError if a time anchor is not there."""
        position = self._at("order").position + len(self.leaves)
        if not self.draw.order.time_anchored:
            return Beacon.of_root(position, self.beacon_root)
        anchor = next(each for each in self.statements if each.role == "anchor" and each.position == position)
        return Beacon.of_anchor(position, _said(anchor).time_anchor)

    def drawn(self, files: Files) -> Outcome:
        """Works the draw out. Raises DrawError if a file is not there, or not the one that was committed."""
        order = self.draw.order
        objects, inspectors, pairs = self.rosters(files)
        fixed = Seeding(
            _said(self._at("order")).origin,
            Leaf.decode(self._at("order").leaf).statement_hash,
            objects.committed.root,
            inspectors.committed.root,
            order.recusals.sha256 if order.HasField("recusals") else NO_RECUSALS,
        )
        found = drawn_by(
            seed_of(fixed, self.beacon),
            objects=objects.by_grade,
            inspectors=inspectors.ids,
            recusals=pairs,
            terms=terms_of(order),
        )
        lines = tuple(result_lines(found.assignments))
        return Outcome(
            lines, len(found.assignments), found.failure, self._result(lines, len(found.assignments))
        )

    def rosters(self, files: Files) -> tuple[Objects, Inspectors, Pairs]:
        """Both rosters and the recusals. Raises DrawError."""
        order, plan = self.draw.order, _said(self._at("plan")).supervision.plan
        matter = next((each.matter for each in plan.items if each.number == order.plan_item), "")
        one, other = (_said(self._at(name)).supervision.roster for name in ("objects", "inspectors"))
        objects = read_objects(_lines(files, one.file), matter)
        inspectors = read_inspectors(_lines(files, other.file), matter)
        _require(one, objects.committed.root)
        _require(other, inspectors.committed.root)
        recused = order.HasField("recusals")
        return objects, inspectors, read_recusals(_lines(files, order.recusals)) if recused else {}

    def package(self, files: Files) -> DrawPackage:
        """All of it, to be published. Raises DrawError while there is no result, or if a file is missing."""
        order, result = self.draw.order, self.draw.result
        if not self.draw.HasField("result"):
            raise DrawError("这一抽取还没有登记结果")
        digests = {RESULT: result.result.sha256}
        for name, role in ((OBJECTS, "objects"), (INSPECTORS, "inspectors")):
            digests[name] = _said(self._at(role)).supervision.roster.file.sha256
        if order.HasField("recusals"):
            digests[RECUSALS] = order.recusals.sha256
        for name, digest in digests.items():
            if (source := files(digest)) is None:
                raise DrawError(f"没有{name}(SHA-256 {digest.hex()[:16]}…)")
            source.close()
        return DrawPackage(
            self.checkpoint.note,
            self.statements,
            self.leaves,
            self.range,
            self.growth,
            lambda name: files(digests[name]) if name in digests else None,
        )

    def _result(self, lines: tuple[bytes, ...], drawn: int) -> DrawResult:
        content = b"".join(lines)
        item = EvidenceItem(
            sha256=sha256(content).digest(), size=len(content), media_type="text/csv", title=RESULT_TITLE
        )
        position = self._at("order").position + len(self.leaves)
        return DrawResult(
            file=self.draw.file,
            beacon_position=position,
            beacon_root=self.beacon_root,
            result=item,
            drawn=drawn,
        )

    def _at(self, role: str) -> Shown:
        return next(each for each in self.statements if each.role == role)


def terms_of(order: DrawOrder) -> Terms:
    """What an order fixes for the algorithm."""
    return Terms(order.wanted, order.inspectors_each, {each.grade: each.weight for each in order.weights})


def infeasible(objects: Objects, inspectors: Inspectors, pairs: Pairs, terms: Terms) -> list[str]:
    """Why an order may fail, looked for before it is made."""
    if not objects.by_grade:
        return ["名录中没有适用这一事项的检查对象"]
    ids = (each for of_grade in objects.by_grade.values() for each in of_grade)
    return unstaffed(inspectors.ids, pairs, terms, ids)


@contextmanager
def _answered() -> Iterator[None]:
    """Makes of a proof that does not hold an answer that is wrong."""
    try:
        yield
    except ProofError as fault:
        raise AnswerError(str(fault)) from None


def _said(shown: Shown) -> Statement:
    return Statement.FromString(shown.signed.envelope.payload)


def _lines(files: Files, item: EvidenceItem) -> Iterator[bytes]:
    source = files(item.sha256)
    if source is None:
        raise DrawError(f"没有《{item.title}》的文件(SHA-256 {item.sha256.hex()[:16]}…)")
    with source:
        yield from source


def _require(stated: Roster, root: bytes) -> None:
    if stated.root != root:
        raise DrawError(f"《{stated.title}》的文件与登记的根哈希不符")
