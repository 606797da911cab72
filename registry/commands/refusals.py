"""Refused statements as they are kept and told."""

from __future__ import annotations

from collections.abc import Iterable

from registry.commands.submission import Rejection
from registry.domain.faults import Fault, told
from registry.domain.quoting import names_somebody
from registry.store.interface import RefusalRow
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.intake_service_pb2 import Refused


def refusal_row(rejection: Rejection, received_ms: int) -> RefusalRow:
    """The row of a refusal; without an id in which a person's number stands, for it rests in clear."""
    return RefusalRow(
        department=rejection.department,
        statement_id="" if names_somebody(rejection.statement_id) else rejection.statement_id,
        payload_sha256=rejection.payload_sha256,
        received_ms=received_ms,
        faults=refused(rejection.faults).SerializeToString(),
    )


def kept(faults: bytes) -> Refused:
    """What a row holds: of one that a release before the bound wrote, as much as is kept today. Raises
    DecodeError."""
    held = Refused.FromString(faults).faults
    return refused(told([Fault(each.reason, each.field, each.message) for each in held]))


def refused(faults: Iterable[Fault]) -> Refused:
    """Faults as they are answered and kept."""
    return Refused(faults=map(_message, faults))


def _message(fault: Fault) -> reasons.Fault:
    return reasons.Fault(reason=fault.reason, field=fault.field, message=fault.message)
