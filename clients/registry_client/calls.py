"""How every call is made: with a deadline, and with the registry's reasons where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import grpc

from registry_client.errors import RegistryCallError

SUBMIT_TIMEOUT_S = 30.0
STREAM_TIMEOUT_S = 600.0

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes calls with a deadline of ``timeout`` seconds each. Raises RegistryCallError."""

    timeout: float

    @property
    def submit_timeout(self) -> float:
        """Seconds for what is made durable before it is answered."""
        return max(self.timeout, SUBMIT_TIMEOUT_S)

    def unary(
        self,
        method: grpc.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        timeout: float | None = None,
    ) -> _Response:
        """One request, one answer."""
        try:
            return method(request, timeout=self.timeout if timeout is None else timeout)
        except grpc.RpcError as error:
            raise RegistryCallError.of(error) from error

    def stream(
        self,
        method: grpc.UnaryStreamMultiCallable[_Request, _Response],
        request: _Request,
        timeout: float | None = STREAM_TIMEOUT_S,
    ) -> Iterator[_Response]:
        """One request, many answers; ``timeout`` None: until the registry or the caller ends it."""
        call = method(request, timeout=timeout)
        try:
            yield from call
        except grpc.RpcError as error:
            raise RegistryCallError.of(error) from error
        finally:
            call.cancel()
