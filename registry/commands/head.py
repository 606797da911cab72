"""The log's head in a second store (`registry.store.head`), so that a second history is never signed.

After each group: statements and signed checkpoint durable in the store, then the checkpoint exchanged in the
second store, then the answer. So at start the second store holds the same checkpoint, or one from before the
last group. Anything else is no accident to go on from:

    second store           log in the store
    same checkpoint        run
    a shorter log          must be the beginning of this one: exchange it, then run
    a longer log           the store was restored from an old backup: refuse
    another root           one of the two was tampered with: refuse
    another log's, none    put in the wrong place, or lost: refuse; an operator who knows that the store is
                           the newest there is adopts it by naming its size

Example: the second store says 120 leaves, the database 100. Statement 100 was answered with a receipt once;
to give its position to another would be a fork that every witness sees.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from registry.commands.state import RegistryState
from registry.provenance.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from registry.provenance.keys import VerifyingKey, load_verifying_key
from registry.provenance.proof import root_at
from registry.store.interface import CheckpointRow, StoreError
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG

logger = logging.getLogger(__name__)


class HeadStore(Protocol):
    """Where the log's signed head is kept a second time."""

    def read(self) -> str | None:
        """The signed checkpoint; None if there has never been one. Raises StoreError."""

    def swap(self, expected: str | None, new: str) -> None:
        """Puts a checkpoint in the place of the one expected there, durably. Raises StoreError with the old
        one in place if it is another, or cannot be written."""

    def close(self) -> None:
        """Lets go of it; another process may have it."""


@dataclass(frozen=True, slots=True)
class StoredLog:
    """The log as its own store has it: size, signed checkpoint, how to open one, its root at a size."""

    size: int
    note: str
    open_note: Callable[[str], Checkpoint]
    root_at: Callable[[int], bytes]


class HeadKeeper:
    """What a sequencer publishes to: exchanges each new checkpoint for the one before in the second store."""

    def __init__(self, head: HeadStore, note: str | None) -> None:
        self._head = head
        self._note = note

    def __call__(self, row: CheckpointRow) -> None:
        """The log is as ``row`` has it now. Raises StoreError if the second store cannot be brought up to it:
        then nobody may be answered. Why is for the operator, in the server's log."""
        try:
            self._head.swap(self._note, row.note)
        except StoreError as error:
            logger.error("second store at size %d: %s", row.size, error)
            raise StoreError("第二存储不能更新, 已停止受理, 请联系运维") from error
        self._note = row.note


def stored_log(state: RegistryState, verifiers: Sequence[VerifyingKey]) -> StoredLog:
    """The log of a state. ``verifiers`` are believed where the log names no keys of its own. Raises
    StoreError if it has no statement yet."""
    if state.head is None:
        raise StoreError("存储没有创世陈述; 请运行 registry init")

    def open_note(note: str) -> Checkpoint:
        logged = [entry for entry in state.registry_keys if entry.purpose == REGISTRY_KEY_PURPOSE_LOG]
        size = Checkpoint.parse(note.partition("\n\n")[0] + "\n").size  # Believed once it is verified.
        keys = [load_verifying_key(k.suite, k.public_key) for k in logged if k.signs_size(size)]
        if logged and not keys:
            raise CheckpointError(f"no log key signs a checkpoint of size {size}")
        return open_checkpoint(note, *(keys or verifiers), origin=state.origin)

    return StoredLog(state.size, state.head.note, open_note, lambda size: root_at(state.tree, size))


def settle_head(head: HeadStore, log: StoredLog) -> None:
    """Brings the second store up to the log. Raises StoreError where the two contradict each other."""
    kept = head.read()
    if kept == log.note:
        return
    if kept is None:
        raise StoreError("第二存储中没有日志头; 如确认存储是最新的, 请运行 registry adopt-head")
    try:
        signed = log.open_note(kept)
    except CheckpointError as error:
        raise StoreError("第二存储中的日志头不是本日志签的检查点; 不能运行") from error
    if signed.size > log.size:
        reason = "存储可能是从旧备份恢复的, 请恢复最新的备份"
        raise StoreError(f"存储只有{log.size}条陈述, 日志头已签到{signed.size}条; {reason}")
    if log.root_at(signed.size) != signed.root:
        raise StoreError(f"存储的前{signed.size}条陈述与已签的日志头不符; 存储或日志头被改动, 不能运行")
    head.swap(kept, log.note)


def adopt_head(head: HeadStore, log: StoredLog, *, size: int) -> None:
    """Puts the log's checkpoint into a second store that has none, on the word of an operator who names its
    size. Raises StoreError if that is not its size, or there is a head already."""
    if size != log.size:
        raise StoreError(f"存储有{log.size}条陈述, 不是{size}条; 没有改动")
    if head.read() is not None:
        raise StoreError("第二存储中已有日志头; 没有改动")
    head.swap(None, log.note)
