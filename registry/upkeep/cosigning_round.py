"""One checkpoint being cosigned: who has signed it, who has failed to, whether that is enough.

All witnesses are asked about the same checkpoint until the quorum has signed it, however fast the log grows:
two slow ones that each took the newest there was would never sign the same size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from registry.provenance.checkpoint import Checkpoint
from registry.provenance.note import add_line, split_note
from registry.provenance.policy_lines import NO_QUORUM
from registry.provenance.witness_policy import Policy
from registry.store.interface import CosignatureRow

LOG_ITSELF = ""
"""As the name of a cosignature's row: the checkpoint itself, as the log signed it."""


@dataclass(slots=True)
class CosigningRound:
    """A checkpoint with its signature lines, by the witnesses' names in the policy."""

    note: str
    policy: Policy
    begun_s: float = 0.0
    lines: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    size: int = field(init=False)
    text: str = field(init=False)
    """The checkpoint with all lines, in the order of the policy."""

    def __post_init__(self) -> None:
        self.size = Checkpoint.parse(split_note(self.note)[0]).size
        self.text = self._text()

    def sign(self, witness: str, line: str) -> None:
        """Takes a witness's line."""
        self.lines[witness] = line
        self.text = self._text()

    @property
    def met(self) -> bool:
        """Whether the quorum has signed."""
        return self.policy.meets_quorum(self.lines)

    @property
    def settled(self) -> bool:
        """Whether waiting for more is of no use: the quorum that is required has signed, or no witness is
        left that could."""
        if self.policy.quorum != NO_QUORUM and self.met:
            return True
        return self.open_to.issubset(self.failed)

    @property
    def open_to(self) -> set[str]:
        """The witnesses that have not signed."""
        return {each.name for each in self.policy.witnesses} - self.lines.keys()

    def _text(self) -> str:
        note = self.note
        for each in self.policy.witnesses:
            if each.name in self.lines:
                note = add_line(note, self.lines[each.name])
        return note

    def rows(self, witness: str, line: str) -> tuple[CosignatureRow, ...]:
        """What is to be kept of a witness's line: with the first one, the checkpoint itself."""
        own = CosignatureRow(self.size, LOG_ITSELF, self.note)
        return (*(() if self.lines else (own,)), CosignatureRow(self.size, witness, line))


def newest_kept(rows: Iterable[CosignatureRow], policy: Policy) -> CosigningRound | None:
    """The newest checkpoint among rows, by rising size, whose lines are enough; lines of witnesses that the
    policy does not name, or that are wrong, count for nothing."""
    newest, found = None, dict[str, str]()
    size = -1
    for row in rows:
        if row.size != size:
            newest, size, found = _round(found, policy) or newest, row.size, {}
        found[row.name] = row.line
    return _round(found, policy) or newest


def _round(found: dict[str, str], policy: Policy) -> CosigningRound | None:
    names = {each.name for each in policy.witnesses} & found.keys()
    if LOG_ITSELF not in found or not policy.meets_quorum(names):
        return None
    try:
        kept = CosigningRound(found[LOG_ITSELF], policy, lines={name: found[name] for name in names})
        signed = {each.witness for each in policy.examine(kept.text).witnesses}
        kept = CosigningRound(kept.note, policy, lines={name: found[name] for name in signed})
    except ValueError:
        return None
    return kept if kept.met else None
