"""Submitting a file (批量提交): each good row becomes a signed statement, each row has a result.

Rows are signed and sent in batches, in order: one signature for up to 1,024 of them, each provable by itself
(``registry.provenance.batch``). A row that cannot be read is not sent and does not hold up the
others; nothing is left out in silence. Repeating a run is safe: a row that was recorded is answered as
already recorded (``registry_client.numbering`` says why).

Rows are checked by the registry alone here. To check a whole file first, in the words of its cells, and to
send what is good of it with a journal of what was sent, use ``registry_client.bulk``.

If the connection fails midway, the results so far have been yielded and the error is raised; the rest was not
sent, or its outcome is not known. Run the file again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.provenance.keys import Signer
from registry.v1.envelope_pb2 import SignedBatch
from registry.v1.statement_pb2 import Event, Statement
from registry_client.client import Registry
from registry_client.events import column_of_field, event_of_row, unsent_headings
from registry_client.files import Row, RowFault, Table
from registry_client.numbering import Numbering
from registry_client.outcomes import SubmitOutcome
from registry_client.statements import numbered_statement, seal_batch, seal_payloads

DEFAULT_BATCH = 256
MAX_BATCH = 1024


class Disposition(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    ALREADY_RECORDED = "already_recorded"
    REFUSED = "refused"
    """By the registry, which has logged it."""
    UNREADABLE = "unreadable"
    """Not sent: no statement could be made of it."""

    @property
    def recorded(self) -> bool:
        """Whether the row is in the log."""
        return self in (Disposition.ACCEPTED, Disposition.ALREADY_RECORDED)


@dataclass(frozen=True, slots=True)
class RowResult:
    """The result of one row. ``unsent`` are headings of columns with text that its statement does not
    carry, ``warnings`` what a person should look at although nothing is wrong; ``known`` says that an earlier
    run had recorded it, so that it was not sent again.
    """

    line: int
    disposition: Disposition
    statement_id: str = ""
    position: int | None = None
    faults: tuple[RowFault, ...] = ()
    unsent: tuple[str, ...] = ()
    warnings: tuple[RowFault, ...] = ()
    known: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """On whose behalf statements are made: origin of the log, department's code, its key and its secret."""

    origin: str
    department: str
    signer: Signer
    numbering: Numbering

    def statement(self, event: Event) -> Statement:
        """The statement that an event makes, with its id."""
        return numbered_statement(self.numbering, origin=self.origin, department=self.department, body=event)

    def batch(self, statements: Sequence[Statement]) -> SignedBatch:
        """The statements, serialised here once and for all, under one signature."""
        return seal_batch(self.numbering, statements, self.signer)

    def payload_batch(self, payloads: Sequence[bytes]) -> SignedBatch:
        """As ``batch``, of statements that were serialised before."""
        return seal_payloads(
            self.numbering, payloads, origin=self.origin, department=self.department, signer=self.signer
        )


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A row whose statement waits for the batch to be full."""

    row: Row
    event: Event
    statement: Statement


def submit_table(
    registry: Registry, table: Table, sender: Sender, *, batch: int = DEFAULT_BATCH
) -> Iterator[RowResult]:
    """The result of every row, in the order of the file. ValueError unless ``batch`` is 1 to 1,024.

    RegistryCallError and AnswerError as ``Registry.submit_batch``.
    """
    if not 1 <= batch <= MAX_BATCH:
        raise ValueError(f"a batch has 1 to {MAX_BATCH} statements, not {batch}")
    waiting: list[_Waiting | RowResult] = []
    for row in table.rows():
        waiting.append(_prepare(table, row, sender))
        if len(waiting) == batch:
            yield from _send(registry, table, sender, waiting)
            waiting = []
    yield from _send(registry, table, sender, waiting)


def _prepare(table: Table, row: Row | RowFault, sender: Sender) -> _Waiting | RowResult:
    if isinstance(row, RowFault):
        return RowResult(row.line, Disposition.UNREADABLE, faults=(row,))
    event = event_of_row(table.headings, row)
    if isinstance(event, tuple):
        return RowResult(row.line, Disposition.UNREADABLE, faults=event)
    return _Waiting(row, event, sender.statement(event))


def _send(
    registry: Registry, table: Table, sender: Sender, batch: Sequence[_Waiting | RowResult]
) -> Iterator[RowResult]:
    statements = [each.statement for each in batch if isinstance(each, _Waiting)]
    outcomes = iter(registry.submit_batch(sender.batch(statements)) if statements else ())
    for each in batch:
        yield each if isinstance(each, RowResult) else _result(table, each, next(outcomes))


def _result(table: Table, sent: _Waiting, outcome: SubmitOutcome) -> RowResult:
    if outcome.already_recorded:
        disposition = Disposition.ALREADY_RECORDED
    elif outcome.accepted:
        disposition = Disposition.ACCEPTED
    else:
        disposition = Disposition.REFUSED
    line = sent.row.line
    faults = tuple(
        RowFault(
            line,
            column_of_field(table.headings, sent.row, sent.event, fault.field),
            fault.reason,
            fault.message,
        )
        for fault in outcome.faults
    )
    unsent = tuple(unsent_headings(table.headings, sent.row))
    return RowResult(line, disposition, sent.statement.statement_id, outcome.position, faults, unsent)
