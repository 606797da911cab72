"""What a failed call tells: one error type, read from the status that the registry sends.

The registry answers a refused call with a google.rpc.Status (google/rpc/error_details.proto):

    ErrorInfo    reason without its prefix, such as PURPOSE_REQUIRED, in the domain "registry.v1"
    BadRequest   one violation for each fault: field, description in Chinese, reason
    RetryInfo    how long to wait before asking again, where that makes sense

A failure that does not come from the registry (no connection, deadline passed) has a gRPC code and no reason.
Whatever the failure, there is no answer, and no answer is not CLEAR.

Example: ``RegistryCallError(code=INVALID_ARGUMENT, reason="PURPOSE_REQUIRED", violations=(FieldViolation(
"purpose.reference", "查询自然人须写明用途和案号…", "PURPOSE_REQUIRED"),))``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

ERROR_DOMAIN = "registry.v1"


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One fault of a request: where, in what words, and the reason without its prefix."""

    field: str
    description: str
    reason: str


class RegistryCallError(Exception):
    """A call was not answered.

    ``code`` is the gRPC status; ``reason`` a name of ``registry.v1.ErrorReason`` without prefix, or empty;
    ``retry_after_s`` the seconds after which the registry suggests to ask again, or None; ``metadata`` what
    else it says for programs, such as ``resume_token``.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        *,
        reason: str = "",
        violations: Sequence[FieldViolation] = (),
        retry_after_s: float | None = None,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.violations = tuple(violations)
        self.retry_after_s = retry_after_s
        self.metadata = metadata

    def __str__(self) -> str:
        return " ".join(f"{self.reason or self.code.name}: {self.message}".split())

    @classmethod
    def of(cls, error: Exception) -> RegistryCallError:
        """What an error of gRPC says."""
        if not isinstance(error, grpc.Call):
            return cls(grpc.StatusCode.UNKNOWN, str(error))
        message, code = error.details() or "", error.code()
        status = _status(error)
        if status is None:
            return cls(code, message)
        return cls(
            code,
            message,
            reason=_reason(status),
            violations=_violations(status),
            retry_after_s=_retry_after_s(status),
            metadata=_metadata(status),
        )


class SealingError(Exception):
    """Something cannot be sealed or opened; says why, and nothing of the content."""


class AnswerError(Exception):
    """An answer that contradicts the contract, such as fewer verdicts than subjects. It is not used."""


def _status(call: grpc.Call) -> status_pb2.Status | None:
    """The status with its details; None where there is none, or it is not the one that gRPC reports."""
    try:
        status: status_pb2.Status | None = rpc_status.from_call(call)
    except (ValueError, DecodeError):
        return None
    return status


def _reason(status: status_pb2.Status) -> str:
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info) and info.domain == ERROR_DOMAIN:
            return info.reason
    return ""


def _metadata(status: status_pb2.Status) -> dict[str, str]:
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info) and info.domain == ERROR_DOMAIN:
            return dict(info.metadata)
    return {}


def _violations(status: status_pb2.Status) -> list[FieldViolation]:
    request = error_details_pb2.BadRequest()
    return [
        FieldViolation(each.field, each.description, each.reason)
        for detail in status.details
        if detail.Unpack(request)
        for each in request.field_violations
    ]


def _retry_after_s(status: status_pb2.Status) -> float | None:
    retry = error_details_pb2.RetryInfo()
    for detail in status.details:
        if detail.Unpack(retry):
            return retry.retry_delay.ToTimedelta().total_seconds()
    return None
