"""What gRPC reports when the status is not one of the registry's: a proxy's, a broken one, none."""

from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2

from registry_client.errors import RegistryCallError


class _Call(grpc.RpcError, grpc.Call):
    """A finished call with the trailing metadata that a server sent."""

    def __init__(self, code: grpc.StatusCode, details: str, status: bytes | None) -> None:
        self._code, self._details = code, details
        self._trailers = () if status is None else (("grpc-status-details-bin", status),)

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details

    def trailing_metadata(self) -> Any:
        return self._trailers

    def initial_metadata(self) -> Any:
        return ()

    def add_callback(self, callback: object) -> bool:
        return False

    def cancel(self) -> bool:
        return False

    def is_active(self) -> bool:
        return False

    def time_remaining(self) -> float:
        return 0.0


def read(status: bytes | None) -> RegistryCallError:
    return RegistryCallError.of(_Call(grpc.StatusCode.INVALID_ARGUMENT, "said", status))


def status_with(*details: AnyMessage, message: str = "said") -> bytes:
    return status_pb2.Status(code=3, message=message, details=details).SerializeToString()


def packed(message: object) -> AnyMessage:
    detail = AnyMessage()
    detail.Pack(message)  # type: ignore[arg-type]
    return detail


def test_a_status_without_details_has_code_and_message_alone() -> None:
    error = read(None)
    assert (error.code, error.message) == (grpc.StatusCode.INVALID_ARGUMENT, "said")
    assert (error.reason, error.violations, error.retry_after_s) == ("", (), None)
    assert str(error) == "INVALID_ARGUMENT: said"


def test_details_that_cannot_be_read_are_passed_over() -> None:
    assert read(b"\xff\xff").message == "said"
    assert read(status_with(message="something else")).reason == ""


def test_a_reason_of_another_domain_is_not_the_registrys() -> None:
    info = error_details_pb2.ErrorInfo(reason="QUOTA", domain="proxy.example")
    assert read(status_with(packed(info))).reason == ""


def test_details_of_other_kinds_are_passed_over() -> None:
    info = error_details_pb2.ErrorInfo(reason="TOO_LARGE", domain="registry.v1")
    help_ = error_details_pb2.Help()
    assert read(status_with(packed(help_), packed(info))).reason == "TOO_LARGE"


def test_an_error_that_is_no_call_is_told_all_the_same() -> None:
    error = RegistryCallError.of(grpc.RpcError("closed"))
    assert (error.code, error.message) == (grpc.StatusCode.UNKNOWN, "closed")


def test_a_message_is_one_line() -> None:
    assert str(RegistryCallError(grpc.StatusCode.UNKNOWN, "one\n  two")) == "UNKNOWN: one two"
