"""The log's own checkpoint in the place of the one that a fold left, and checkpoints that others hold.

A fold signs with whatever key it was given. What it came to is believed for another reason: its size and root
are those of a checkpoint that the log's keys signed, and everything before follows from the root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registry.commands.head import StoredLog, stored_log
from registry.commands.state import RegistryState
from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.keys import VerifyingKey
from registry.provenance.proof import ProofError
from registry.store.interface import Group, StoreError


def adopt_checkpoint(state: RegistryState, note: str, verifiers: Sequence[VerifyingKey] = ()) -> Checkpoint:
    """Records the log's signed checkpoint of exactly this size and root. Raises StoreError for another."""
    log = stored_log(state, verifiers)
    try:
        signed = log.open_note(note)
    except CheckpointError as error:
        raise StoreError("检查点不是本日志的密钥签的") from error
    if (signed.size, signed.root) != (log.size, log.root_at(log.size)):
        raise StoreError(f"折叠所得的 {log.size} 条陈述的树根与签名的检查点 ({signed.size} 条) 不符")
    assert state.head is not None
    state.store.commit(Group(checkpoint=replace(state.head, note=note)))
    return signed


def held_fault(log: StoredLog, note: str) -> tuple[Checkpoint | None, str]:
    """A checkpoint that somebody held, and what is wrong with it or with the log by it; empty if nothing."""
    try:
        signed = log.open_note(note)
    except CheckpointError:
        return None, "不是本日志的密钥签的检查点"
    if signed.size > log.size:
        return signed, f"已签到 {signed.size} 条, 这里只有 {log.size} 条"
    try:
        agrees = log.root_at(signed.size) == signed.root
    except ProofError:
        agrees = False
    return signed, "" if agrees else f"所签的前 {signed.size} 条与这里的不符"
