"""Reading the log: checkpoints, proofs, leaves and tiles for anybody; statements by right.

Whatever is read ends at the last statement that was answered for: what is durable and not yet in the second
store (`registry.commands.head`) is not there for readers either. Leaves are hashes and are everybody's; who
may have the statements behind them is said in `registry.commands.log_statement`.

Example, a log of 300 leaves: the inclusion of leaf 5 in size 200 and the consistency of 200 with 300 can be
had, the inclusion of leaf 300 cannot (POSITION_AHEAD), leaves from 290 on are ten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from registry.access.identity import Caller
from registry.commands.log_statement import OWN_LEAVES, Logged, may_read, signed_statement
from registry.commands.state import RegistryState
from registry.domain.faults import Findings
from registry.errors import RegistryError
from registry.provenance.leaf import Leaf
from registry.provenance.merkle import HASH_BYTES
from registry.provenance.proof import consistency_proof, inclusion_proof, root_at
from registry.provenance.tile_path import WIDTH, TilePath, encode_bundle
from registry.store.interface import StatementRow, StoreError
from registry.v1 import error_reason_pb2 as reasons

MAX_LEAVES = 1024


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed checkpoint and the size it is of."""

    size: int
    note: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That a leaf is in the tree of a size; ``note`` is its checkpoint if no other size was asked for."""

    size: int
    leaf: bytes
    proof: tuple[bytes, ...]
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the tree of one size begins with the tree of another; ``note`` as in `Inclusion`."""

    second: int
    proof: tuple[bytes, ...]
    note: str


class LogReading:
    """Reads the log of a state. ``cosigned`` gives the latest checkpoint that has the cosignatures which are
    required, or None while there is none; without it the latest checkpoint is served as the log signed it."""

    def __init__(self, state: RegistryState, cosigned: Callable[[], Signed | None] | None = None) -> None:
        self._state = state
        self._cosigned = cosigned or self._latest

    def latest(self) -> Signed:
        """The latest checkpoint that is served. Raises RegistryError EVIDENCE_NOT_AVAILABLE."""
        signed = self._cosigned()
        if signed is None:
            message = "还没有带有所需见证签名的检查点, 请稍后重试。"
            raise RegistryError.of(reasons.ERROR_REASON_EVIDENCE_NOT_AVAILABLE, message)
        return signed

    def served_size(self) -> int:
        """Size of the latest checkpoint that is served: where witnesses are required, with their lines."""
        try:
            return self.latest().size
        except RegistryError:
            return 0

    def inclusion(self, position: int, size: int | None) -> Inclusion:
        """Proves a leaf in the tree of a size, by default that of the latest checkpoint."""
        within, note = self._size(size)
        found = Findings()
        self._check_there(found, "size", within)
        if self._check_there(found, "position", position + 1) and position >= within:
            message = f"规模为{within}的树没有序号{position}的叶。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, "position", message)
        _raise(found)
        tree = self._state.tree
        leaf = self._leaves(position, 1)[0]
        return Inclusion(within, leaf, inclusion_proof(tree, position, within), root_at(tree, within), note)

    def consistency(self, first: int, second: int | None) -> Consistency:
        """Proves that the tree of one size begins with that of a smaller one."""
        within, note = self._size(second)
        found = Findings()
        self._check_there(found, "second", within)
        if self._check_there(found, "first", first) and first > within:
            message = f"规模{first}大于规模{within}, 不能是它的开头。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, "first", message)
        _raise(found)
        return Consistency(within, consistency_proof(self._state.tree, first, within), note)

    def leaves(self, first: int, count: int) -> list[bytes]:
        """Leaves from a position on, up to 1,024 (0: that many); fewer at the end of the log."""
        found, size = Findings(), self._state.size
        if count > MAX_LEAVES:
            message = f"一次最多取{MAX_LEAVES}个叶, 这里要{count}个。"
            found.add(reasons.ERROR_REASON_TOO_LARGE, "count", message)
        self._check_there(found, "first", first)
        _raise(found)
        return self._leaves(first, min(count or MAX_LEAVES, size - first))

    def statement(self, position: int, caller: Caller) -> Logged:
        """The statement at a position, if the caller has a right to it. Raises RegistryError NOT_FOUND where
        he has none, CONTENT_ERASED where it was erased by law."""
        found = Findings()
        self._check_there(found, "position", position + 1)
        _raise(found)
        row = self._row(position)
        leaf = Leaf.decode(row.leaf)
        if not may_read(caller, row.department, leaf.type):
            message = "没有这份陈述, 或者本证书无权查看。"
            raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, message, "position")
        if row.erased_by is not None:
            message = f"这份陈述的内容已依法删除, 见序号{row.erased_by}的陈述。"
            raise RegistryError.of(reasons.ERROR_REASON_CONTENT_ERASED, message, "position")
        return Logged(signed_statement(row, self._state.log), leaf.received_ms, row.leaf)

    # --- for everybody, over HTTP (`registry.publication.pages.PublishedLog`)

    def checkpoint(self) -> str | None:
        """The latest checkpoint that is served; None while there is none."""
        signed = self._cosigned()
        return signed.note if signed else None

    def tile(self, path: TilePath) -> bytes | None:
        """A tile of hashes or a bundle of entries; None where the log has not so many."""
        edge = self._state.edge
        if path.first + path.width > edge.size >> 8 * (path.level or 0):
            return None
        if path.level is None:
            return encode_bundle(self._leaves(path.first, path.width))
        partial = edge.partial(path.level, path.number, path.width) if path.width < WIDTH else None
        return partial or self._full_tile(path)[: path.width * HASH_BYTES]

    def public_statement(self, position: int) -> bytes | None:
        """A serialised SignedStatement of the registry's own; None for every other and for none."""
        if position >= self._state.size:
            return None
        row = self._row(position)
        if Leaf.decode(row.leaf).type not in OWN_LEAVES:
            return None
        return signed_statement(row, self._state.log).SerializeToString(deterministic=True)

    # ---

    def _latest(self) -> Signed | None:
        head = self._state.head
        return Signed(head.size, head.note) if head else None

    def _size(self, asked: int | None) -> tuple[int, str]:
        """The size asked for; or that of the latest checkpoint, and the checkpoint."""
        if asked is not None:
            return asked, ""
        latest = self.latest()
        return latest.size, latest.note

    def _check_there(self, found: Findings, field: str, size: int) -> bool:
        """Whether the log has so many statements; notes it where it has not."""
        there = size <= self._state.size
        if not there:
            message = f"日志现有{self._state.size}条, 还没有这里。"
            found.add(reasons.ERROR_REASON_POSITION_AHEAD, field, message)
        return there

    def _leaves(self, first: int, count: int) -> list[bytes]:
        if count == 1:
            return [self._row(first).leaf]
        leaves = [row.leaf for row in islice(self._state.store.statements(first), count)] if count else []
        if len(leaves) != count:
            raise StoreError(f"存储被改动: 序号{first}之后的陈述不全")
        return leaves

    def _row(self, position: int) -> StatementRow:
        row = self._state.store.statement(position)
        if row is None:
            raise StoreError(f"存储被改动: 没有序号{position}的陈述")
        return row

    def _full_tile(self, path: TilePath) -> bytes:
        assert path.level is not None
        hashes = self._state.store.tile(path.level, path.number)
        if hashes is None:
            raise StoreError(f"存储被改动: 没有树的分块 {path}; 请运行 registry rebuild")
        return hashes


def _raise(found: Findings) -> None:
    if found.faults:
        raise RegistryError(found.faults)
