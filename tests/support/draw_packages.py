"""Draw packages over a log made here, honest or not: nobody's admission stands between a lie and its check.

    log = MadeLog()
    log.draw()                                   # keys, rosters, plan, order, beacon, result
    package = log.package()
    report = check_draw(package, trusting(log.vkey))

What a liar changes are ``files``, the result before it is stated (``lie``), which leaf he names
(``beacon``), of which root he has a stamp (``stamped_root``), or parts of the package afterwards
(``dataclasses.replace``).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, Any

from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.draw import Beacon, Drawn, Seeding, Terms, drawn_by, seed_of
from registry.provenance.draw.lists import Assignment, read_recusals, recusal_lines, result_lines
from registry.provenance.draw.rosters import read_inspectors, read_objects, written
from registry.provenance.draw.rows import INSPECTORS as INSPECTOR_COLUMNS
from registry.provenance.draw.rows import OBJECTS as OBJECT_COLUMNS
from registry.provenance.draw.seed import NO_RECUSALS
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import Leaf, LeafType, statement_hash
from registry.provenance.merkle import leaf_hash
from registry.provenance.note import NoteKey
from registry.provenance.proof import HashTree, consistency_proof, inclusion_proof, root_at
from registry.provenance.verifying_key import load_verifying_key
from registry.v1 import supervision_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519, Envelope, SignedStatement
from registry.v1.statement_pb2 import KeyEnrolment, MapState, Statement, TimeAnchor
from registry_client.supervision.draw_package import (
    INSPECTORS,
    OBJECTS,
    RECUSALS,
    RESULT,
    DrawPackage,
    Shown,
)
from tests.support.draws import file_of, inspector_rows, listed, object_rows, order, plan, roster
from tests.support.matters import MARKET
from tests.support.stamps import PlainAuthority

ORIGIN = "credit.example/draws"
RECUSED = ("SC-01", "SC-02", "SC-03")


@dataclass(slots=True)
class MadeLog:
    """A log of a few leaves with a draw in it."""

    objects: int = 30
    inspectors: int = 8
    anchored: bool = False
    lie: Callable[[list[Assignment]], list[Assignment]] = list
    beacon: str = "first"
    stamped_root: bytes = b""
    signer: FileSigner = field(default_factory=lambda: FileSigner.generate(SUITE_ED25519))
    official: FileSigner = field(default_factory=lambda: FileSigner.generate(SUITE_ED25519))
    authority: PlainAuthority = field(default_factory=PlainAuthority)
    leaves: list[bytes] = field(default_factory=list)
    shown: list[tuple[str, int, Envelope]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)

    @property
    def vkey(self) -> str:
        """The log's verifier key."""
        return NoteKey.of(ORIGIN, load_verifying_key(SUITE_ED25519, self.signer.public_key)).vkey

    @property
    def tree(self) -> HashTree:
        """The tree over the leaves so far."""
        return HashTree(map(leaf_hash, self.leaves))

    def draw(self) -> None:
        """Everything from the key to the result, and a leaf after it."""
        enrolment = KeyEnrolment(
            department=MARKET, official_id="S-1", suite=SUITE_ED25519, public_key=self.official.public_key
        )
        self._add("key", LeafType.KEY_REGISTER, Statement(key_enrolment=enrolment))
        self._rosters()
        self.at["before"] = self._own()
        told = order("CQ-1", wanted=6, time_anchored=self.anchored)
        told.recusals.CopyFrom(listed([self.files[RECUSALS]], "回避名单"))
        self._act("order", draw_order=told)
        self._filler()
        self.at["first"] = self._own()
        self._filler()
        self.at["later"] = self._own()
        self._act("result", draw_result=self.result(told))
        self._filler()

    def result(self, told: pb.DrawOrder) -> pb.DrawResult:
        """What the department states: drawn honestly from the leaf that it names, then changed by the lie."""
        position = self.at[self.beacon]
        root = root_at(self.tree, position + 1)
        found = self.drawn(told, self._seed_at(position, root))
        self.files[RESULT] = b"".join(result_lines(self.lie(list(found.assignments))))
        return pb.DrawResult(
            file=file_of(pb.FILE_KIND_DRAW, "CQ-1"),
            beacon_position=position,
            beacon_root=root,
            result=listed([self.files[RESULT]], "抽取结果"),
            drawn=len(self.lie(list(found.assignments))),
        )

    def drawn(self, told: pb.DrawOrder, beacon: Beacon) -> Drawn:
        """The draw from a beacon."""
        objects = read_objects(io.BytesIO(self.files[OBJECTS]), "SP-1")
        inspectors = read_inspectors(io.BytesIO(self.files[INSPECTORS]), "SP-1")
        fixed = Seeding(
            ORIGIN,
            Leaf.decode(self.leaves[self.at["order"]]).statement_hash,
            objects.committed.root,
            inspectors.committed.root,
            told.recusals.sha256 if told.HasField("recusals") else NO_RECUSALS,
        )
        return drawn_by(
            seed_of(fixed, beacon),
            objects=objects.by_grade,
            inspectors=inspectors.ids,
            recusals=read_recusals(io.BytesIO(self.files[RECUSALS])),
            terms=Terms(
                told.wanted, told.inspectors_each, {each.grade: each.weight for each in told.weights}
            ),
        )

    def package(self, *, until: str = "") -> DrawPackage:
        """The package: leaves up to the beacon that the result names, or another."""
        tree, size = self.tree, len(self.leaves)
        first, last = self.at["order"] + 1, max(self.at[until or self.beacon], self.at["order"] + 1)
        note = sign_checkpoint(Checkpoint(ORIGIN, size, root_at(tree, size)), self.signer)
        statements = [
            Shown(
                role, at, SignedStatement(envelope=envelope), self.leaves[at], inclusion_proof(tree, at, size)
            )
            for role, at, envelope in self.shown
            if role not in ("own", "filler") and (role != "anchor" or first <= at <= last)
        ]
        ends = (inclusion_proof(tree, first, size), inclusion_proof(tree, last, size))
        growth = consistency_proof(tree, self.at[self.beacon] + 1, size)
        leaves = tuple(self.leaves[first : last + 1])
        return DrawPackage(note, tuple(statements), leaves, ends, growth, self.opened)

    def opened(self, name: str) -> IO[bytes] | None:
        """A file of the package."""
        return io.BytesIO(self.files[name]) if name in self.files else None

    def _rosters(self) -> None:
        rows = object_rows(self.objects)
        one, other = (
            written(OBJECT_COLUMNS, rows),
            written(INSPECTOR_COLUMNS, inspector_rows(self.inspectors)),
        )
        self.files[OBJECTS], self.files[INSPECTORS] = b"".join(one), b"".join(other)
        pairs = [(cells[0], official) for cells in rows for official in RECUSED]
        self.files[RECUSALS] = b"".join(recusal_lines(pairs))
        for role, name, number, kind in (
            ("objects", OBJECTS, "M-1", pb.ROSTER_KIND_OBJECTS),
            ("inspectors", INSPECTORS, "R-1", pb.ROSTER_KIND_INSPECTORS),
        ):
            lines = io.BytesIO(self.files[name]).readlines()
            self._act(role, roster=roster(number, kind, lines))
        self._act("plan", plan=plan())

    def _seed_at(self, position: int, root: bytes) -> Beacon:
        if not self.anchored:
            return Beacon.of_root(position, root)
        envelope = next(each for _, at, each in self.shown if at == position)
        return Beacon.of_anchor(position, Statement.FromString(envelope.payload).time_anchor)

    def _act(self, role: str, **act: Any) -> None:
        self._add(role, LeafType.SUPERVISION, Statement(supervision=pb.Supervision(**act)))

    def _own(self) -> int:
        size = len(self.leaves)
        if not self.anchored:
            return self._add("own", LeafType.MAP_STATE, Statement(map_state=MapState(size=size)))
        root = self.stamped_root or root_at(self.tree, size)
        token = self.authority.token(Checkpoint(ORIGIN, size, root).text(), 1_795_000_000_000 + size)
        anchor = TimeAnchor(size=size, root=root, token=token)
        return self._add("anchor", LeafType.TIME_ANCHOR, Statement(time_anchor=anchor))

    def _filler(self) -> None:
        for _ in range(3):
            self._add("filler", LeafType.DELIVERY, Statement())

    def _add(self, role: str, kind: LeafType, statement: Statement) -> int:
        position = len(self.leaves)
        statement.origin, statement.department = ORIGIN, MARKET
        statement.statement_id, statement.nonce = f"S-{position}", position.to_bytes(16, "big")
        envelope = sign_envelope(statement.SerializeToString(), self.official)
        hashed = statement_hash(envelope.payload_type, envelope.payload)
        leaf = Leaf(
            kind, 1_795_000_000_000 + position, sha256(role.encode()).digest(), 0, bytes(32), hashed, 0
        )
        self.leaves.append(leaf.encode())
        self.shown.append((role, position, envelope))
        self.at.setdefault(role, position)
        return position
