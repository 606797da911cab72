"""One error type, and the one place where it becomes a gRPC status.

Every refusal carries a reason of ``registry.v1.ErrorReason``. On the wire it is a ``google.rpc.Status``
with ErrorInfo (reason without prefix, domain ``registry.v1``), BadRequest with one violation for each
fault, and RetryInfo where trying again makes sense. Internal detail never leaves: an unexpected
exception is logged with an incident number, and the caller sees only the number.

A status travels in headers, of which a client takes some kilobytes and drops the whole answer beyond: of very
many or long faults the first are told and the rest counted, and a text is cut. Example: of 100 faults the
first thirty or so are told, and the last violation says 另有70处错误未列出。
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from registry.domain.faults import Fault, untold
from registry.v1 import error_reason_pb2 as reasons

ERROR_DOMAIN = "registry.v1"
RETRY_AFTER_S = (1.0, 2.0)
MAX_STATUS_BYTES = 7_000
"""Of a status as it is written in headers: 8 KiB of these are what a client takes without fail."""
_MAX_MESSAGE = 200
_ROOM_FOR_THE_REST = 300

_CODES = {
    reasons.ERROR_REASON_UNAUTHENTICATED: code_pb2.UNAUTHENTICATED,
    reasons.ERROR_REASON_METHOD_DENIED: code_pb2.PERMISSION_DENIED,
    reasons.ERROR_REASON_DOMAIN_DENIED: code_pb2.PERMISSION_DENIED,
    reasons.ERROR_REASON_CALLER_NOT_DEPARTMENT: code_pb2.PERMISSION_DENIED,
    reasons.ERROR_REASON_POSITION_AHEAD: code_pb2.OUT_OF_RANGE,
    reasons.ERROR_REASON_STORE_UNAVAILABLE: code_pb2.UNAVAILABLE,
    reasons.ERROR_REASON_STAMPING_FAILED: code_pb2.UNAVAILABLE,
    reasons.ERROR_REASON_INDEX_STALE: code_pb2.UNAVAILABLE,
    reasons.ERROR_REASON_OVERLOADED: code_pb2.RESOURCE_EXHAUSTED,
    reasons.ERROR_REASON_READER_TOO_SLOW: code_pb2.RESOURCE_EXHAUSTED,
    reasons.ERROR_REASON_NOT_FOUND: code_pb2.NOT_FOUND,
    reasons.ERROR_REASON_CONTENT_ERASED: code_pb2.NOT_FOUND,
    reasons.ERROR_REASON_CASE_UNKNOWN: code_pb2.NOT_FOUND,
    reasons.ERROR_REASON_REMEDY_UNKNOWN: code_pb2.NOT_FOUND,
    reasons.ERROR_REASON_ANSWER_NOT_REPRODUCED: code_pb2.FAILED_PRECONDITION,
    reasons.ERROR_REASON_EVIDENCE_NOT_AVAILABLE: code_pb2.FAILED_PRECONDITION,
    reasons.ERROR_REASON_STATEMENT_ID_REUSED: code_pb2.ALREADY_EXISTS,
    reasons.ERROR_REASON_INTERNAL: code_pb2.INTERNAL,
}
_RETRY = {
    reasons.ERROR_REASON_STORE_UNAVAILABLE,
    reasons.ERROR_REASON_STAMPING_FAILED,
    reasons.ERROR_REASON_OVERLOADED,
    reasons.ERROR_REASON_INDEX_STALE,
}


class RegistryError(Exception):
    """A request cannot be served; ``faults`` says why and where, the first one names the status. ``metadata``
    is for programs."""

    def __init__(self, faults: Sequence[Fault], metadata: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = tuple(faults)
        self.metadata = metadata

    @classmethod
    def of(cls, reason: reasons.ErrorReason.ValueType, message: str, field: str = "") -> RegistryError:
        """An error with a single fault."""
        return cls([Fault(reason, field, message)])


def status_of(error: RegistryError, *, retry_after_s: float | None = None) -> grpc.Status:
    """The gRPC status, with details, that tells a caller of the error. ``retry_after_s``: when to come again;
    not given, a moment between one and two seconds, another one for each: who was refused together must not
    come back together."""
    first = error.faults[0]
    info = error_details_pb2.ErrorInfo(reason=first.name, domain=ERROR_DOMAIN)
    info.metadata.update(error.metadata)
    if first.field:
        info.metadata["field"] = first.field
    details, message = [_packed(info)], _cut(first.message)
    if violations := _violations(error.faults, room=_room_beside(message)):
        details.append(_packed(error_details_pb2.BadRequest(field_violations=violations)))
    if is_worth_retrying(error):
        after_s = random.uniform(*RETRY_AFTER_S) if retry_after_s is None else retry_after_s
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(round(1000 * after_s))
        details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    code = _CODES.get(first.reason, code_pb2.INVALID_ARGUMENT)
    return rpc_status.to_status(status_pb2.Status(code=code, message=message, details=details))


def error_of(status: status_pb2.Status) -> RegistryError:
    """What a status of ``status_of`` was made from, as far as it tells: for one that another process made."""
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        _ = detail.Unpack(info) or detail.Unpack(request)
    first = Fault(_reason(info.reason), info.metadata["field"], status.message)
    placed = [Fault(_reason(each.reason), each.field, each.description) for each in request.field_violations]
    return RegistryError(placed if first.field and placed else [first, *placed])


def _reason(name: str) -> reasons.ErrorReason.ValueType:
    full = f"ERROR_REASON_{name}"
    known = reasons.ErrorReason.DESCRIPTOR.values_by_name
    return reasons.ErrorReason.Value(full) if full in known else reasons.ERROR_REASON_INTERNAL


def is_worth_retrying(error: RegistryError) -> bool:
    """Whether the same request may be served a little later."""
    return error.faults[0].reason in _RETRY


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]}…"


def _room_beside(message: str) -> int:
    """How many bytes the violations may have. The message stands in the headers twice: escaped, three
    characters a byte, and in the details, which are written in base64, as the violations are."""
    once = len(message.encode())
    return (MAX_STATUS_BYTES - 3 * once) * 3 // 4 - once - _ROOM_FOR_THE_REST


def _violations(faults: Sequence[Fault], *, room: int) -> list[error_details_pb2.BadRequest.FieldViolation]:
    """The faults that have a place, as many as there is room for; the last one counts those left out."""
    placed = [fault for fault in faults if fault.field]
    told: list[error_details_pb2.BadRequest.FieldViolation] = []
    for number, fault in enumerate(placed):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=_cut(fault.field), description=_cut(fault.message), reason=fault.name
        )
        room -= violation.ByteSize() + 4  # Its tag and length.
        if told and room < 0:
            rest = untold(len(placed) - number)
            return [*told, error_details_pb2.BadRequest.FieldViolation(description=rest, reason=fault.name)]
        told.append(violation)
    return told


def _packed(
    message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
