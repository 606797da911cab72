"""Reading a store that another process may be writing to, such as the registry that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.store.interface import Store, StoreError
from registry.store.sql_store import SqlStore
from registry.store.sqlite import reading_engine


@contextmanager
def reading_store(path: Path) -> Iterator[Store]:
    """A store for reading only, until the block ends. Raises StoreError if it is not there."""
    if not path.is_file():
        raise StoreError(f"存储 {path} 不存在; 请先运行 registry init")
    engine = reading_engine(path)
    store = SqlStore(engine, engine, lambda: None)
    try:
        yield store
    finally:
        engine.dispose()
