"""A statement of the log with what was signed for it, and who may have it.

Everybody may have the registry's own statements, which make the log checkable. A department may have those it
made; registrar and auditor also the acts about departments, officials, keys and editions, whoever made them.
Statements about subjects are for nobody else: what they lead to is asked for with a purpose.

A statement that came in a batch bears no signature: the batch's header does, and a path in its tree leads
from the statement to the root that the header names.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.access.identity import Caller, CallerRole
from registry.commands.intake import open_envelope
from registry.commands.state import Log
from registry.provenance.batch import BatchError, membership
from registry.provenance.leaf import LeafType
from registry.provenance.merkle import HASH_BYTES
from registry.store.interface import StatementRow, StoreError
from registry.v1.envelope_pb2 import Envelope, SignedStatement

OWN_LEAVES = frozenset({LeafType.GENESIS, LeafType.MAP_STATE, LeafType.TIME_ANCHOR, LeafType.KEY_ROTATION})
"""Statements of the registry's own: public."""
GOVERNING_LEAVES = frozenset(
    {LeafType.KEY_REGISTER, LeafType.KEY_REVOKE, LeafType.EDITION, LeafType.DIRECTORY}
)
"""Acts about departments, officials, keys and editions."""
_OVERSEEING = (CallerRole.REGISTRAR, CallerRole.AUDITOR)


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement with what was signed for it, and its leaf."""

    statement: SignedStatement
    received_ms: int
    leaf: bytes


def may_read(caller: Caller, department: str, kind: LeafType) -> bool:
    """Whether a caller may have a statement that a department made, by the type of its leaf."""
    if kind in OWN_LEAVES:
        return True
    if caller.role in _OVERSEEING and kind in GOVERNING_LEAVES:
        return True
    return caller.role in (CallerRole.DEPARTMENT, CallerRole.REGISTRAR) and caller.name == department


def signed_statement(row: StatementRow, log: Log) -> SignedStatement:
    """A statement with what its department signed for it: itself, or the batch that it is one of."""
    envelope = open_envelope(row, log)
    if row.batch is None or row.batch_index is None:
        return SignedStatement(envelope=envelope)
    batch = log.store.batches([row.batch]).get(row.batch)
    if batch is None:
        raise StoreError(f"存储被改动: 没有序号{row.position}的陈述所属的批次")
    leaves = [batch.leaves[at : at + HASH_BYTES] for at in range(0, len(batch.leaves), HASH_BYTES)]
    try:
        proof = membership(Envelope.FromString(batch.header), leaves, row.batch_index)
    except BatchError as error:
        raise StoreError(f"存储被改动: 序号{row.position}的陈述所属的批次与其签名不符") from error
    return SignedStatement(envelope=envelope, batch=proof)
