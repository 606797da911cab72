"""Reading a store that another process may be writing to, such as the registry that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.location import Location, is_url
from registry.store.interface import Store, StoreError
from registry.store.opening import open_for_reading, store_of_file
from registry.store.sql_store import SqlStore


@contextmanager
def reading_store(where: Location) -> Iterator[Store]:
    """A store for reading only, until the block ends. Raises StoreError if it is not there."""
    store = open_for_reading(where) if is_url(where) else _of_file(Path(where))
    try:
        yield store
    finally:
        store.close()


def _of_file(path: Path) -> SqlStore:
    """A file needs no right to write for this."""
    if not path.is_file():
        raise StoreError(f"存储 {path} 不存在; 请先运行 registry init")
    return store_of_file(path)
