"""How every call is made: with a deadline, and with the registry's reasons where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TypeVar

import grpc

from registry_client.coming_again import Patience
from registry_client.errors import RegistryCallError
from registry_client.numbers import numbered

SUBMIT_TIMEOUT_S = 30.0
STREAM_TIMEOUT_S = 600.0

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes calls with a deadline of ``timeout`` seconds each. Raises RegistryCallError. Without ``patience``
    a call that is refused for now is not made again: whoever asked is told."""

    timeout: float
    patience: Patience | None = None

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
        """One request, one answer; refused for now, it is made again as ``patience`` allows."""
        until, times = monotonic() + (self.timeout if timeout is None else timeout), 0
        while True:
            try:
                answer = method(request, timeout=max(0.0, until - monotonic()), metadata=numbered())
            except grpc.RpcError as error:
                failure = RegistryCallError.of(error)
                left_s = until - monotonic()
                wait_s = self.patience.wait_s(failure, times, left_s) if self.patience else None
                if wait_s is None:
                    raise failure from error
            else:
                if self.patience:
                    self.patience.answered()
                return answer
            times += 1
            sleep(wait_s)

    def stream(
        self,
        method: grpc.UnaryStreamMultiCallable[_Request, _Response],
        request: _Request,
        timeout: float | None = STREAM_TIMEOUT_S,
    ) -> Iterator[_Response]:
        """One request, many answers; ``timeout`` None: until the registry or the caller ends it."""
        call = method(request, timeout=timeout, metadata=numbered())
        try:
            yield from call
        except grpc.RpcError as error:
            raise RegistryCallError.of(error) from error
        finally:
            call.cancel()
