"""A copy of an installation for somebody to tamper with, and what verify and rebuild say of it.

copy = Copy.of(written, tmp_path)
copy.sql("UPDATE restriction SET last = '2099-01-01'")
assert copy.verify() == []
assert "restriction" in copy.rebuild()[0]
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.commands.rebuild import rebuild
from registry.commands.state import Log, open_log
from registry.commands.verify import Plan, Verified, verify
from registry.config import Config, load_config
from registry.editions import shipped_editions
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.vault import Vault
from registry.second_store import kept_head
from registry.store.opening import create_store, open_store


@dataclass(frozen=True, slots=True)
class Copy:
    """An installation that is not in use."""

    config: Config

    @classmethod
    def of(cls, installation: Path, directory: Path) -> Copy:
        """A copy beside others in a directory."""
        target = directory / f"copy-{len(list(directory.iterdir()))}"
        shutil.copytree(installation, target)
        return cls(load_config(target))

    @property
    def signer(self) -> FileSigner:
        """The log's key."""
        return FileSigner.load(self.config.log_key, None)

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Tampers with, or looks into, the store's file."""
        with sqlite3.connect(self.config.store) as connection:
            rows = connection.execute(statement, parameters).fetchall()
        connection.close()
        return rows

    @contextmanager
    def log(self) -> Iterator[Log]:
        """The log, opened."""
        store = open_store(self.config.location)
        try:
            yield open_log(store, Vault(self.config.vault_key.read_bytes()), shipped_editions())
        finally:
            store.close()

    def verify(self, **options: Any) -> list[str]:
        """What verify finds wrong."""
        return self.verified(**options).faults

    def verified(self, **options: Any) -> Verified:
        """What verify finds; ``options`` are those of its plan."""
        key = load_verifying_key(self.signer.suite, self.signer.public_key)
        if self.config.head:
            options = {"second": kept_head(self.config.head), **options}
        with self.log() as log:
            return verify(log, Plan([key], **options))

    def rebuild(self, into: Path | None = None) -> list[str]:
        """What rebuild finds different."""
        target = into or self.config.store.with_name("rebuilt.db")
        with self.log() as log:
            store = create_store(target)
            try:
                return rebuild(log, store, [self.signer]).differences
            finally:
                store.close()
