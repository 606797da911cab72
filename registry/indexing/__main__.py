"""Makes a generation of an installation's index: ``python -m registry.indexing DIRECTORY``.

Started by the registry that serves (``keeper``), beside which it reads the store. It ends with status 0 when
the generation is in its place, or with one line that says why it is not.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from registry.commands.state import RegistryState
from registry.config import Config, ConfigError, load_config
from registry.editions import shipped_editions
from registry.indexing.below import NothingBelow
from registry.indexing.generations import Generations
from registry.provenance.secret_file import read_secret_file
from registry.provenance.vault import Vault, VaultError
from registry.store.interface import StoreError
from registry.store.opening import open_for_reading

NICENESS = 10
"""Whoever asks goes first."""


def make_generation(config: Config, *, now: int) -> Path:
    """Makes the generation of a store as it is. Raises StoreError, OSError, VaultError."""
    store = open_for_reading(config.location)
    try:
        vault = Vault(read_secret_file(config.vault_key))
        state = RegistryState(store, vault, shipped_editions(), NothingBelow)
        return Generations.of(config).make(state, store.subjects(state.measure), now_ms=now)
    finally:
        store.close()


def main(directory: str) -> int:
    """Makes one; answers the exit status."""
    os.umask(0o077)
    os.nice(NICENESS)
    try:
        make_generation(load_config(Path(directory)), now=time.time_ns() // 1_000_000)
    except (StoreError, VaultError, ConfigError, OSError) as error:
        print("index:", " ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
