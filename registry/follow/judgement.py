"""Whether a checkpoint continues all that a follower has seen of a log.

    smaller than the last        SHRUNK; FORK if its root is not the one that the log had at that size
    as large                     FORK if the root is another
    larger                       TILES if the tiles do not give its root, FORK if its tree does not begin with
                                 the last one's

Both checkpoints are the evidence: signed by the log, they convict it without the follower's word. Where the
tree at hand shows it, the root that it has at the other's size is put beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from registry.follow.alarms import AlarmKind
from registry.follow.tree import AuthenticTree
from registry.provenance.base64_text import encode_base64
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.merkle import EMPTY_ROOT
from registry.provenance.proof import ProofError, consistency_proof, root_at, verify_consistency


@dataclass(frozen=True, slots=True)
class Verdict:
    """What speaks against a checkpoint, and further evidence."""

    kind: AlarmKind
    text: str
    evidence: dict[str, str] = field(default_factory=dict)


def judge_smaller(
    offered: Checkpoint, seen: Checkpoint, seen_tree: Callable[[], AuthenticTree | None]
) -> Verdict | None:
    """A checkpoint that is not larger than the last; ``seen_tree`` gives that one's, where it is at hand."""
    if offered.origin != seen.origin:
        return Verdict(AlarmKind.FORK, f"检查点属于日志 {offered.origin}, 此前是 {seen.origin}")
    if offered.size == seen.size:
        if offered.root == seen.root:
            return None
        return Verdict(AlarmKind.FORK, f"大小 {offered.size} 有两个签名的根")
    tree = seen_tree()
    had = root_at(tree.reader, offered.size) if tree else offered.root
    if had != offered.root:
        text = f"大小 {offered.size} 的检查点不是大小 {seen.size} 的开头"
        return Verdict(AlarmKind.FORK, text, {"computed-root": encode_base64(had)})
    return Verdict(AlarmKind.SHRUNK, f"日志从 {seen.size} 条变为 {offered.size} 条")


def judge_larger(offered: Checkpoint, seen: Checkpoint | None, tree: AuthenticTree) -> Verdict | None:
    """A checkpoint that is larger than the last, or the first of all; ``tree`` is its own."""
    size, root = (seen.size, seen.root) if seen else (0, EMPTY_ROOT)
    if seen and offered.origin != seen.origin:
        return Verdict(AlarmKind.FORK, f"检查点属于日志 {offered.origin}, 此前是 {seen.origin}")
    proof = consistency_proof(tree.reader, size, offered.size)
    try:
        verify_consistency(size, root, offered.size, offered.root, proof)
    except ProofError:
        text = f"大小 {offered.size} 的检查点不是大小 {size} 的延续"
        evidence = {
            "computed-root": encode_base64(root_at(tree.reader, size)),
            "consistency-proof": "".join(f"{encode_base64(each)}\n" for each in proof),
        }
        return Verdict(AlarmKind.FORK, text, evidence)
    return None
