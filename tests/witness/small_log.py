"""A log of any length in memory, signed as a C2SP log signs, and its twin that parted from it.

log = SmallLog()
log.grow(7)
note = log.note()            # of seven leaves
twin = log.fork(5)           # the same first five, then others
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import HashTree, consistency_proof, root_at
from registry.provenance.vkey import NoteKey
from registry.v1.envelope_pb2 import SUITE_ED25519

ORIGIN = "registry.example/log"


@dataclass(slots=True)
class SmallLog:
    """Leaves by what they say, and the keys that sign."""

    origin: str = ORIGIN
    signers: tuple[FileSigner, ...] = field(default_factory=lambda: (FileSigner.generate(SUITE_ED25519),))
    leaves: list[bytes] = field(default_factory=list)
    tree: HashTree = field(default_factory=HashTree)

    def grow(self, size: int, word: str = "leaf") -> None:
        """Adds leaves up to a size."""
        while len(self.leaves) < size:
            self.leaves.append(f"{word} {len(self.leaves)}".encode())
            self.tree.append(leaf_hash(self.leaves[-1]))

    def fork(self, size: int) -> SmallLog:
        """Another log of the same name and keys, with the same first leaves, and others up to this length."""
        twin = SmallLog(self.origin, self.signers)
        for leaf in self.leaves[:size]:
            twin.leaves.append(leaf)
            twin.tree.append(leaf_hash(leaf))
        twin.grow(len(self.leaves), "other")
        return twin

    def keys(self) -> list[NoteKey]:
        """The log's keys, as a witness knows them."""
        return [
            NoteKey.of(self.origin, load_verifying_key(each.suite, each.public_key)) for each in self.signers
        ]

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        """Size and root."""
        at = len(self.leaves) if size is None else size
        return Checkpoint(self.origin, at, root_at(self.tree, at))

    def note(self, size: int | None = None) -> str:
        """The signed checkpoint."""
        return sign_checkpoint(self.checkpoint(size), *self.signers)

    def prove(self, old: int, new: int) -> Sequence[bytes]:
        """A consistency proof."""
        return consistency_proof(self.tree, old, new)
