"""A registry with the generations of its index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from registry.commands.state import RegistryState
from registry.editions import shipped_editions
from registry.indexing.generations import Generations
from registry.provenance.vault import Vault
from tests.support.spine import Spine


@dataclass(frozen=True, slots=True)
class Town:
    """A registry whose generations lie beside it."""

    spine: Spine
    generations: Generations

    @property
    def vault(self) -> Vault:
        return Vault(self.spine.config.vault_key.read_bytes())

    def load(self) -> RegistryState:
        """The state as a process loads it."""
        return RegistryState(self.spine.engine.store, self.vault, shipped_editions(), self.generations.newest)

    def whole(self) -> RegistryState:
        """The state without any base."""
        return RegistryState(self.spine.engine.store, self.vault, shipped_editions())

    def make(self) -> Path:
        """Makes a generation of what is stated now."""
        state = self.spine.engine.state
        records = state.store.subjects(state.measure)
        return self.generations.make(state, records, now_ms=self.spine.clock())
