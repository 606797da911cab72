"""A backup and the increments after it: which belong together, and the store that they come to.

An increment names the SHA-256 of the manifest that it follows, so a chain is what it was made as, or none.
The members lie side by side in one directory, under whatever names; where one is missing nothing after it can
be put back, and the line says which.

A store is had from a chain by folding: the base is copied, the statements of all increments are worked out
again on top of it, with their signatures (`registry.commands.folding`), and their own records are put beside
them, one increment after another. The tree must have the root that the log's key signed for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Table, delete, select, update

from registry.backups.manifest import (
    CHECKPOINT,
    INCREMENT_FILE,
    MANIFEST,
    STORE_FILE,
    BackupError,
    Manifest,
    faults_of,
    read_manifest,
)
from registry.backups.marks import NUMBERED, Marks, among
from registry.backups.placing import copy_file
from registry.commands.adopting import adopt_checkpoint, held_fault
from registry.commands.folding import Folded, fold
from registry.commands.head import stored_log
from registry.commands.state import open_log
from registry.editions import shipped_editions
from registry.provenance.keys import FileSigner
from registry.provenance.vault import Vault
from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.group_write import PERSON_ANEW, add_rows
from registry.store.interface import BatchRow, StatementRow, Store
from registry.store.online_copy import settle_file
from registry.store.opening import open_for_reading, open_store, remove_store
from registry.store.sql_store import SqlStore
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.whole_directory import SUFFIX

PAGE = 500
_UNFINISHED = SUFFIX.partition("{}")[2]
Progress = Callable[[int, int], None]


def whole_backup(directory: Path) -> Manifest:
    """The manifest of a backup or an increment whose every file is as it says. Raises BackupError."""
    manifest = read_manifest(directory)
    if faults := faults_of(directory, manifest):
        raise BackupError(f"备份 {directory} 不完整或被改动: {'; '.join(faults)}")
    return manifest


def manifest_digest(directory: Path) -> str:
    """By what an increment names the one before it. Raises BackupError."""
    try:
        return sha256((directory / MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise BackupError(f"{directory / MANIFEST} 不能读取: {error.strerror}") from error


def chain_to(tip: Path) -> list[Path]:
    """The base and every increment up to one, in order. Raises BackupError if one is missing or not whole."""
    chain, manifest = [tip], whole_backup(tip)
    beside: dict[str, Path] = {}
    if manifest.since:
        beside = {manifest_digest(each): each for each in members_in(tip.resolve().parent)}
    while manifest.since:
        before = beside.get(manifest.since)
        if before is None or before in chain:
            raise BackupError(f"缺少 {chain[0]} 所接续的备份 (清单摘要 {manifest.since[:12]}…), 应在同一目录")
        chain.insert(0, before)
        manifest = whole_backup(before)
    return chain


def members_in(directory: Path) -> list[Path]:
    """The backups and increments that lie in a directory. One that is being made has its manifest before it
    has its name."""
    found = (path.parent for path in directory.glob(f"*/{MANIFEST}"))
    return sorted(path for path in found if not path.is_symlink() and not path.name.endswith(_UNFINISHED))


def newest_in(directory: Path, origin: str) -> Path:
    """The end of the chain that the newest whole backup in a directory begins. One that was taken after an
    increment begins anew, even if that reaches farther: the older chain is not kept as long. Raises
    BackupError if there is no whole backup."""
    bases, following = list[Path](), dict[str, list[Path]]()
    found: dict[Path, tuple[int, datetime]] = {}
    for path in members_in(directory):
        try:
            manifest = read_manifest(path)
        except BackupError:
            continue  # Of another program, or damaged: nothing follows it.
        if manifest.origin == origin:
            found[path] = manifest.size, manifest.taken
            (following.setdefault(manifest.since, []) if manifest.since else bases).append(path)
    if not bases:
        raise BackupError(f"{directory} 里没有可接续的备份; 请先用 registry backup 做一份完整的")
    end = max(bases, key=lambda path: found[path])
    while after := following.pop(manifest_digest(end), []):
        end = max(after, key=lambda path: found[path])
    return end


@contextmanager
def whole_store(
    chain: Sequence[Path], scratch: Path, master: bytes, *, progress: Progress = lambda _done, _total: None
) -> Iterator[Path]:
    """The store of a chain, as one file that is not to be written to. Raises BackupError, StoreError,
    VaultError."""
    if len(chain) == 1:
        yield chain[0] / STORE_FILE
        return
    copy, vault = scratch / "chain.db", Vault(master)
    beside = [scratch / f"increment-{number}.db" for number in range(1, len(chain))]
    try:
        copy_file(chain[0] / STORE_FILE, copy)
        for increment, file in zip(chain[1:], beside, strict=True):
            copy_file(increment / INCREMENT_FILE, file)
        with closing(open_store(copy)) as store:
            _add(chain, store, beside, vault, progress)
        settle_file(copy)
        yield copy
    finally:
        for file in (copy, *beside):
            remove_store(file)


def _add(
    chain: Sequence[Path], store: SqlStore, files: Sequence[Path], vault: Vault, progress: Progress
) -> None:
    for file in files:
        with closing(open_for_reading(file)) as each:
            open_log(each, vault, {})  # Sealed with this vault's key.
            _add_first(each, store)
    tip, result = read_manifest(chain[-1]), Folded()
    log = open_log(store, vault, shipped_editions())
    source = replace(log, store=cast(Store, _Statements(store, files)))
    begun = read_manifest(chain[0]).size
    state = fold(source, store, [FileSigner.generate(SUITE_ED25519)], result,
                 progress=lambda done: progress(done, tip.size - begun))  # fmt: skip
    if result.differences:
        raise BackupError(f"增量备份的陈述有误: {result.differences[0]}")
    if state.size != tip.size:
        raise BackupError(f"增量备份 {chain[-1]} 应到 {tip.size} 条陈述, 折叠得到 {state.size} 条")
    known = stored_log(state, ())
    for increment in chain[1:]:
        if fault := held_fault(known, _checkpoint_of(increment))[1]:
            raise BackupError(f"增量备份 {increment} 的检查点: {fault}")
    if result.statements:
        adopt_checkpoint(state, _checkpoint_of(chain[-1]))
    for increment, file in zip(chain[1:], files, strict=True):
        marks = Marks.of(increment)
        with (
            closing(open_for_reading(file)) as each,
            one_line_errors(),
            each.reading() as reading,
            store.writing() as writing,
        ):
            _add_own(reading, writing, marks)


class _Statements:
    """The statements of several increments as those of one log; what they need is in the store already. One
    file is open at a time: of a day there are hundreds, and a process may open a thousand."""

    def __init__(self, store: SqlStore, files: Sequence[Path]) -> None:
        self._store = store
        self._files = files

    def statements(self, first: int = 0) -> Iterator[StatementRow]:
        """See Store."""
        at = first
        for file in self._files:
            with closing(open_for_reading(file)) as added:
                for row in added.statements(at):
                    if row.position != at:
                        raise BackupError(f"增量备份缺少序号{at}的陈述")
                    yield row
                    at += 1

    def batches(self, header_hashes: Collection[bytes]) -> dict[bytes, BatchRow]:
        """See Store."""
        return self._store.batches(header_hashes)

    def persons(self, refs: Collection[str]) -> dict[str, bytes]:
        """See Store."""
        return self._store.persons(refs)


def _checkpoint_of(increment: Path) -> str:
    return (increment / CHECKPOINT).read_text("utf-8")


def _add_first(added: SqlStore, store: SqlStore) -> None:
    """What the statements need that are to be folded: persons and signatures over many."""
    with one_line_errors(), added.reading() as reading, store.writing() as writing:
        _copy(reading, writing, tables.person, ending=PERSON_ANEW)  # The number may have been erased since.
        _copy(reading, writing, tables.batch, ending=" ON CONFLICT DO NOTHING")


def _add_own(reading: Connection, writing: Connection, marks: Marks) -> None:
    """The registry's own records: what is new, what was acknowledged, what is kept no longer."""
    notice = tables.notice
    known = update(notice)
    acknowledged = select(notice.c.number, notice.c.acknowledged_ms).where(
        notice.c.acknowledged_ms.is_not(None)
    )
    for row in reading.execute(acknowledged).all():
        changed = known.where(notice.c.number == row.number).values(acknowledged_ms=row.acknowledged_ms)
        writing.execute(changed)
    for block in marks.thinned:
        writing.execute(delete(tables.query_log).where(among(tables.query_log.c.number, block)))
    for table in NUMBERED:
        _copy(reading, writing, table, ending=" ON CONFLICT DO NOTHING")
        writing.execute(delete(table).where(table.c.number < marks.lowest.get(table.name, 0)))
        if not marks.numbers.get(table.name):
            writing.execute(delete(table))
    for block in marks.changed:
        writing.execute(delete(tables.recipient).where(among(tables.recipient.c.position, block)))
    writing.execute(delete(tables.subscription))
    for table in (tables.recipient, tables.subscription, tables.cosignature):
        _copy(reading, writing, table, ending=" ON CONFLICT DO NOTHING")


def _copy(reading: Connection, writing: Connection, table: Table, *, ending: str = "") -> None:
    query = select(table).order_by(*table.primary_key.columns)
    with reading.execution_options(yield_per=PAGE).execute(query) as found:
        rows = (row._asdict() for row in found)
        while page := list(islice(rows, PAGE)):
            add_rows(writing, table, page, ending=ending)
