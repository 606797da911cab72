"""Outcomes of submissions as messages."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from registry.commands.jobs import Outcome, Placed
from registry.commands.refusals import refused
from registry.store.writer import ANSWER_S, Promise
from registry.v1 import intake_service_pb2 as pb


def results(
    futures: Iterable[Promise[Outcome | None]], time_left_s: float | None = None
) -> list[pb.SubmitResult]:
    """Waits until every outcome is durable, as long as the caller does. Raises StoreError if the store could
    not write, or has not in that time."""
    until = monotonic() + min(ANSWER_S, ANSWER_S if time_left_s is None else time_left_s)
    return [result(future.result(max(0.0, until - monotonic()))) for future in futures]


def result(outcome: Outcome | None) -> pb.SubmitResult:
    """The message of one outcome."""
    assert outcome is not None  # Only a query-log job has none.
    if isinstance(outcome, Placed):
        placed = pb.SubmitResult(statement_id=outcome.statement_id)
        placed.accepted.position = outcome.position
        placed.accepted.received_time.FromMilliseconds(outcome.received_ms)
        placed.accepted.already_recorded = outcome.again
        return placed
    return pb.SubmitResult(statement_id=outcome.statement_id, refused=refused(outcome.faults))
