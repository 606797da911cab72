"""The registry as it stood at a position or an instant, out of a later state of it: to be read, never served.

What was recorded up to then is folded again from the first statement (`registry.commands.folding`), with the
registry's own records of that time: questions, reports, refusals and notices made by then, and acknowledged
by then. Nobody needs to have taken a backup at that moment. What it comes to is proven by the later state:
its leaves are the first ones of a tree whose root the log signed. What was erased by law since stays erased;
who cancelled a subscription since is not among the subscribers; whom an answer told, is known without a time.

The store that is made says so itself (``as_of``): a server refuses it by that, whatever stands in the second
store. Its checkpoint bears no signature, unless somebody held the signed one of just that size.

    --until 4711                          statements up to and with position 4711
    --until 2026-11-26T10:30:00+08:00     what was received by then; without an offset, China's time
    --until 2026-11-26                    by the end of that day
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from registry.backups.held import Held
from registry.backups.manifest import BackupError
from registry.commands.erasures import erasure_faults
from registry.commands.folding import Folded, fold
from registry.commands.found import found
from registry.commands.state import AS_OF, Log, open_log
from registry.domain.periods import CHINA
from registry.editions import shipped_editions
from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import Leaf
from registry.provenance.vault import Vault
from registry.store import tables
from registry.store.errors import one_line_errors
from registry.store.group_write import add_rows
from registry.store.interface import Group, StoreError
from registry.store.online_copy import settle_file
from registry.store.opening import create_store, open_for_reading, open_store
from registry.store.sql_store import SqlStore
from registry.v1.envelope_pb2 import SUITE_ED25519

PAGE = 500
_POSITION = re.compile(r"[0-9]{1,18}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Until:
    """Up to where: a position, or an instant in Unix milliseconds, which is within."""

    position: int | None = None
    instant_ms: int | None = None

    @classmethod
    def parse(cls, text: str) -> Until:
        """What an operator wrote. Raises BackupError."""
        if _POSITION.fullmatch(text):
            return cls(position=int(text))
        try:
            if _DAY.fullmatch(text):
                end = datetime.combine(
                    date.fromisoformat(text) + timedelta(days=1), datetime.min.time(), CHINA
                )
                return cls(instant_ms=int(end.timestamp() * 1000) - 1)
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=CHINA)
            return cls(instant_ms=int(at.timestamp() * 1000))
        except (ValueError, OverflowError):
            raise BackupError(f"--until {text[:40]!r} 应是序号或时间 (2026-11-26T10:30:00+08:00)") from None


@dataclass(frozen=True, slots=True)
class Past:
    """What a store was cut to: how many statements, their root, the time of the last, of how many in all."""

    size: int
    root: str
    last_ms: int
    of: int
    signed: bool

    def __str__(self) -> str:
        at = datetime.fromtimestamp(self.last_ms / 1000, CHINA)
        return f"序号 {self.size - 1} ({at:%Y-%m-%d %H:%M:%S})"


def make_past(source: Path, target: Path, vault: Vault, until: Until, held: Sequence[Held]) -> Past:
    """Makes the store of an earlier moment in a new file out of a sound store that nobody writes to. Raises
    BackupError, StoreError, VaultError."""
    with closing(open_for_reading(source)) as store, closing(create_store(target)) as made:
        log = open_log(store, vault, shipped_editions())
        head = store.checkpoint()
        of = head.size if head else 0
        size, before_ms = _cut(store, until, of)
        found(made, vault, log.origin)
        with one_line_errors(), store.reading() as reading:
            for table, wanted in _own(size, before_ms):
                _take_over(reading, made, table, wanted, before_ms)
        past = _folded(log, made, size, of, held)
        made.put_meta({AS_OF: str(past)})
    settle_file(target)
    return past


def mark_to_read(where: Path, told: str) -> None:
    """Has a store say that it is to be read only, and up to where the registry stood, so that no server takes
    it. Raises StoreError."""
    with closing(open_store(where)) as store:
        store.put_meta({AS_OF: told})
    settle_file(where)


def _folded(log: Log, made: SqlStore, size: int, of: int, held: Sequence[Held]) -> Past:
    result = Folded()
    state = fold(log, made, [FileSigner.generate(SUITE_ED25519)], result, end=size)
    passed = [each for each in result.passed_over if each.by < size]  # Others were erased later.
    faults = result.differences or erasure_faults(passed, result.erasures, state.directory.operator)
    if faults:
        raise BackupError(f"备份的陈述有误: {faults[0]}")
    assert state.head is not None
    checkpoint = Checkpoint(log.origin, size, state.edge.root())
    note = next((each.note for each in held if _text_of(each.note) == checkpoint.text()), "")
    made.commit(Group(checkpoint=replace(state.head, note=note or checkpoint.text() + "\n")))
    return Past(size, checkpoint.root.hex(), state.head.last_received_ms, of, bool(note))


def _text_of(note: str) -> str:
    try:
        return Checkpoint.parse(note.partition("\n\n")[0] + "\n").text()
    except CheckpointError:
        return ""


def _cut(store: SqlStore, until: Until, of: int) -> tuple[int, int | None]:
    """How many statements, and before which instant the registry's own records; None: all of them."""
    if until.position is not None:
        if until.position >= of:
            raise BackupError(f"备份只到序号 {of - 1}; 没有序号 {until.position}")
        size = until.position + 1
        return size, _received_ms(store, size) if size < of else None
    assert until.instant_ms is not None
    low, high = 0, of  # How many were received by then: times never decrease along the log.
    while low < high:
        middle = (low + high) // 2
        if _received_ms(store, middle) <= until.instant_ms:
            low = middle + 1
        else:
            high = middle
    if low == 0:
        raise BackupError("那时登记系统还没有建立")
    return low, until.instant_ms + 1


def _received_ms(store: SqlStore, position: int) -> int:
    row = store.statement(position)
    if row is None:
        raise StoreError(f"存储被改动: 没有序号{position}的陈述")
    return Leaf.decode(row.leaf).received_ms


def _own(size: int, before_ms: int | None) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Tables of what follows from nothing, and which of their rows there were."""
    stated = tables.statement.c.position < size
    yield tables.person, tables.person.c.ref.in_(select(tables.statement.c.subject).where(stated))
    yield tables.batch, tables.batch.c.header_hash.in_(select(tables.statement.c.batch).where(stated))
    yield tables.cosignature, tables.cosignature.c.size <= size
    yield tables.recipient, tables.recipient.c.position < size
    times = (tables.refusal.c.received_ms, tables.query_log.c.asked_ms, tables.execution.c.recorded_ms,
             tables.notice.c.made_ms, tables.subscription.c.since_ms)  # fmt: skip
    for column in times:
        yield column.table, column >= 0 if before_ms is None else column < before_ms


def _take_over(
    reading: Connection, made: SqlStore, table: Table, wanted: ColumnElement[bool], before_ms: int | None
) -> None:
    query = select(table).where(wanted).order_by(*table.primary_key.columns)
    with (
        made.writing() as writing,
        reading.execution_options(yield_per=PAGE).execute(query) as found_rows,
    ):
        rows = (_as_then(row._asdict(), before_ms) for row in found_rows)
        while page := list(islice(rows, PAGE)):
            add_rows(writing, table, page)


def _as_then(row: dict[str, Any], before_ms: int | None) -> dict[str, Any]:
    """A row without what came to it later: a notice that was not acknowledged yet."""
    acknowledged = row.get("acknowledged_ms")
    if acknowledged is None or before_ms is None or acknowledged < before_ms:
        return row
    return {**row, "acknowledged_ms": None}
