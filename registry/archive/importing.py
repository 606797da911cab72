"""An archive folded into a new store, on either engine: the same log, the same root, the same answers.

Nothing derived is taken from the archive. Every statement is read again, its signatures are verified, it is
admitted by the law of the day of its receipt, and its leaf worked out; what comes of it must be the leaf that
stands in the archive, and all leaves together the root that the log's own key signed. The rows that follow
from nothing (sealed persons, query log, reports, notices …) are taken over with their numbers.

It is done in a file of its own, in a directory that is removed if it fails, and what is done takes its place
in one step: a file by one rename, a database in one transaction (`registry.backups.placing`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from registry.archive.format import CHECKPOINT, OWN, ArchiveError, statements_name
from registry.archive.lines import from_line, person_values, statement_values
from registry.archive.shelf import Shelf
from registry.commands.adopting import adopt_checkpoint
from registry.commands.erasures import erasure_faults
from registry.commands.folding import Folded, fold
from registry.commands.found import found
from registry.commands.state import Log
from registry.editions import shipped_editions
from registry.provenance.keys import FileSigner
from registry.provenance.vault import NONCE_BYTES, Vault, is_person
from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.group_write import add_rows
from registry.store.interface import BatchRow, StatementRow
from registry.store.opening import create_store
from registry.store.sql_store import SqlStore
from registry.v1.envelope_pb2 import SUITE_ED25519

PAGE = 500
"""Rows written at a time."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What was folded: size and root of the log, and the rows of the registry's own."""

    size: int
    root: str
    own_rows: int


def fold_archive(
    shelf: Shelf, vault: Vault, target: Path, *, progress: Progress = lambda _done, _total: None
) -> Imported:
    """Makes a store in a new file. Raises ArchiveError, StoreError, VaultError; the file is then nothing."""
    header = shelf.header
    if header.vault_check != vault.check_value:
        raise ArchiveError("个人信息密钥与归档不符; 请使用原登记系统的 vault.key")
    with closing(create_store(target)) as store:
        found(store, vault, header.origin)
        own = sum(_take_over(shelf, name, table, store, vault) for name, table in OWN.items())
        source = ArchivedLog(shelf, vault, store)
        result = Folded()
        throwaway = FileSigner.generate(SUITE_ED25519)
        log = Log(source, vault, shipped_editions(), header.origin)  # type: ignore[arg-type]
        state = fold(log, store, [throwaway], result, progress=lambda done: progress(done, header.size))
        result.differences += erasure_faults(result.passed_over, result.erasures, state.directory.operator)
        if result.differences:
            raise ArchiveError(f"归档的陈述有误: {result.differences[0]}")
        signed = adopt_checkpoint(state, _text(shelf, CHECKPOINT))
    if (signed.size, signed.root.hex()) != (header.size, header.root):
        raise ArchiveError("归档的陈述与其所记的条数或树根不符")
    return Imported(signed.size, header.root, own)


class ArchivedLog:
    """The statements of an archive as a log to be folded; persons and batches are in the store already."""

    def __init__(self, shelf: Shelf, vault: Vault, taken: SqlStore) -> None:
        self._shelf = shelf
        self._vault = vault
        self._taken = taken
        self._secrets: dict[str, bytes] = {}

    def statements(self, first: int = 0) -> Iterator[StatementRow]:
        """See Store."""
        size, at = self._shelf.header.size, first
        while at < size:
            name = statements_name(at)
            for content in self._shelf.rows(name):
                if content.get("position") != at or statements_name(at) != name:
                    raise ArchiveError(f"{name} 的陈述没有按序号排列")
                yield self._row(content)
                at += 1
            if statements_name(at) == name and at < size:
                raise ArchiveError(f"{name} 的陈述不全")
        if at != size:
            raise ArchiveError(f"归档应有 {size} 条陈述, 有 {at} 条")

    def batches(self, header_hashes: Iterable[bytes]) -> dict[bytes, BatchRow]:
        """See Store."""
        return self._taken.batches(list(header_hashes))

    def persons(self, refs: Iterable[str]) -> dict[str, bytes]:
        """See Store."""
        return self._taken.persons(list(refs))

    def _row(self, content: dict[str, Any]) -> StatementRow:
        row, payload = statement_values(content)
        if payload is not None:
            secret = self._secret(row["subject"]) if is_person(row["subject"]) else b""
            row["sealed_payload"] = self._vault.seal_payload(payload, secret, os.urandom(NONCE_BYTES))
        elif row["erased_by"] is None:
            raise ArchiveError(f"序号{row['position']}的陈述没有内容, 也没有依法删除")
        return StatementRow(**row)

    def _secret(self, ref: str) -> bytes:
        if ref not in self._secrets:
            sealed = self._taken.persons([ref]).get(ref)
            if sealed is None:
                raise ArchiveError("归档缺少一名自然人的身份 (persons.jsonl)")
            if len(self._secrets) >= PAGE:
                self._secrets.clear()
            self._secrets[ref] = self._vault.open_person(sealed).secret
        return self._secrets[ref]


def _take_over(shelf: Shelf, name: str, table: Table, store: SqlStore, vault: Vault) -> int:
    """Writes the rows of a file as they are; how many."""
    rows, count = _values(shelf, name, table, vault), 0
    with one_line_errors(), store.writing() as writing:
        while page := list(islice(rows, PAGE)):
            add_rows(writing, table, page)
            count += len(page)
    return count


def _values(shelf: Shelf, name: str, table: Table, vault: Vault) -> Iterator[dict[str, Any]]:
    for content in shelf.rows(name):
        if table is tables.person:
            yield person_values(content, vault, os.urandom(NONCE_BYTES))
        else:
            yield from_line(table, content)


def _text(shelf: Shelf, name: str) -> str:
    try:
        return shelf.read(name).decode("utf-8")
    except UnicodeDecodeError:
        raise ArchiveError(f"{name} 不是文本") from None
