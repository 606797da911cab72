"""The registry's own statements as a follower reads them: bound to their leaf, signed by the log.

What is served must be the payload that the leaf holds the hash of; map states, time anchors and changes of
keys must bear a valid signature of at least one log key of the policy. The foundation is the operator's and
is signed by a key that it names itself: its place in the log is what vouches for it.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError

from registry.provenance.envelope import PAYLOAD_TYPE, SignatureError, pae
from registry.provenance.leaf import Leaf, LeafType, statement_hash
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy
from registry.v1.envelope_pb2 import Envelope, SignedStatement
from registry.v1.statement_pb2 import Statement

OWN_LEAVES = frozenset({LeafType.GENESIS, LeafType.MAP_STATE, LeafType.TIME_ANCHOR, LeafType.KEY_ROTATION})
"""Leaves whose statements are public."""
_BODIES = {
    LeafType.GENESIS: "genesis",
    LeafType.MAP_STATE: "map_state",
    LeafType.TIME_ANCHOR: "time_anchor",
    LeafType.KEY_ROTATION: "registry_key_change",
}


class OwnStatementError(ValueError):
    """The statement is not the one of the leaf, or not the log's; one line says why."""


def read_own(content: bytes, leaf: Leaf, *, origin: str, policy: Policy) -> Statement:
    """The statement behind a leaf, from a serialised SignedStatement. Raises OwnStatementError."""
    try:
        envelope = SignedStatement.FromString(content).envelope
        if envelope.payload_type != PAYLOAD_TYPE:
            raise OwnStatementError(f"内容类型是 {envelope.payload_type!r}")
        if statement_hash(PAYLOAD_TYPE, envelope.payload) != leaf.statement_hash:
            raise OwnStatementError("内容与叶子里的哈希不符")
        statement = Statement.FromString(envelope.payload)
    except DecodeError as error:
        raise OwnStatementError("不是一份陈述") from error
    body = statement.WhichOneof("body")
    if statement.origin != origin or body != _BODIES.get(leaf.type):
        raise OwnStatementError(f"叶子是 {leaf.type.name}, 陈述是 {statement.origin} 的 {body}")
    if leaf.type is not LeafType.GENESIS and not _signed(envelope, _log_keys(policy, origin)):
        raise OwnStatementError("没有日志密钥的有效签名")
    return statement


def _log_keys(policy: Policy, origin: str) -> dict[str, NoteKey]:
    """Keys of the log by keyid."""
    keys = (*(each.key for each in policy.logs), *(each.key for each in policy.required))
    return {key.verifier.keyid: key for key in keys if key.name == origin}


def _signed(envelope: Envelope, keys: dict[str, NoteKey]) -> bool:
    """Whether a log key has signed; a wrong signature in the name of one spoils the others."""
    message, valid = pae(envelope.payload_type, envelope.payload), False
    for signature in envelope.signatures:
        key = keys.get(signature.keyid)
        if key is None:
            continue
        try:
            key.verifier.verify(message, signature.sig)
        except SignatureError:
            return False
        valid = True
    return valid
