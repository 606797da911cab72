"""One error type, and the one place where it becomes a gRPC status.

Every refusal carries a reason of ``registry.v1.ErrorReason``. On the wire it is a ``google.rpc.Status``
with ErrorInfo (reason without prefix, domain ``registry.v1``), BadRequest with one violation for each
fault, and RetryInfo where trying again makes sense. Internal detail never leaves: an unexpected
exception is logged with an incident number, and the caller sees only the number.
"""

from __future__ import annotations

from collections.abc import Sequence

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from registry.domain.faults import Fault
from registry.v1 import error_reason_pb2 as reasons

ERROR_DOMAIN = "registry.v1"
RETRY_AFTER_S = 1

_CODES = {
    reasons.ERROR_REASON_UNAUTHENTICATED: code_pb2.UNAUTHENTICATED,
    reasons.ERROR_REASON_METHOD_DENIED: code_pb2.PERMISSION_DENIED,
    reasons.ERROR_REASON_DOMAIN_DENIED: code_pb2.PERMISSION_DENIED,
    reasons.ERROR_REASON_CALLER_NOT_DEPARTMENT: code_pb2.PERMISSION_DENIED,
    reasons.ERROR_REASON_POSITION_AHEAD: code_pb2.OUT_OF_RANGE,
    reasons.ERROR_REASON_STORE_UNAVAILABLE: code_pb2.UNAVAILABLE,
    reasons.ERROR_REASON_STAMPING_FAILED: code_pb2.UNAVAILABLE,
    reasons.ERROR_REASON_OVERLOADED: code_pb2.RESOURCE_EXHAUSTED,
    reasons.ERROR_REASON_NOT_FOUND: code_pb2.NOT_FOUND,
    reasons.ERROR_REASON_CONTENT_ERASED: code_pb2.NOT_FOUND,
    reasons.ERROR_REASON_ANSWER_NOT_REPRODUCED: code_pb2.FAILED_PRECONDITION,
    reasons.ERROR_REASON_EVIDENCE_NOT_AVAILABLE: code_pb2.FAILED_PRECONDITION,
    reasons.ERROR_REASON_STATEMENT_ID_REUSED: code_pb2.ALREADY_EXISTS,
    reasons.ERROR_REASON_INTERNAL: code_pb2.INTERNAL,
}
_RETRY = {
    reasons.ERROR_REASON_STORE_UNAVAILABLE,
    reasons.ERROR_REASON_STAMPING_FAILED,
    reasons.ERROR_REASON_OVERLOADED,
}


class RegistryError(Exception):
    """A request cannot be served; ``faults`` says why and where, the first one names the status."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = tuple(faults)

    @classmethod
    def of(cls, reason: reasons.ErrorReason.ValueType, message: str, field: str = "") -> RegistryError:
        """An error with a single fault."""
        return cls([Fault(reason, field, message)])


def status_of(error: RegistryError) -> grpc.Status:
    """The gRPC status, with details, that tells a caller of the error."""
    first = error.faults[0]
    info = error_details_pb2.ErrorInfo(reason=first.name, domain=ERROR_DOMAIN)
    if first.field:
        info.metadata["field"] = first.field
    details = [_packed(info)]
    violations = [
        error_details_pb2.BadRequest.FieldViolation(field=f.field, description=f.message, reason=f.name)
        for f in error.faults
        if f.field
    ]
    if violations:
        details.append(_packed(error_details_pb2.BadRequest(field_violations=violations)))
    if first.reason in _RETRY:
        delay = duration_pb2.Duration(seconds=RETRY_AFTER_S)
        details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    code = _CODES.get(first.reason, code_pb2.INVALID_ARGUMENT)
    return rpc_status.to_status(status_pb2.Status(code=code, message=first.message, details=details))


def _packed(
    message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
