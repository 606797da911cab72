"""Sees that a copy which is about to take its place is what the backup says, and what others held.

Where it is to be read only, it is marked so once it was checked, and no server takes it
(`registry.backups.past`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry.backups.checking import checked_copy
from registry.backups.held import Held, Proof
from registry.backups.manifest import BackupError
from registry.backups.past import Past, Until, make_past, mark_to_read
from registry.backups.placing import copy_file
from registry.backups.refolding import compared_with_fold
from registry.location import Location
from registry.provenance.vault import Vault


@dataclass(slots=True)
class CopyCheck:
    """``second`` is the head that a copy must agree with, ``expected`` its size and root. ``folding`` is a
    directory in which the log is folded anew, to compare what follows from it (None: it is not compared).
    ``to_read`` says up to where the registry stood, in a store that is to be read only.

    ``proofs``, ``past`` and ``rows`` (compared with the fold) are what was seen."""

    master: bytes
    second: str | None
    held: Sequence[Held]
    expected: tuple[int, str]
    progress: Callable[[int, int], None]
    folding: Path | None = None
    to_read: str = ""
    proofs: list[Proof] = field(default_factory=list)
    past: Past | None = None
    rows: int = 0

    def cut(self, source: Path, scratch: Path, until: Until) -> Path:
        """The store of an earlier moment, once all of it was checked. Raises BackupError, StoreError."""
        copy = scratch / "whole.db"
        copy_file(source, copy)
        self(copy)
        self.second = None
        past = make_past(copy, scratch / "past.db", Vault(self.master), until, self.held)
        self.past, self.expected = past, (past.size, past.root)
        return scratch / "past.db"

    def __call__(self, where: Location) -> None:
        """Checks a copy in a file, and marks it. Raises BackupError, StoreError, VaultError."""
        checked = checked_copy(where, self.master, second=self.second, held=self.held, progress=self.progress)
        if (checked.size, checked.root) != self.expected:
            raise BackupError("存储的条数或树根与备份所记的不同")
        if self.past is None:  # Held against the whole, which has the most to say.
            self.proofs = list(checked.proofs)
        if self.folding:
            self.rows = compared_with_fold(where, self.master, self.folding, progress=self.progress)
        if self.to_read:
            mark_to_read(Path(where), self.to_read)
