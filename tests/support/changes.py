"""What the table ``change`` must hold, worked out from the other tables of a store's file in one sweep."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from registry.sanctions.ground import SubjectRecord
from registry.store.interface import Store

_TOLD: str = import_module("registry.store.migrations.versions.0005_changes")._TOLD
_FOLLOWS = (
    f"SELECT position, subject, max(erasure) FROM ({_TOLD}) WHERE position IS NOT NULL "
    "GROUP BY position, subject ORDER BY position, subject"
)

Changes = list[tuple[int, str, int]]


def changes_that_follow(path: Path) -> Changes:
    """Position, subject and whether it is an erasure, as they follow from every other table."""
    return _rows(path, _FOLLOWS)


def changes_kept(path: Path) -> Changes:
    """The same as the store keeps them."""
    return _rows(path, "SELECT position, subject, erasure FROM change ORDER BY position, subject")


def followed(
    records: Mapping[str, SubjectRecord], store: Store, first: int, measures: object
) -> dict[str, SubjectRecord]:
    """Records moved on from a position as a process that follows the store moves them: of the subjects that
    changed, and of those that they were linked with, each is read again."""
    refs = {ref for _, ref in store.changes(first, 1 << 60)}
    refs |= {link.other for ref in refs if ref in records for link in records[ref].links}
    kept = {ref: record for ref, record in records.items() if ref not in refs}
    read = store.subjects_of(refs, measures)  # type: ignore[arg-type]
    return kept | {record.ref: record for record in read}


def _rows(path: Path, query: str) -> Changes:
    with sqlite3.connect(path) as connection:
        rows = connection.execute(query).fetchall()
    connection.close()
    return rows
