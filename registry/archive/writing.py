"""One state of a store written out as an archive, while the registry goes on.

All of it is read in one reading transaction, a page at a time, so it is one state however much is recorded
meanwhile, and memory does not grow with the log. Nothing is believed on the way: each payload must
have the hash that its leaf names, and the leaves must come to the root that the checkpoint signs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files as resources
from typing import Any

from google.protobuf.message import DecodeError
from sqlalchemy import Connection, Table, select

from registry.archive.bounds import is_taken, taken
from registry.archive.format import (
    CHECKPOINT,
    DIRECTORY,
    HEADER,
    OWN,
    PER_FILE,
    POLICY,
    README,
    SCRIPT,
    ArchiveError,
    Header,
    line,
    statements_name,
)
from registry.archive.lines import person_line, statement_line, to_line
from registry.archive.shelf import ShelfWriter
from registry.commands.refusals import kept
from registry.commands.state import AS_OF, ORIGIN, VAULT_CHECK
from registry.editions import files_of, shipped_editions
from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.leaf import Leaf, statement_hash
from registry.provenance.merkle import leaf_hash
from registry.provenance.tile_path import WIDTH, TilePath, encode_bundle, tiles_of
from registry.provenance.tiles import FullTile, TileEdge
from registry.provenance.vault import Vault, VaultError, is_person
from registry.store import rows as row_forms
from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.sql_store import SqlStore
from registry.v1.statement_pb2 import Statement

PAGE = 256
"""Statements read at a time."""
SECRETS = 4096
"""Persons whose secrets are at hand."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the log's size and root, files and bytes, and how many contents are erased."""

    size: int
    root: str
    files: int
    bytes: int
    erased: int


def write_archive(
    store: SqlStore,
    vault: Vault,
    shelf: ShelfWriter,
    *,
    policy: str,
    salt: bytes = b"",
    progress: Progress = lambda _done, _total: None,
) -> Written:
    """Writes a store's state as of now to a shelf. Raises ArchiveError, StoreError, VaultError, OSError."""
    with one_line_errors(), store.reading() as reading:
        return _Writing(reading, vault, shelf, progress).write(policy, salt)


