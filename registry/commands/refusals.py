"""Refused statements as they are kept and told."""

from __future__ import annotations

from registry.commands.submission import Rejection
from registry.domain.faults import Fault
from registry.domain.quoting import names_somebody
from registry.store.interface import RefusalRow
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import intake_service_pb2


def refusal_row(rejection: Rejection, received_ms: int) -> RefusalRow:
    """The row of a refusal; without an id in which a person's number stands, for it rests in clear."""
    refused = intake_service_pb2.Refused(faults=[fault_message(fault) for fault in rejection.faults])
    return RefusalRow(
        department=rejection.department,
        statement_id="" if names_somebody(rejection.statement_id) else rejection.statement_id,
        payload_sha256=rejection.payload_sha256,
        received_ms=received_ms,
        faults=refused.SerializeToString(),
    )


def fault_message(fault: Fault) -> reasons.Fault:
    """A fault as it travels and rests."""
    return reasons.Fault(reason=fault.reason, field=fault.field, message=fault.message)
