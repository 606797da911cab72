"""The registry's own keys (登记系统自己的密钥): which of them signs what, by the order of the log.

The genesis statement names the first ones; a ``registry_key_change`` adds or retires one. A log key added at
position p and retired at q signs every checkpoint of a size s with p < s ≤ q, and the statements that the
registry makes itself at positions p ≤ n < q; a receipt key signs the answers given while it is active.

Worked example: the genesis names key A (added at 0: from size 1 on), key B is added at position 90 and A
retired at 120. Checkpoints of the sizes 1 to 90 bear A's line, 91 to 120 both, from 121 on B's alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.v1.envelope_pb2 import Suite
from registry.v1.statement_pb2 import RegistryKeyPurpose


@dataclass(frozen=True, slots=True)
class RegistryKeyEntry:
    """One key; ``added`` and ``retired`` are the positions of the statements that say so."""

    keyid: str
    purpose: RegistryKeyPurpose.ValueType
    suite: Suite.ValueType
    public_key: bytes
    added: int
    retired: int | None = None

    def signs_size(self, size: int) -> bool:
        """Whether it signs the checkpoint of a size."""
        return self.added < size and (self.retired is None or size <= self.retired)


class RegistryKeys:
    """Every key the registry has or had; changed only by applying statements in order."""

    def __init__(self) -> None:
        self._entries: dict[str, RegistryKeyEntry] = {}

    def get(self, keyid: str) -> RegistryKeyEntry | None:
        """The key, retired or not."""
        return self._entries.get(keyid)

    def put(self, entry: RegistryKeyEntry) -> None:
        """Adds a key, or replaces its entry by the retired one."""
        self._entries[entry.keyid] = entry

    def __iter__(self) -> Iterator[RegistryKeyEntry]:
        return iter(tuple(self._entries.values()))

    def active(self, purpose: RegistryKeyPurpose.ValueType) -> list[RegistryKeyEntry]:
        """The keys of a purpose that are not retired, in the order in which they were added."""
        return [entry for entry in self if entry.purpose == purpose and entry.retired is None]
