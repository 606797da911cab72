"""Sending what was prepared (发送): batch by batch, what is known already left out, answers led back to
cells.

Each good row that the journal does not know goes into a batch under one signature. A batch is answered before
the next is sent, and what it recorded is noted at once. A row that the registry refuses comes back with the
registry's faults, each led from its field to the column that the file has for it.

If the connection fails midway, the results so far have been yielded and the error is raised. Run it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from registry.v1.statement_pb2 import Statement
from registry_client.bulk.journal import Recorded
from registry_client.bulk.preparing import PreparedRow
from registry_client.client import Registry
from registry_client.columns import Headings
from registry_client.events import column_of_field
from registry_client.files import Row, RowFault
from registry_client.layouts import LIST_ENTRY
from registry_client.outcomes import SubmitOutcome
from registry_client.submission import DEFAULT_BATCH, Disposition, RowResult, Sender

_LOOKED_AT = 4
"""Rows that are not sent do not fill a batch: so many batches of them are the longest that others wait
for."""


class Sent(Protocol):
    """What remembers which statements were recorded: ``journal.Journal``."""

    def known(self, ids: Sequence[str]) -> Mapping[str, Recorded]:
        """Those that were recorded."""

    def note(self, recorded: Iterable[tuple[str, bytes, int]]) -> None:
        """Notes ids, digests and positions."""


class NothingKnown:
    """Passes over what is remembered: every row is sent, and what the registry answers is noted."""

    def __init__(self, sent: Sent | None = None) -> None:
        self._sent = sent

    def known(self, ids: Sequence[str]) -> Mapping[str, Recorded]:
        """None."""
        return {}

    def note(self, recorded: Iterable[tuple[str, bytes, int]]) -> None:
        """Notes them where there is something to note them in."""
        if self._sent is not None:
            self._sent.note(recorded)


def send_rows(
    registry: Registry,
    rows: Iterable[PreparedRow],
    headings: Headings,
    *,
    sender: Sender,
    sent: Sent,
    batch: int = DEFAULT_BATCH,
) -> Iterator[RowResult]:
    """The result of every row, in order. RegistryCallError and AnswerError as ``Registry.submit_batch``."""
    for some in _portions(rows, batch):
        known = sent.known([row.statement_id for row in some if row.payload])
        new: dict[str, PreparedRow] = {}
        for row in some:
            if row.payload and not _is_recorded(row, known.get(row.statement_id)):
                new.setdefault(row.statement_id, row)
        outcomes = _outcomes(registry, list(new.values()), sender)
        sent.note(
            (each, new[each].digest, outcome.position)
            for each, outcome in outcomes.items()
            if outcome.position is not None
        )
        for row in some:
            # Of two rows with one statement the first was sent, the second has its outcome.
            outcome = outcomes.get(row.statement_id) if row.payload else None
            if outcome is None:
                yield _unsent(row, known.get(row.statement_id))
            else:
                yield result_of(row, outcome, headings, repeated=new[row.statement_id] is not row)


def result_of(
    row: PreparedRow, outcome: SubmitOutcome, headings: Headings, *, repeated: bool = False
) -> RowResult:
    """What became of a row that was sent, the registry's faults led back to its columns."""
    disposition = Disposition.REFUSED
    if outcome.accepted:
        again = outcome.already_recorded or repeated
        disposition = Disposition.ALREADY_RECORDED if again else Disposition.ACCEPTED
    return RowResult(
        row.line,
        disposition,
        row.statement_id,
        outcome.position,
        _refusal(row, outcome, headings) if outcome.faults else (),
        row.unsent,
        row.warnings,
    )


def _refusal(row: PreparedRow, outcome: SubmitOutcome, headings: Headings) -> tuple[RowFault, ...]:
    event = Statement.FromString(row.payload).event
    cells = {LIST_ENTRY.mark: event.list_code}  # The one cell on which the columns of a row depend.
    given = Row(row.line, cells)
    return tuple(
        RowFault(row.line, column_of_field(headings, given, event, each.field), each.reason, each.message)
        for each in outcome.faults
    )


def _unsent(row: PreparedRow, known: Recorded | None) -> RowResult:
    if row.payload and known:
        recorded = Disposition.ALREADY_RECORDED
        return RowResult(
            row.line, recorded, row.statement_id, known.position, (), row.unsent, row.warnings, known=True
        )
    return RowResult(row.line, Disposition.UNREADABLE, "", None, row.faults, row.unsent, row.warnings)


def _is_recorded(row: PreparedRow, known: Recorded | None) -> bool:
    return known is not None and known.digest == row.digest


def _outcomes(registry: Registry, rows: Sequence[PreparedRow], sender: Sender) -> dict[str, SubmitOutcome]:
    if not rows:
        return {}
    answers = registry.submit_batch(sender.payload_batch([row.payload for row in rows]))
    return {row.statement_id: outcome for row, outcome in zip(rows, answers, strict=True)}


def _portions(rows: Iterable[PreparedRow], batch: int) -> Iterator[list[PreparedRow]]:
    """Rows in portions with at most one batch of statements in each."""
    portion: list[PreparedRow] = []
    statements = 0
    for row in rows:
        portion.append(row)
        statements += bool(row.payload)
        if statements == batch or len(portion) == _LOOKED_AT * batch:
            yield portion
            portion, statements = [], 0
    if portion:
        yield portion
