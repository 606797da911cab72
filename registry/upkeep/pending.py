"""The leaves that no map state covers yet.

The registry's own statements (map states, time anchors) are in the map too, yet they are no reason for a
state: each would call for the next. So a state of size s covers a position p also if all leaves from s to p
are the registry's own, for then it says of every other subject what a state of size p + 1 would say. Whoever
is to believe it must see those leaves, so they are sixteen at most.

Example: a state of size 5 at position 7; leaves 5 and 6 are events, 7 and 8 the registry's own. Position 4 is
covered, 5 to 8 are not. The next state has size 9 and stands at position 9: it covers 8, and 9 as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.commands.ledger import REGISTRY_REF
from registry.provenance.leaf import subject_key
from registry.provenance.map_entry import MapEntry, entries_of

OWN_SHOWN = 16
_OWN_KEY = subject_key(REGISTRY_REF)


@dataclass(slots=True)
class Pending:
    """Leaves [start, end), by the entries they make, and the first that is not the registry's own."""

    start: int
    end: int = field(init=False)
    entries: dict[bytes, MapEntry] = field(default_factory=dict)
    first_other: int | None = None

    def __post_init__(self) -> None:
        self.end = self.start

    def take(self, leaf: bytes) -> None:
        """Takes the leaf at ``end``."""
        _, entry = entries_of(leaf)
        self.entries[entry.key] = entry
        if self.first_other is None and entry.key != _OWN_KEY:
            self.first_other = self.end
        self.end += 1

    @property
    def leaves(self) -> int:
        """How many there are."""
        return self.end - self.start

    @property
    def covered(self) -> int:
        """The state of size ``start`` covers every position below this, as far as is known."""
        others = self.end if self.first_other is None else self.first_other
        return min(others, self.start + OWN_SHOWN)
