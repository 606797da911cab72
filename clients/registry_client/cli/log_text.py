"""Checkpoints, leaves and statements of the log as ``registryctl log`` prints them.

A leaf is shown by its fields (`registry.provenance.leaf`); hashes are shortened in tables, whole elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from registry.provenance.base64_text import encode_base64
from registry.provenance.leaf import Leaf, LeafType
from registry_client.cli.output import china_time, print_facts, print_json
from registry_client.errors import AnswerError
from registry_client.log import LoggedStatement, ProvenLeaf, SignedCheckpoint

_KINDS = {
    LeafType.EVENT: "主体陈述",
    LeafType.EVENT_IN_BATCH: "主体陈述（批）",
    LeafType.KEY_REGISTER: "登记密钥",
    LeafType.KEY_REVOKE: "撤销密钥",
    LeafType.EDITION: "目录版本",
    LeafType.MAP_STATE: "映射状态",
    LeafType.TIME_ANCHOR: "时间锚",
    LeafType.KEY_ROTATION: "日志密钥变更",
    LeafType.GENESIS: "创世",
    LeafType.DIRECTORY: "部门、人员",
    LeafType.DELIVERY: "名单报送",
}
_HASH_SHOWN = 12


def print_checkpoint(latest: SignedCheckpoint, as_json: bool) -> None:
    """One checkpoint, for people or for machines."""
    if as_json:
        print_json(checkpoint_json(latest))
    else:
        print_facts(checkpoint_facts(latest))


def checkpoint_json(latest: SignedCheckpoint) -> dict[str, Any]:
    """A checkpoint as an object."""
    root = latest.checkpoint.root.hex()
    known = {"origin": latest.checkpoint.origin, "size": latest.size, "root": root}
    return known | {"verified": latest.verified, "checkpoint": latest.note}


def checkpoint_facts(latest: SignedCheckpoint) -> list[tuple[str, str]]:
    """A checkpoint as labels and texts."""
    return [
        ("日志", latest.checkpoint.origin),
        ("条数", str(latest.size)),
        ("根", encode_base64(latest.checkpoint.root)),
        ("签名", standing(latest)),
    ]


def standing(latest: SignedCheckpoint) -> str:
    """Whether its signatures were verified."""
    return "已核验" if latest.verified else "未核验"


def leaf_json(proven: ProvenLeaf) -> dict[str, Any]:
    """A leaf with its proof as an object."""
    return {
        "position": proven.position,
        "size": proven.checkpoint.size,
        "leaf": proven.leaf.hex(),
        "proof": [each.hex() for each in proven.proof],
        "verified": proven.checkpoint.verified,
    }


def leaf_facts(position: int, encoded: bytes) -> list[tuple[str, str]]:
    """Every field of a leaf. AnswerError if it is of a kind that this program does not know."""
    leaf = _decoded(encoded)
    return [
        ("序号", str(position)),
        ("种类", _KINDS[leaf.type]),
        ("收到时间", _time(leaf)),
        ("主体键", leaf.subject_key.hex()),
        ("第几", str(leaf.subject_sequence + 1)),
        ("陈述哈希", leaf.statement_hash.hex()),
        ("密钥登记于", str(leaf.key_position)),
    ]


def statement_facts(found: LoggedStatement) -> list[tuple[str, str]]:
    """A statement: its leaf, who made it, what kind it is and by which keys it is signed."""
    stated, signed = found.statement, found.signed
    signatures = signed.batch.header.signatures if signed.HasField("batch") else signed.envelope.signatures
    return [
        *leaf_facts(found.leaf.position, found.leaf.leaf),
        ("部门", stated.department),
        ("陈述编号", stated.statement_id),
        ("内容", stated.WhichOneof("body") or ""),
        ("签名密钥", "、".join(each.keyid[:16] for each in signatures)),
    ]


def leaf_row(position: int, encoded: bytes) -> tuple[str, ...]:
    """A leaf in a table. AnswerError as in `leaf_facts`."""
    leaf = _decoded(encoded)
    return (
        str(position),
        _KINDS[leaf.type],
        _time(leaf),
        leaf.subject_key.hex()[:_HASH_SHOWN],
        str(leaf.subject_sequence + 1),
        leaf.statement_hash.hex()[:_HASH_SHOWN],
    )


def _decoded(encoded: bytes) -> Leaf:
    try:
        return Leaf.decode(encoded)
    except ValueError as fault:
        raise AnswerError(f"the leaf cannot be read: {fault}") from None


def _time(leaf: Leaf) -> str:
    return china_time(datetime.fromtimestamp(leaf.received_ms / 1000, UTC))
