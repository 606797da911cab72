"""An increment: what a registry recorded since a backup or another increment, taken while it is served.

It holds the statements since then as they rest (sealed), the signatures and persons they need, and the
registry's own records that are new or have changed; nothing derived. So it is as small as what was recorded,
and a timer may take one every few minutes: what is lost with the disk is what was recorded since the last.

Before it is called one: the log must still begin with what the one before had (its root at that size), every
payload must open and have the hash that its leaf names, and the leaves must lead from there to the root that
the log's own key signed. It proves nothing of the law; putting it back does, and a rehearsal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from registry.backups.chain import PAGE, manifest_digest, newest_in, whole_backup
from registry.backups.checking import logged_keys
from registry.backups.manifest import (
    CHECKPOINT,
    INCREMENT_FILE,
    MANIFEST,
    MARKS,
    STORE_FILE,
    BackupError,
    Manifest,
    stored_files,
)
from registry.backups.marks import NUMBERED, Marks, among, marks_of
from registry.backups.taking import write_files
from registry.commands.intake import open_envelope
from registry.commands.state import Log, open_log, tree_edge
from registry.commands.verify.heads import frontier_bytes, open_signed
from registry.commands.verify.keys import KeyBook
from registry.config import Config
from registry.editions import shipped_editions
from registry.engine import read_secret
from registry.provenance.checkpoint import CheckpointError
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.merkle import Frontier, leaf_hash
from registry.provenance.proof import ProofError, root_at
from registry.provenance.tiles import TileReader
from registry.provenance.vault import Vault
from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.group_write import add_rows
from registry.store.online_copy import settle_file, version_in
from registry.store.opening import create_store, open_for_reading
from registry.store.sql_store import SqlStore
from registry.whole_directory import OccupiedError, whole_directory


@dataclass(frozen=True, slots=True)
class Increment:
    """What was taken: the manifest, after which backup, how many statements and rows. ``manifest`` is None if
    there was nothing new, and so there is no increment."""

    manifest: Manifest | None
    previous: Path
    statements: int = 0
    rows: int = 0


class _NothingNewError(Exception):
    """There is nothing to keep."""


def take_increment(config: Config, since: Path, target: Path, *, at: datetime) -> Increment:
    """Makes an increment in a directory that is not there, or is empty, after ``since``: a backup, or a
    directory of backups, whose newest is meant. Raises BackupError, StoreError, KeyFileError, VaultError,
    ConfigError; then there is none."""
    vault = Vault(read_secret(config.vault_key))
    previous = since if (since / MANIFEST).exists() else newest_in(since, config.origin)
    before = whole_backup(previous)
    if before.origin != config.origin:
        raise BackupError(f"{previous} 属于 {before.origin}, 不是 {config.origin}")
    if previous.resolve().parent != target.resolve().parent:
        raise BackupError(f"增量备份须与 {previous} 放在同一目录中")
    try:
        with whole_directory(target, kind="backup") as making:
            taken = _taken(config, vault, before, _marks(previous), making)
            elsewhere = write_files(config, making)
            manifest = Manifest(
                taken_at=at.isoformat(timespec="seconds"),
                origin=before.origin,
                size=taken.size,
                root=taken.root,
                store_version=version_in(making / INCREMENT_FILE),
                program=version("credit-registry"),
                elsewhere=tuple(elsewhere),
                since=manifest_digest(previous),
                files=stored_files(making),
            )
            (making / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    except _NothingNewError:
        return Increment(None, previous)
    except OccupiedError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"不能在 {target} 写入: {error.strerror}") from error
    return Increment(manifest, previous, taken.size - before.size, taken.rows)


@dataclass(frozen=True, slots=True)
class _Taken:
    size: int
    root: str
    rows: int


def _marks(previous: Path) -> Marks:
    if (previous / MARKS).exists():
        return Marks.of(previous)
    with (
        closing(open_for_reading(previous / STORE_FILE)) as store,
        one_line_errors(),
        store.reading() as reading,
    ):
        return marks_of(reading)


def _taken(config: Config, vault: Vault, before: Manifest, marks: Marks, making: Path) -> _Taken:
    file = making / INCREMENT_FILE
    with closing(open_for_reading(config.location)) as live:
        log = open_log(live, vault, shipped_editions())
        frontier = _begun(live, before)
        with closing(create_store(file)) as store:
            store.put_meta(live.meta())
            rows, now = _copied(live, store, before, marks)
            note, size = _checked(Log(store, vault, log.editions, log.origin), live, frontier)
        (making / MARKS).write_text(now.text(), encoding="utf-8")
        (making / CHECKPOINT).write_text(note, encoding="utf-8")
    settle_file(file)
    return _Taken(size, frontier.root().hex(), rows)


def _begun(live: SqlStore, before: Manifest) -> Frontier:
    """The tree as the one before had it, as the log has it now. Raises BackupError for another history."""
    head = live.checkpoint()
    if head is None or head.size < before.size:
        there = head.size if head else 0
        raise BackupError(f"存储只有{there}条陈述, 前一备份有{before.size}条: 存储曾被恢复到更早的状态")
    tree = TileReader(live.tile).beside(tree_edge(live, head.size))
    try:
        agrees = root_at(tree, before.size).hex() == before.root
    except ProofError:
        agrees = False
    if not agrees:
        raise BackupError(f"存储的前{before.size}条陈述与前一备份不符: 不是同一历史; 请运行 registry verify")
    return Frontier.from_bytes(frontier_bytes(tree, before.size))


def _copied(live: SqlStore, store: SqlStore, before: Manifest, marks: Marks) -> tuple[int, Marks]:
    """Copies what is new, as of one state; how many rows, and how far it reaches. Raises _NothingNewError."""
    count = 0
    with one_line_errors(), live.reading() as reading, store.writing() as writing:
        now = marks_of(reading, marks)
        now.changed = now.changed_since(marks)
        for table, wanted in _new(before.size, marks, now):
            count += _copy(reading, writing, table, wanted)
        unchanged = (now.waiting, now.lowest, now.subscribed) == (
            marks.waiting, marks.lowest, marks.subscribed,
        )  # fmt: skip
        if not count and unchanged and not now.changed and not now.thinned:
            raise _NothingNewError
        count += _copy(reading, writing, tables.subscription, tables.subscription.c.since_ms >= 0)
        _copy(reading, writing, tables.checkpoint, tables.checkpoint.c.id == 1)
    return count, now


def _new(size: int, marks: Marks, now: Marks) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Tables, and which of their rows an increment holds."""
    later = tables.statement.c.position >= size
    yield tables.statement, later
    yield tables.person, tables.person.c.ref.in_(select(tables.statement.c.subject).where(later))
    yield tables.batch, tables.batch.c.header_hash.in_(select(tables.statement.c.batch).where(later))
    asked = tables.query_log.c.number
    for table in NUMBERED:
        thinned = [among(asked, block) for block in now.thinned] if table is tables.query_log else []
        yield table, or_(table.c.number > marks.numbers.get(table.name, 0), *thinned)
    notice = tables.notice.c
    for start in range(0, len(marks.waiting), PAGE):
        waited = notice.number.in_(marks.waiting[start : start + PAGE])
        yield tables.notice, and_(waited, notice.acknowledged_ms.is_not(None))
    for block in now.changed:
        yield tables.recipient, among(tables.recipient.c.position, block)
    signed = tables.cosignature.c
    known = [and_(signed.name == name, signed.size <= size) for name, size in marks.cosigned.items()]
    yield tables.cosignature, ~or_(*known) if known else signed.size >= 0


