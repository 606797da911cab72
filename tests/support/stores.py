"""Stores where a test has them: in a file, or at a URL."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

from registry.store.interface import Store
from registry.store.opening import create_store, open_store

Where = TypeVar("Where", Path, str)


class Stores(Generic[Where]):
    """Makes and opens a store where it is to rest, and closes whatever is left open."""

    def __init__(self, path: Where) -> None:
        self.path: Where = path
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
