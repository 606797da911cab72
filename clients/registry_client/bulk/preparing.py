"""A file prepared for submission (提交前的准备): every row checked, every good one a statement that waits.

Nothing is sent while a file is prepared. What waits lies in a ``Spool``, a file without a name that vanishes
with the process, so that 100,000 statements need no memory and leave nothing behind, whatever happens. Rows
are checked one by one as they are read; kept of each is its statement's id.

Two rows with one id name the same document of the same subject (``registry_client.numbering``). Where they
say the same they are one statement, and the second is told of; where they do not, the second is a fault, for
only a correction may change what a statement says.

For a console: ``prepared_rows`` needs no files, no signature and no network.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from registry.v1 import error_reason_pb2 as reasons
from registry.v1.statement_pb2 import Event, Statement
from registry_client.bulk.rows import CheckedRow, check_rows
from registry_client.files import RowFault, Table
from registry_client.numbering import Numbering
from registry_client.statements import numbered_statement

DIGEST_BYTES = 16
_LINE_BITS = 32
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Author:
    """On whose behalf statements are made: origin of the log, department's code, its secret for ids."""

    origin: str
    department: str
    numbering: Numbering

    def statement(self, event: Event) -> Statement:
        """The statement that an event makes, with its id; not signed."""
        return numbered_statement(self.numbering, origin=self.origin, department=self.department, body=event)


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row and the statement that it makes, serialised and not signed; empty where it must not be sent.

    ``digest`` names what the statement says: with the same id and another digest it is another statement.
    """

    line: int
    statement_id: str = ""
    payload: bytes = field(default=b"", repr=False)
    faults: tuple[RowFault, ...] = ()
    warnings: tuple[RowFault, ...] = ()
    unsent: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        # A tenth of the time of a file would else go into asking the class for its fields.
        parts = self.line, self.statement_id, self.payload, self.faults, self.warnings, self.unsent
        return PreparedRow, parts

    @property
    def digest(self) -> bytes:
        """The first bytes of the SHA-256 of the statement."""
        return sha256(self.payload).digest()[:DIGEST_BYTES]


class Spool(Generic[_Item]):
    """Rows that wait, in their order, in a file without a name. Written once, read as often as wanted."""

    def __init__(self, directory: Path | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - closed by __exit__
        self._count = 0

    def append(self, item: _Item) -> None:
        """Adds a row at the end."""
        pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def flush(self) -> None:
        """Writes what is still to be written; OSError where there is no room for it."""
        self._file.flush()

    def close(self) -> None:
        """Lets it vanish."""
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[_Item]:
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)

    def __enter__(self) -> Spool[_Item]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(slots=True)
class Prepared:
    """A file that was read to its end: its rows in the spool, their ids, and a digest of the whole."""

    table: Table
    spool: Spool[PreparedRow]
    ids: frozenset[str]
    digest: bytes
    good: int
    faulty: int

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return self.good + self.faulty


def prepare(
    table: Table,
    author: Author,
    *,
    today: date,
    directory: Path | None = None,
    told: Callable[[int], None] = lambda rows: None,
) -> Prepared:
    """Reads a file to its end and gives back the memory that it took. ``told`` hears of every row.

    FileFormatError for what only reading shows, and OSError where there is no room for the spool.
    """
    spool: Spool[PreparedRow] = Spool(directory)
    ids: set[str] = set()
    digest, good = sha256(), 0
    try:
        for row in prepared_rows(table, author, today=today):
            spool.append(row)
            ids.add(row.statement_id)
            digest.update(f"{row.line}:{row.statement_id}\n".encode())
            good += not row.faults
            told(1)
        spool.flush()
    except BaseException:
        spool.close()
        raise
    table.source.release()
    ids.discard("")
    return Prepared(table, spool, frozenset(ids), digest.digest(), good, len(spool) - good)


def prepared_rows(table: Table, author: Author, *, today: date) -> Iterator[PreparedRow]:
    """Every row of a file in its order, checked as on this day; each good one with its unsigned statement."""
    seen: dict[str, int] = {}
    for row in check_rows(table, today=today):
        yield _prepared(row, author, seen)


def _prepared(row: CheckedRow, author: Author, seen: dict[str, int]) -> PreparedRow:
    if row.event is None:
        return PreparedRow(row.line, faults=row.faults, warnings=row.warnings, unsent=row.unsent)
    statement = author.statement(row.event)
    payload = statement.SerializeToString(deterministic=True)
    mark = int.from_bytes(sha256(payload).digest()[:8], "big")
    known = seen.setdefault(statement.statement_id, mark << _LINE_BITS | row.line)
    first, faults, warnings = known & ((1 << _LINE_BITS) - 1), row.faults, row.warnings
    if first != row.line and known >> _LINE_BITS == mark:
        message = f"与第{first}行完全相同，只登记一次"
        warnings += (RowFault(row.line, "", reasons.ERROR_REASON_UNSPECIFIED, message),)
    elif first != row.line:
        message = f"与第{first}行是同一主体的同一文书，内容却不同；请只留一行，已登记的请用更正"
        faults += (RowFault(row.line, "", reasons.ERROR_REASON_STATEMENT_ID_REUSED, message),)
    return PreparedRow(
        row.line, statement.statement_id, b"" if faults else payload, faults, warnings, row.unsent
    )
