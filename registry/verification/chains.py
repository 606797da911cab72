"""What the log holds under a reference, whole (完整的链): every leaf, or proof that there is none.

A chain is shown first to last; each leaf names its subject, its place and the hash of the one before. The map
holds, for a subject's key, how many leaves the chain has and the hash of the last: nothing can be left out at
either end, nor in between. The map's root is in a statement of the registry that is itself a leaf.

* The map's state covers the leaves before ``size``. Leaves from there up to the known position are all shown
  and are the registry's own: no subject can have had one.
* A state that covers more than the known position holds leaves that were not known then. Where a chain goes
  on beyond it, the leaves on both sides show where.

Example: a firm without record. No leaves, and the path of its key ends in another key's leaf: absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.provenance.leaf import NO_PREVIOUS, Leaf, subject_key
from registry.provenance.map_proof import MapProof, MapProofError, verify_absent, verify_present
from registry.provenance.merkle import leaf_hash
from registry.provenance.vault import PERSON_PREFIX, SECRET_BYTES, leaf_subject_key
from registry.v1 import receipt_pb2 as pb
from registry.v1.statement_pb2 import MapState
from registry.verification.report import FailedError, Report
from registry.verification.statements import REGISTRY_REF, Evidence

_OWN_KEY = subject_key(REGISTRY_REF)
_LABELS = {
    "K:": "密钥 ",
    "O:": "人员 ",
    "D:": "部门 ",
    "E:": "目录版本 ",
    PERSON_PREFIX: "自然人 ",
    "L:": "旧代码 ",
}


@dataclass(frozen=True, slots=True)
class ChainLeaf:
    """One leaf of a chain; ``position`` is None where it is not shown, ``later``: it was not known yet at the
    answer's position."""

    leaf: Leaf
    position: int | None
    later: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """Everything under a reference, as known at the answer's position. ``unsettled``: the last leaves may
    have come later than the answer; nothing in the receipt says so or otherwise."""

    ref: str
    leaves: tuple[ChainLeaf, ...]
    unsettled: bool = False

    @property
    def known(self) -> list[ChainLeaf]:
        """The leaves that were known then, as far as is shown."""
        return [each for each in self.leaves if not each.later]


def subject_keys(receipt: pb.Receipt) -> dict[bytes, str]:
    """The references of a receipt's chains by subject key. Raises FailedError."""
    found: dict[bytes, str] = {}
    for each in receipt.chains:
        is_person = each.ref.startswith(PERSON_PREFIX)
        if not each.ref or len(each.secret) != (SECRET_BYTES if is_person else 0):
            raise FailedError("主体链的标识不全, 或密值与其种类不符")
        found[leaf_subject_key(each.ref, each.secret)] = each.ref
    if len(found) != len(receipt.chains) or len(set(found.values())) != len(found):
        raise FailedError("主体链有重复")
    return found


def map_state(receipt: pb.Receipt, evidence: Evidence) -> MapState:
    """The state that the chains' proofs lead to. Raises FailedError."""
    shown = evidence.statements.get(receipt.map_position)
    if shown is None or shown.body != "map_state":
        raise FailedError(f"序号{receipt.map_position}没有出示映射状态")
    if shown.statement.map_state.size > shown.position:
        raise FailedError("映射状态自称覆盖它自己之后的叶子")
    return shown.statement.map_state


def check_chains(receipt: pb.Receipt, evidence: Evidence, position: int, report: Report) -> dict[str, Chain]:
    """The chains of a receipt by reference, complete as known at a position. Raises FailedError."""
    state = map_state(receipt, evidence)
    _check_own_leaves(range(state.size, position + 1), evidence)
    chains = {}
    for message in receipt.chains:
        leaves = _linked(message)
        _check_map(message, leaves, state)
        chains[message.ref] = _placed(message.ref, leaves, evidence, state.size, position)
    _check_none_beside(receipt, evidence, state.size)
    empty = sum(not chain.leaves for chain in chains.values())
    report.passed(
        "chains",
        f"{len(chains)}条链由映射状态(序号{receipt.map_position}, 前{state.size}条)证明完整; {empty}条为空",
    )
    return chains


