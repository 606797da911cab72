"""The registry's state in memory: what the log has established up to its last committed statement.

Built from the store at start and moved on only by committed groups. Readers take a position first
and ask everything as of that position.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.domain.departments import Directory
from registry.index import Index
from registry.provenance.vault import Vault
from registry.sanctions.catalogue import Edition, Measure
from registry.sanctions.effects import Effects
from registry.store.interface import CheckpointRow, Store, StoreError

ORIGIN = "origin"
VAULT_CHECK = "vault_check"


@dataclass(frozen=True, slots=True)
class Log:
    """The log and what it takes to read it; nothing derived from it, for that may be what is broken."""

    store: Store
    vault: Vault
    editions: Mapping[str, Edition]
    origin: str


def open_log(store: Store, vault: Vault, editions: Mapping[str, Edition]) -> Log:
    """The log of a store. Raises StoreError if it was sealed with another vault key."""
    facts = store.meta()
    if facts.get(VAULT_CHECK) != vault.check_value:
        raise StoreError("个人信息密钥与存储不符; 请使用建库时的 vault.key")
    return Log(store, vault, editions, facts[ORIGIN])


class RegistryState:
    """Directory, index, adopted editions and head of the log."""

    def __init__(self, store: Store, vault: Vault, editions: Mapping[str, Edition]) -> None:
        self.log = open_log(store, vault, editions)
        self.store = store
        self.vault = vault
        self.editions = editions
        self.origin = self.log.origin
        self.directory = Directory()
        self.head: CheckpointRow | None = store.checkpoint()
        self._adopted_at: list[int] = []
        self._adopted: list[Edition] = []
        self._load()
        self.index = Index(store.subjects(self.measure), self.size - 1)

    @property
    def size(self) -> int:
        """How many statements the log holds."""
        return self.head.size if self.head else 0

    @property
    def edition(self) -> Edition:
        """The catalogue edition adopted last."""
        return self._adopted[-1]

    def edition_at(self, position: int) -> Edition:
        """The catalogue edition in force at a position of the log."""
        return self._adopted[bisect_right(self._adopted_at, position) - 1]

    def measure(self, edition: str, code: str, law_date: date) -> Measure:
        """A measure's row by the edition that applied it. Raises StoreError if that is not at hand."""
        measure = self._edition(edition).measure(code, law_date)
        if measure is None:
            raise StoreError(f"目录版本 {edition[:12]} 中没有 {law_date} 有效的措施 {code}")
        return measure

    def take(self, effects: Sequence[Effects], head: CheckpointRow) -> None:
        """Moves on by a committed group."""
        for effect in effects:
            self._take_directory(effect)
        self.head = head
        records = (effect.subject for effect in effects)
        self.index.apply((record for record in records if record is not None), head.size - 1)

    def _take_directory(self, effect: Effects) -> None:
        if effect.operator:
            self.directory.operator = effect.operator
        for department in effect.departments:
            self.directory.put_department(department)
        for official in effect.officials:
            self.directory.put_official(official)
        for key in effect.keys:
            self.directory.put_key(key)
        if effect.edition:
            self._adopt(effect.position, effect.edition)

    def _load(self) -> None:
        for department in self.store.departments():
            self.directory.operator = self.directory.operator or department.code
            self.directory.put_department(department)
        for official in self.store.officials():
            self.directory.put_official(official)
        for key in self.store.enrolled_keys():
            self.directory.put_key(key)
        for position, edition in self.store.editions():
            self._adopt(position, edition)

    def _adopt(self, position: int, edition: str) -> None:
        # Readers bisect the positions, so what a position leads to must be there before it.
        self._adopted.append(self._edition(edition))
        self._adopted_at.append(position)

    def _edition(self, edition: str) -> Edition:
        if edition not in self.editions:
            raise StoreError(f"本程序没有存储所用的目录版本 {edition[:12]}…; 请用带有该版本的程序打开")
        return self.editions[edition]