class _Writing:
    def __init__(self, reading: Connection, vault: Vault, shelf: ShelfWriter, progress: Progress) -> None:
        self._reading = reading
        self._vault = vault
        self._shelf = shelf
        self._progress = progress
        self._edge = TileEdge()
        self._erased = 0
        self._bundle: list[bytes] = []
        self._secret = lru_cache(SECRETS)(self._secret_of)

    def write(self, policy: str, salt: bytes) -> Written:
        facts = {row.name: row.value for row in self._reading.execute(select(tables.meta))}
        if facts.get(VAULT_CHECK) != self._vault.check_value:
            raise ArchiveError("个人信息密钥与存储不符; 请使用建库时的 vault.key")
        head = self._reading.execute(select(tables.checkpoint)).one_or_none()
        if head is None:
            raise ArchiveError("存储没有创世陈述; 请运行 registry init")
        for first in range(0, head.size, PER_FILE):
            self._shelf.put(statements_name(first), self._statements(first, head.size))
        self._put_edge()
        root = self._edge.root()
        self._check(head.note, head.size, root)
        told = (facts[ORIGIN], head.size, root.hex(), self._vault.check_value, salt.hex())
        header = Header(*told, as_of=facts.get(AS_OF, ""))
        self._shelf.put(CHECKPOINT, [head.note.encode()])
        self._shelf.put(POLICY, [policy.encode()])
        for name, table in (OWN | DIRECTORY).items():
            self._shelf.put(name, self._rows(table))
        self._put_editions()
        for name in (README, SCRIPT):
            self._shelf.put(name, [resources("registry.archive").joinpath(name).read_bytes()])
        self._shelf.put(HEADER, [header.text().encode()])
        return Written(head.size, root.hex(), self._shelf.end(), self._shelf.bytes, self._erased)

    def _check(self, note: str, size: int, root: bytes) -> None:
        try:
            signed = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
        except CheckpointError:
            raise ArchiveError("存储的检查点不能读取; 请先运行 registry verify") from None
        if (signed.size, signed.root) != (size, root) or self._edge.size != size:
            raise ArchiveError("存储的叶子与签名的检查点不符; 请先运行 registry verify")

    def _statements(self, start: int, size: int) -> Iterator[bytes]:
        table, end = tables.statement, min(start + PER_FILE, size)
        for first in range(start, end, PAGE):
            last = min(first + PAGE, end)
            query = select(table).where(table.c.position >= first, table.c.position < last)
            page = self._reading.execute(query.order_by(table.c.position)).all()
            if [row.position for row in page] != list(range(first, last)):
                raise ArchiveError(f"存储被改动: 序号{first}至{last - 1}的陈述不全")
            for row in page:
                yield self._line(row)
                self._grow(row.leaf)
            self._progress(last, size)

    def _line(self, row: Any) -> bytes:
        try:
            return taken(line(statement_line(row._asdict(), self._payload(row))), f"序号{row.position}的陈述")
        except (ArchiveError, VaultError):
            raise
        except (ValueError, TypeError) as error:
            raise ArchiveError(f"存储被改动: 序号{row.position}的陈述不能读取") from error

    def _payload(self, row: Any) -> bytes | None:
        """What was signed, if it is still there."""
        if row.erased_by is not None:
            self._erased += 1
            return None
        secret = self._secret(row.subject) if is_person(row.subject) else b""
        payload = self._vault.open_payload(row.sealed_payload, secret)
        if statement_hash(row.payload_type, payload) != Leaf.decode(row.leaf).statement_hash:
            raise ArchiveError(f"存储被改动: 序号{row.position}的内容与叶子不符; 请先运行 registry verify")
        return payload

    def _secret_of(self, ref: str) -> bytes:
        sealed = self._reading.execute(select(tables.person.c.sealed).where(tables.person.c.ref == ref))
        row = sealed.one_or_none()
        if row is None:
            raise ArchiveError("存储被改动: 缺少一名自然人的密封身份")
        return self._vault.open_person(row.sealed).secret

    def _grow(self, leaf: bytes) -> None:
        self._bundle.append(leaf)
        for tile in self._edge.append(leaf_hash(leaf)):
            self._put_tile(tile)
        if len(self._bundle) == WIDTH:
            number = self._edge.size // WIDTH - 1
            self._shelf.put(str(TilePath(None, number)), [encode_bundle(self._bundle)])
            self._bundle.clear()

    def _put_tile(self, tile: FullTile) -> None:
        self._shelf.put(str(TilePath(tile.level, tile.number)), [tile.hashes])

    def _put_edge(self) -> None:
        """The partial tiles, and the bundle of the last leaves."""
        for path in tiles_of(self._edge.size):
            assert path.level is not None
            hashes = self._edge.partial(path.level, path.number, path.width)
            self._shelf.put(str(path), [hashes or b""])
        if self._bundle:
            path = TilePath(None, self._edge.size // WIDTH, len(self._bundle))
            self._shelf.put(str(path), [encode_bundle(self._bundle)])

    def _rows(self, table: Table) -> Iterator[bytes]:
        query = select(table).order_by(*table.primary_key.columns)
        with self._reading.execution_options(yield_per=PAGE).execute(query) as found:
            for row in found:
                if table is tables.person:
                    yield line(person_line(row.ref, self._vault.open_person(row.sealed)))
                else:
                    yield _own_line(table, row._asdict())

    def _put_editions(self) -> None:
        for row in self._reading.execute(select(tables.edition).order_by(tables.edition.c.hash)).all():
            for name, text in sorted(self._edition_files(row).items()):
                self._shelf.put(f"editions/{row.hash}/{name}", [text.encode()])

    def _edition_files(self, row: Any) -> dict[str, str]:
        shipped = shipped_editions().get(row.hash)
        if shipped is not None:
            return files_of(resources("registry.sanctions").joinpath("editions", shipped.label))
        drafted = row_forms.edition_from(row).drafted
        if drafted is None:
            return {}
        sealed = select(tables.statement.c.sealed_payload)
        query = sealed.where(tables.statement.c.position == drafted.position)
        payload = self._vault.open_payload(self._reading.execute(query).scalar_one(), b"")
        return {file.name: file.content for file in Statement.FromString(payload).edition_draft.files}


def _own_line(table: Table, row: dict[str, Any]) -> bytes:
    """A row that follows from nothing else. Raises ArchiveError for one that no import would take."""
    text = line(to_line(table, row))
    if table is tables.refusal and not is_taken(text):
        # A release before the bound kept as many faults as there were: as many are told as are kept now.
        with suppress(DecodeError):
            text = line(to_line(table, {**row, "faults": kept(bytes(row["faults"])).SerializeToString()}))
    return taken(text, f"{table.name} 的一条记录")
