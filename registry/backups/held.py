"""Proof that what came back is what was there: checkpoints that others hold, held against a store.

Whoever may write to a backup may write all of it. What he cannot have written is what somebody else kept: a
checkpoint that a witness cosigned, that a follower keeps beside its mirror, that was printed, or that stands
in a receipt. Each says a size and a root, and the log's key signed it; so many leaves of a store, from the
first on, must come to that root.

    checkpoint.note      a signed note, as `registryctl checkpoint` and a follower's directory have it
    receipt.pb           a receipt: the checkpoint in it
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from registry.backups.manifest import BackupError
from registry.commands.state import Log, tree_edge
from registry.commands.submission import verifying_key
from registry.commands.verify.heads import open_signed
from registry.commands.verify.keys import KeyBook
from registry.provenance.checkpoint import CheckpointError
from registry.provenance.proof import HashReader, ProofError, root_at
from registry.provenance.tiles import TileReader
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG
from registry.verification.form import read_receipt
from registry.verification.report import FailedError

MOST_BYTES = 1 << 24
"""Of a file that is to hold a checkpoint or a receipt."""


@dataclass(frozen=True, slots=True)
class Held:
    """A checkpoint that somebody held, by the name of its file: the note."""

    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A held checkpoint that a store agrees with, or that is of ``beyond`` more statements than it has."""

    name: str
    size: int
    root: str
    beyond: int = 0


def held_checkpoints(paths: Iterable[Path]) -> list[Held]:
    """The checkpoints in files, which may be receipts. Raises BackupError."""
    return [Held(str(path), _note_in(path)) for path in paths]


def proofs_of(log: Log, held: Sequence[Held]) -> list[Proof]:
    """Holds checkpoints against a log whose leaves were checked. Raises BackupError if one is not signed by
    the keys that the log names, or is of another history."""
    if not held:
        return []
    head = log.store.checkpoint()
    size = head.size if head else 0
    tree = TileReader(log.store.tile).beside(tree_edge(log.store, size))
    entries = [each for each in log.store.registry_keys() if each.purpose == REGISTRY_KEY_PURPOSE_LOG]
    keys = {each.keyid: verifying_key(each.suite, each.public_key) for each in entries}
    book = KeyBook.read(log)
    found = []
    for each in held:
        try:
            signed = open_signed(each.note, book, keys, log.origin)
        except CheckpointError as error:
            raise BackupError(f"{each.name} 不是本日志签名的检查点: {error}") from error
        if signed.size <= size and _root(tree, signed.size) != signed.root:
            raise BackupError(f"{each.name} 所签的前 {signed.size} 条与恢复的不符: 不是同一历史")
        found.append(Proof(each.name, signed.size, signed.root.hex(), max(0, signed.size - size)))
    return found


def _root(tree: HashReader, size: int) -> bytes | None:
    try:
        return root_at(tree, size)
    except ProofError:
        return None


def _note_in(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise BackupError(f"{path} 不能读取: {error.strerror}") from error
    try:
        return read_receipt(content).checkpoint
    except FailedError:
        pass  # It may be a note.
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if "\n\n— " not in text:
        raise BackupError(f"{path} 既不是检查点, 也不是回执")
    return text
