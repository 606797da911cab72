"""How far a backup reaches: what an increment has to begin after, and what it has to take away or set right.

Statements have positions, and most of the registry's own records numbers: what is new is what is higher. The
rest is told by what stands here, with no clock in it, so that a clock that was set back hides nothing:

    numbers      the highest number of each table of own records
    lowest       the lowest there is: what was below is kept no longer
    questions    how many are kept of each 4096 of the query log: their terms end at different times
    waiting      notices that nobody had acknowledged yet
    cosigned     the largest size that each witness cosigned
    subscribed   who is told of every change, and since when
    recipients   SHA-256 over who was told of decisions, for each 4096 positions: rows there have no number

A base is asked for them in its store; an increment has them in ``marks.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, and_, func, select

from registry.backups.manifest import MARKS, BackupError, bounded
from registry.store import tables

BLOCK = 4096
MAX_MARKS_BYTES = 64 << 20
"""Some three million blocks: of 10⁹ statements and as many questions there are half a million."""
NUMBERED = (tables.refusal, tables.query_log, tables.execution, tables.notice)
_PAGE = 2000


@dataclass(slots=True)
class Marks:
    """How far a backup reaches; the module says what each holds."""

    numbers: dict[str, int] = field(default_factory=dict)
    lowest: dict[str, int] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    cosigned: dict[str, int] = field(default_factory=dict)
    subscribed: list[str] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    questions: dict[str, int] = field(default_factory=dict)
    changed: list[int] = field(default_factory=list)
    """Blocks of recipients that an increment has whole."""
    thinned: list[int] = field(default_factory=list)
    """Blocks of the query log that an increment has whole, for some of them are kept no longer."""

    def text(self) -> str:
        """As it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"

    @classmethod
    def of(cls, increment: Path) -> Marks:
        """Those of an increment. Raises BackupError if its file is not what ``text`` made."""
        try:
            return msgspec.json.decode(bounded(increment / MARKS, MAX_MARKS_BYTES), type=cls)
        except (OSError, ValueError, RecursionError, msgspec.DecodeError):
            raise BackupError(f"{increment / MARKS} 不能读取, 或已损坏") from None

    def changed_since(self, before: Marks) -> list[int]:
        """The blocks of recipients that are other than they were, or gone."""
        blocks = self.recipients.keys() | before.recipients.keys()
        return sorted(
            int(each) for each in blocks if self.recipients.get(each) != before.recipients.get(each)
        )


def among(number: Column[Any], block: int) -> ColumnElement[bool]:
    """Which rows are of a block of numbers or positions."""
    return and_(number >= block * BLOCK, number < (block + 1) * BLOCK)


def marks_of(reading: Connection, before: Marks | None = None) -> Marks:
    """How far a store reaches, in one reading transaction, and which blocks of the query log are thinner than
    ``before``."""
    marks = Marks()
    marks.questions, marks.thinned = _questions(reading, before or Marks())
    for table in NUMBERED:
        ends = select(func.min(table.c.number), func.max(table.c.number))
        lowest, highest = reading.execute(ends).one()
        marks.numbers[table.name], marks.lowest[table.name] = highest or 0, lowest or 0
    notice = tables.notice.c
    waiting = select(notice.number).where(notice.acknowledged_ms.is_(None)).order_by(notice.number)
    marks.waiting = [number for (number,) in reading.execute(waiting)]
    signed = tables.cosignature.c
    sizes = (
        select(signed.name, func.max(signed.size).label("size")).group_by(signed.name).order_by(signed.name)
    )
    marks.cosigned = {row.name: row.size for row in reading.execute(sizes.order_by(signed.name))}
    told = tables.subscription.c
    callers = select(told.caller, told.since_ms).order_by(told.caller)
    marks.subscribed = [f"{row.caller} {row.since_ms}" for row in reading.execute(callers)]
    for block, rows in groupby(_recipients(reading), key=lambda row: row.position // BLOCK):
        digest = sha256()
        for row in rows:
            digest.update(f"{row.position} {row.domain} {row.caller}\n".encode())
        marks.recipients[str(block)] = digest.hexdigest()
    return marks


def _recipients(reading: Connection) -> Iterator[Any]:
    told = tables.recipient
    query = select(told).order_by(told.c.position, told.c.caller, told.c.domain)
    yield from reading.execution_options(yield_per=_PAGE).execute(query)


def _questions(reading: Connection, before: Marks) -> tuple[dict[str, int], list[int]]:
    """How many questions are kept of each block, and the blocks of which fewer are than were. What was there
    before is counted by blocks only where its sum is another."""
    number, told = tables.query_log.c.number, before.numbers.get(tables.query_log.name, 0)
    by_block = select((number // BLOCK).label("block"), func.count().label("many")).group_by("block")
    counts, thinned = dict(before.questions), list[int]()
    kept = reading.execute(select(func.count()).select_from(tables.query_log).where(number <= told))
    if kept.scalar_one() != sum(counts.values()):
        counts = {str(row.block): row.many for row in reading.execute(by_block.where(number <= told))}
        thinned = sorted(int(each) for each, many in before.questions.items() if counts.get(each, 0) < many)
    for row in reading.execute(by_block.where(number > told)):
        counts[str(row.block)] = counts.get(str(row.block), 0) + row.many
    return counts, thinned
