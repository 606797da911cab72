"""That the map with a root holds an entry, or holds nothing under a key.

A proof is the way of the key from the root downward: the hash beside each step, and what stands at the end.

    present   the key's own leaf stands there; the verifier has it already
    absent    nothing stands there, or the leaf of another key (``other``) that begins with the same bits.
              A subtree of one key is that key's leaf, so nothing else lies below.

Both cannot hold of one root: each place of a tree is one thing, empty, a leaf or a node, and none hashes
like another (00, 01, and no known input gives zeros). Example, the tree of `map_entry`: that 40… is
present is (c, a); that 80… is absent is (node(a, b)) with c as the other leaf.

Checked strictly. No step has an empty sibling where the end is one leaf or nothing, since the place above
would be that end itself; an empty end has a subtree of several keys beside it, so it is not at depth 256.
On the wire a proof is the message ``MapProof`` of receipt.proto.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.provenance.map_entry import EMPTY, KEY_BITS, KEY_BYTES, MAX_COUNT, MapEntry, bit, entry_hash
from registry.provenance.merkle import HASH_BYTES, node_hash
from registry.v1 import receipt_pb2


class MapProofError(ValueError):
    """The proof does not show what it is to show; one line says where it fails."""


@dataclass(frozen=True, slots=True)
class MapProof:
    """Siblings from the root downward, and the other key's leaf at the end, if that is what stands there."""

    siblings: tuple[bytes, ...]
    other: MapEntry | None = None

    @classmethod
    def from_message(cls, message: receipt_pb2.MapProof) -> MapProof:
        """The proof as it travelled; whether it holds, only a check says."""
        other = message.other if message.HasField("other") else None
        entry = MapEntry(other.key, other.count, other.head) if other else None
        return cls(tuple(message.siblings), entry)

    def to_message(self) -> receipt_pb2.MapProof:
        """The proof as it travels."""
        other = _leaf_message(self.other) if self.other else None
        return receipt_pb2.MapProof(siblings=self.siblings, other=other)


def verify_present(root: bytes, key: bytes, count: int, head: bytes, proof: MapProof) -> None:
    """That the map holds exactly this under the key. Raises MapProofError."""
    if proof.other is not None:
        raise MapProofError("映射证明末端是另一主体的叶子, 不能证明本主体有记录")
    entry = MapEntry(key, count, head)
    _check_entry(entry)
    _check_root(root, key, entry_hash(entry), proof.siblings, KEY_BITS)


def verify_absent(root: bytes, key: bytes, proof: MapProof) -> None:
    """That the map holds nothing under the key. Raises MapProofError."""
    other, depth = proof.other, len(proof.siblings)
    if len(key) != KEY_BYTES:
        raise MapProofError(f"映射的键应为{KEY_BYTES}字节, 这里是{len(key)}字节")
    if other is None:
        _check_root(root, key, EMPTY, proof.siblings, KEY_BITS - 1)
        return
    _check_entry(other)
    if other.key == key:
        raise MapProofError("映射证明末端是本主体自己的叶子, 不能证明没有记录")
    if _shared_bits(key, other.key) < depth:
        raise MapProofError("映射证明末端的叶子不在本主体的路径上")
    _check_root(root, key, entry_hash(other), proof.siblings, KEY_BITS)


def _leaf_message(entry: MapEntry) -> receipt_pb2.MapLeaf:
    return receipt_pb2.MapLeaf(key=entry.key, count=entry.count, head=entry.head)


def _check_entry(entry: MapEntry) -> None:
    if len(entry.key) != KEY_BYTES or len(entry.head) != HASH_BYTES:
        raise MapProofError(f"映射叶子的键和链头应各为{KEY_BYTES}字节")
    if not 0 < entry.count <= MAX_COUNT:
        raise MapProofError(f"映射叶子的条数 {entry.count} 不在 1 至 2^64-1 之间")


def _check_root(root: bytes, key: bytes, end: bytes, siblings: tuple[bytes, ...], deepest: int) -> None:
    """Climbs from the end to the root."""
    if len(siblings) > deepest:
        raise MapProofError(f"映射证明有{len(siblings)}步, 最多{deepest}步")
    if any(len(sibling) != HASH_BYTES for sibling in siblings):
        raise MapProofError(f"映射证明的每一步应为{HASH_BYTES}字节")
    if siblings and siblings[-1] == EMPTY:
        raise MapProofError("映射证明的最后一步是空的: 路径长于应有")
    node = end
    for depth in range(len(siblings) - 1, -1, -1):
        sibling = siblings[depth]
        node = node_hash(sibling, node) if bit(key, depth) else node_hash(node, sibling)
    if node != root:
        raise MapProofError("映射证明算出的根与映射状态的根不同")


def _shared_bits(one: bytes, other: bytes) -> int:
    return KEY_BITS - (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_length()