def _copy(reading: Connection, writing: Connection, table: Table, wanted: ColumnElement[bool]) -> int:
    count = 0
    query = select(table).where(wanted).order_by(*table.primary_key.columns)
    with reading.execution_options(yield_per=PAGE).execute(query) as found:
        rows = (row._asdict() for row in found)
        while page := list(islice(rows, PAGE)):
            add_rows(writing, table, page)
            count += len(page)
    return count


def _checked(log: Log, live: SqlStore, frontier: Frontier) -> tuple[str, int]:
    """The signed checkpoint of an increment, once its statements lead to it. Raises BackupError."""
    for row in log.store.statements():
        if row.position != frontier.size:
            raise BackupError(f"存储被改动: 没有序号{frontier.size}的陈述; 请运行 registry verify")
        if row.erased_by is None:
            payload = open_envelope(row, log).payload
            if statement_hash(row.payload_type, payload) != Leaf.decode(row.leaf).statement_hash:
                raise BackupError(f"存储有误: 序号{row.position}的内容与叶子不符; 请运行 registry verify")
        frontier.append(leaf_hash(row.leaf))
    head, known = log.store.checkpoint(), Log(live, log.vault, log.editions, log.origin)
    keys = {each.keyid: each for each in logged_keys(known)}
    try:
        signed = open_signed(head.note, KeyBook.read(known), keys, log.origin) if head else None
    except (CheckpointError, ValueError) as error:
        raise BackupError(f"存储的检查点不是本日志的密钥签的: {error}") from error
    if head is None or signed is None or (signed.size, signed.root) != (frontier.size, frontier.root()):
        raise BackupError("存储的叶子与签名的检查点不符; 请运行 registry verify")
    return head.note, signed.size
