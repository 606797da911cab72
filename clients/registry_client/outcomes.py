"""What became of a submitted statement: accepted at a position, or refused with every fault at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from registry.v1.error_reason_pb2 import Fault
from registry.v1.intake_service_pb2 import SubmitResult
from registry_client.errors import AnswerError


@dataclass(frozen=True, slots=True)
class SubmitOutcome:
    """One statement's outcome. ``position`` is None where it was refused.

    ``already_recorded`` says that an earlier submission recorded it; position and time are those of then.
    """

    statement_id: str
    position: int | None = None
    received_time: datetime | None = None
    already_recorded: bool = False
    faults: tuple[Fault, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the statement is in the log."""
        return self.position is not None

    @classmethod
    def of(cls, result: SubmitResult) -> SubmitOutcome:
        """The outcome that an answer states. AnswerError if it states none."""
        match result.WhichOneof("outcome"):
            case "accepted":
                accepted = result.accepted
                received = accepted.received_time.ToDatetime(UTC)
                return cls(result.statement_id, accepted.position, received, accepted.already_recorded)
            case "refused":
                return cls(result.statement_id, faults=tuple(result.refused.faults))
            case _:
                raise AnswerError("the registry does not say what became of a statement")


def outcomes_of(results: Sequence[SubmitResult], *, asked: int) -> list[SubmitOutcome]:
    """The outcomes of a batch of ``asked`` envelopes, in their order. AnswerError if the count differs."""
    if len(results) != asked:
        raise AnswerError(f"the registry gave {len(results)} outcomes for {asked} statements")
    return [SubmitOutcome.of(result) for result in results]