def _check_none_beside(receipt: pb.Receipt, evidence: Evidence, size: int) -> None:
    """No leaf that is shown may belong to a chain that says it is complete without it."""
    chained = {leaf_hash(encoded) for message in receipt.chains for encoded in message.leaves}
    for hashed, place in evidence.places.items():
        belongs = evidence.leaves[place].subject_key in evidence.refs and place < size
        if belongs != (hashed in chained):
            raise FailedError(f"序号{place}的叶子与其主体的链不符: 映射状态遗漏或早于它")


def label(ref: str) -> str:
    """A reference as it may be shown: of a natural person nothing but the beginning of its keyed hash."""
    word, rest = _LABELS.get(ref[:2], ""), ref[2:]
    if not word:
        return ref
    return word + (rest if ref[:2] in ("O:", "D:") else f"{rest[:12]}…")


def _check_own_leaves(positions: Iterable[int], evidence: Evidence) -> None:
    for position in positions:
        leaf = evidence.leaves.get(position)
        if leaf is None:
            raise FailedError(f"映射状态没有覆盖序号{position}, 也没有出示这条叶子")
        if leaf.subject_key != _OWN_KEY:
            raise FailedError(f"映射状态没有覆盖序号{position}, 而它不是登记系统自己的叶子")


def _linked(message: pb.ChainEvidence) -> Sequence[tuple[bytes, Leaf]]:
    """The leaves of a chain, by hash, each behind the one before. Raises FailedError."""
    key, previous, found = leaf_subject_key(message.ref, message.secret), NO_PREVIOUS, []
    for number, encoded in enumerate(message.leaves):
        try:
            leaf = Leaf.decode(encoded)
        except ValueError:
            raise FailedError(f"{label(message.ref)}的链中有不合格式的叶子") from None
        if (leaf.subject_key, leaf.subject_sequence, leaf.previous) != (key, number, previous):
            raise FailedError(f"{label(message.ref)}的链在第{number + 1}条断开")
        previous = leaf_hash(encoded)
        found.append((previous, leaf))
    return found


def _check_map(message: pb.ChainEvidence, leaves: Sequence[tuple[bytes, Leaf]], state: MapState) -> None:
    key, proof = leaf_subject_key(message.ref, message.secret), MapProof.from_message(message.proof)
    try:
        if leaves:
            verify_present(state.root, key, len(leaves), leaves[-1][0], proof)
        else:
            verify_absent(state.root, key, proof)
    except MapProofError as error:
        raise FailedError(f"{label(message.ref)}: {error}") from None


def _placed(
    ref: str, leaves: Sequence[tuple[bytes, Leaf]], evidence: Evidence, size: int, position: int
) -> Chain:
    """Where the leaves of a chain stand, and which came later than the answer."""
    found, later = list[ChainLeaf](), False
    for hashed, leaf in leaves:
        place = evidence.places.get(hashed)
        later = later or (place is not None and place > position)
        found.append(ChainLeaf(leaf, place, later))
    last = found[-1] if found else None
    # Within the state, a chain whose last leaf has no place shown may have grown after the answer was given.
    unsettled = last is not None and last.position is None and not last.later and size > position + 1
    _check_order([each.position for each in found], ref)
    return Chain(ref, tuple(found), unsettled)


def _check_order(places: Iterable[int | None], ref: str) -> None:
    shown = [place for place in places if place is not None]
    if shown != sorted(shown):
        raise FailedError(f"{label(ref)}的链与叶子的序号不符")


def chain_of(chains: Mapping[str, Chain], ref: str) -> Chain:
    """The chain under a reference. Raises FailedError if the receipt does not show it."""
    chain = chains.get(ref)
    if chain is None:
        raise FailedError(f"没有出示{label(ref)}的链")
    return chain
