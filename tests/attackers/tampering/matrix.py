"""The matrix (篡改矩阵): every kind of attack on every table, tried for real, and who noticed.

One small store with every kind of statement in it, a file or a PostgreSQL database. A cell is an attack on
a table; each change that belongs to it is made in the store, alone, and then looked at by

    start     the server's start on this store
    verify    ``registry verify``
    rebuild   ``registry verify --rebuild``: what the log comes to when it is folded, row by row. A fold
              reads nothing derived, so it is made once for all changes of derived tables; once for all of
              the registry's own records; and for each change of another table that verify does not see

A cell is noticed by a detector if it notices every change; if only some, ``missed`` names the columns it
does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from registry.commands.rebuild import Rebuilt, compare
from registry.config import STORE
from registry.engine import StartError, start_engine
from registry.store.interface import DERIVED_TABLES, Store, StoreError
from registry.store.opening import open_store
from registry.store.tables import metadata
from tests.attackers.tampering.attacks import KINDS, Rows, Tampered, Tampering, rows_of
from tests.attackers.tampering.reach import Reach, Row
from tests.support.clock import SetClock
from tests.support.history import write_rich_history
from tests.support.spine import found_spine, furnish
from tests.support.tampering import Copy

OWN = ("refusal", "query_log", "execution", "notice", "subscription", "recipient", "cosignature")
"""The registry's own records: they follow from no statement, and no leaf holds them."""
START, VERIFY, REBUILD = DETECTORS = ("start", "verify", "rebuild")
_OWN: Mapping[str, Callable[[int], Row]] = {
    "query_log": lambda n: (n, n, "asker", f"P:{n}", 1, f"a{n}", "r", 3, 1),
    "execution": lambda n: (n, "asker", f"R{n}", n, f"S{n}", 1, "a", b"", 5, 3, "e", 1, 1, "[]", "r"),
    "subscription": lambda n: (f"asker{n}", n),
    "recipient": lambda n: (n, "asker", 1),
    "cosignature": lambda n: (n, "witness", f"line {n}"),
    "refusal": lambda n: (10 + n, "D", f"S{n}", b"\x00", n, b""),
}
"""Rows of the registry's own that the history leaves none of: what is in them plays no part."""


@dataclass(slots=True)
class Cell:
    """What was noticed of one kind of attack on one table. ``tried``: how many changes; 0 where there is
    nothing of the kind to do."""

    table: str
    kind: str
    tried: int = 0
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DETECTORS, 0))
    missed: list[str] = field(default_factory=list)

    def by(self, detector: str) -> bool:
        """Whether a detector noticed every change."""
        return self.tried > 0 and self.seen[detector] == self.tried

    @property
    def noticed(self) -> bool:
        """Whether somebody noticed each."""
        return not self.missed


class Matrix:
    """An installation in an attacker's hands, for one attack after the other."""

    def __init__(self, directory: Path, store: str = STORE) -> None:
        spine = furnish(found_spine(directory / "registry", store=store))
        self.clock: SetClock = spine.clock
        self._reach = Reach(spine.config.location)
        self._older: Rows = {name: rows_of(self._reach, each) for name, each in metadata.tables.items()}
        write_rich_history(spine)
        spine.engine.close()
        self.copy = Copy(spine.config)
        self._looked, self._last = "", (False, False)
        for table, row in _OWN.items():
            for number in (1, 2):
                self._reach.insert(table, row(number))
        self._folded = directory / "folded.db"
        assert self.copy.verify() == []
        assert self.copy.rebuild(self._folded) == []

    def cells(self) -> Iterator[Cell]:
        """Every attack on every table."""
        with closing(open_store(self._folded)) as folded:
            for table in metadata.tables.values():
                tampering = Tampering(self._reach, table, self._older)
                for kind in KINDS:
                    cell = Cell(table.name, kind)
                    for number, change in enumerate(tampering.tampered(kind)):
                        self._look(cell, change, folded, first=number == 0)
                    yield cell

    def _look(self, cell: Cell, change: Tampered, folded: Store, *, first: bool) -> None:
        """Has every detector look. Of a derived table start and verify look at the first change of a kind, of
        a table of the registry's own at its first change: they read its rows or do not."""
        derived, own = change.table in DERIVED_TABLES, change.table in OWN
        cell.tried += 1
        known = own and self._looked == change.table
        if not known and (first or not derived):
            self._looked = change.table
            self._last = self._starts_not(), self._verified(signatures=not derived)
        if derived:
            folds = self._compared(folded, change.table)
        else:
            folds = self._last[1] or (not own and self._rebuilt())
        for detector, seen in zip(DETECTORS, (*self._last, folds), strict=True):
            cell.seen[detector] += seen
        if not (any(self._last) or folds):
            cell.missed.append(change.column or change.kind)

    def own_emptied(self) -> bool:
        """Whether a fold notices that all of the registry's own records are gone: it compares none."""
        kept = {table: rows_of(self._reach, metadata.tables[table]) for table in OWN}
        try:
            for table in OWN:
                self._reach.write(table, [])
            return self._rebuilt()
        finally:
            for table, rows in kept.items():
                self._reach.write(table, rows)

    def _starts_not(self) -> bool:
        try:
            engine = start_engine(self.copy.config, self.clock)
        except StartError:
            return True
        except Exception:  # It does not start either, if not in one line.
            return True
        engine.close()
        return False

    def _verified(self, *, signatures: bool) -> bool:
        """Signatures play no part in what is derived."""
        try:
            return self.copy.verify(signatures=signatures) != []
        except StoreError:
            return True

    def _compared(self, folded: Store, table: str) -> bool:
        result = Rebuilt()
        try:
            with closing(open_store(self.copy.config.location)) as store:
                compare(store, folded, result, [table])  # The others are as they were.
        except StoreError:
            return True
        return result.differences != []

    def _rebuilt(self) -> bool:
        into = self._folded.with_name("again.db")
        try:
            return self.copy.rebuild(into) != []
        except StoreError:
            return True
        finally:
            for path in into.parent.glob(into.name + "*"):
                path.unlink()
