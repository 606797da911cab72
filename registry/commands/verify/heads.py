"""Signed heads of the log held against the tree that its leaves come to.

* the checkpoint in the store: signed by every log key of its size, of this size and root, with the edge of
  the tree and the time of the last leaf beside it;
* the one in the second store: signed likewise, of the same log at the same size or an earlier one;
* one that an earlier check saved: from there on signatures were verified, so it must be of this log;
* the checkpoints that time anchors are over.

The log's keys are those that the log itself names; that the log is the one which was meant, the configured
keys say, which must be among them.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import DecodeError

from registry.commands.intake import open_envelope
from registry.commands.state import AS_OF, Log
from registry.commands.submission import verifying_key
from registry.commands.verify.keys import KeyBook
from registry.provenance.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from registry.provenance.keys import VerifyingKey
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.note import split_note
from registry.provenance.proof import HashReader, ProofError, root_at
from registry.provenance.tiles import TileEdge, TileReader
from registry.sanctions.admission.own import check_own
from registry.v1.statement_pb2 import Statement


class Heads:
    """The log's tree, and what is signed of it."""

    def __init__(self, log: Log, book: KeyBook, edge: TileEdge, configured: Sequence[VerifyingKey]) -> None:
        self._log = log
        self._book = book
        self._edge = edge
        self._configured = {key.keyid: key for key in configured}
        self._tree = TileReader(log.store.tile).beside(edge)

    def store_faults(self, received_ms: int) -> list[str]:
        """What is wrong with the checkpoint in the store, and what is kept beside it."""
        head = self._log.store.checkpoint()
        if head is None:
            return ["没有检查点"]
        try:
            signed = self._stored(head.note)
        except CheckpointError as error:
            return [f"检查点: {error}"]
        edge, faults = self._edge, []
        if (signed.size, signed.root) != (edge.size, edge.root()):
            faults.append(f"检查点签的是{signed.size}条, 日志有{edge.size}条, 或根不同")
        kept = (head.size, head.frontier, head.last_received_ms)
        if kept != (edge.size, frontier_bytes(self._tree, edge.size), received_ms):
            faults.append("检查点旁所存的树的边缘、条数或接收时间与日志不符")
        return faults

    def _stored(self, note: str) -> Checkpoint:
        """The checkpoint in the store, which a store that was made to be read has without a signature. Raises
        CheckpointError."""
        text, _, lines = note.partition("\n\n")
        if not lines and self._log.store.meta().get(AS_OF):
            return Checkpoint.parse(text + "\n")
        return open_signed(note, self._book, self._configured, self._log.origin)

    def other_faults(self, note: str, name: str) -> list[str]:
        """What is wrong with a checkpoint that is kept elsewhere, under a name."""
        try:
            signed = open_signed(note, self._book, self._configured, self._log.origin)
        except CheckpointError as error:
            return [f"{name}: {error}"]
        if signed.size > self._edge.size:
            return [f"{name}已签到{signed.size}条, 日志只有{self._edge.size}条"]
        if self._root(signed.size) != signed.root:
            return [f"{name}签的前{signed.size}条与日志不符"]
        return []

    def anchor_faults(self) -> list[str]:
        """What is wrong with the time anchors: that they are over checkpoints which were."""
        faults = []
        for row in self._log.store.statements_under("R:"):
            try:
                if Leaf.decode(row.leaf).type is not LeafType.TIME_ANCHOR:
                    continue
                statement = Statement.FromString(open_envelope(row, self._log).payload)
                found = check_own(statement, origin=self._log.origin, tree=self._tree, size=row.position)
            except (DecodeError, ValueError):
                continue  # Told of with its statement, or with the tiles.
            faults += [f"序号{row.position}: {fault.message}" for fault in found]
        return faults

    def _root(self, size: int) -> bytes | None:
        try:
            return root_at(self._tree, size)
        except ProofError:  # A tile is missing, which is told by itself.
            return None


def open_signed(note: str, book: KeyBook, configured: dict[str, VerifyingKey], origin: str) -> Checkpoint:
    """The checkpoint in a note, once every log key of its size has signed it. Raises CheckpointError."""
    try:
        size = Checkpoint.parse(split_note(note)[0]).size
    except ValueError as error:
        raise CheckpointError(str(error)) from None
    entries = book.log_keys_of(size)
    keys = [verifying_key(entry.suite, entry.public_key) for entry in entries] or list(configured.values())
    if not keys or not any(key.keyid in configured for key in keys):
        raise CheckpointError("日志所载的日志密钥不是配置的密钥")
    return open_checkpoint(note, *keys, origin=origin)


def frontier_bytes(tree: HashReader, size: int) -> bytes:
    """A frontier as it is stored (`registry.provenance.merkle`), out of the tree's complete subtrees; empty
    if one is missing."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    try:
        peaks = [tree.subtree(level, (size >> level) - 1) for level in levels]
    except ProofError:
        return b""
    return size.to_bytes(8, "big") + b"".join(peaks)
