"""Stores in a directory of a test."""

from __future__ import annotations

from pathlib import Path

from registry.store.interface import Store
from registry.store.opening import create_store, open_store


class Stores:
    """Makes and opens stores in a directory, and closes whatever is left open."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "registry.db"
        self._open: list[Store] = []

    def create(self) -> Store:
        return self._keep(create_store(self.path))

    def open(self) -> Store:
        return self._keep(open_store(self.path))

    def reopen(self, store: Store) -> Store:
        self._open.remove(store)
        store.close()
        return self.open()

    def close(self) -> None:
        while self._open:
            self._open.pop().close()

    def _keep(self, store: Store) -> Store:
        self._open.append(store)
        return store
