"""What a process that only reads passes on to the writer (转交): the bytes as they came, and who calls.

A reading process answers questions out of what the writer has committed. Whatever has to be written (a
statement, a report, the query log, who was told) goes to the writer over a socket that only the registry's
own account can open, and the writer's answer goes back as it is, refusals with all their details. So there is
one place in which anything is written, and a caller cannot tell which process answered.

The caller was named by the certificate that the reading process verified; the writer takes that name from
``CALLER_KEY`` of the call's metadata, on this socket and on no other (``gate.TrustingGate``).

Example: a question about a person. The reading process works the verdict out, finds that it has to be in the
query log first (``MustWriteError``), and the writer is asked instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from grpc_status import rpc_status

from registry.access.identity import Caller
from registry.current_call import current_call
from registry.errors import RegistryError
from registry.v1 import error_reason_pb2 as reasons

CALLER_KEY = "registry-caller"
WRITER_WAIT_S = 30.0
"""How long a call waits for a writer that is being started again."""
_MOMENT_S = 0.001
UNBOUNDED_S = 86_400.0
"""A caller that sets no deadline has, to gRPC, more time left than a deadline can hold."""
_CUT = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
"""How a call ends whose connection breaks, and one that a server has not begun when it stops."""
_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.enable_retries", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
)


class MustWriteError(Exception):
    """The answer needs something written first, which this process does not do."""


class PassedOnError(Exception):
    """The writer's refusal, to be given to the caller as it is: ``told``, and ``status`` as gRPC gives it."""

    def __init__(self, told: Any) -> None:
        super().__init__(told)
        self.told = told
        self.status = rpc_status.to_status(told)


class Writing:
    """The way to the writer: a channel to its socket."""

    def __init__(self, target: str) -> None:
        self._channel = grpc.insecure_channel(target, _OPTIONS)

    def close(self) -> None:
        """Gives the channel up."""
        self._channel.close()

    def unary(self, method: str, request: bytes, caller: Caller, time_left_s: float | None) -> bytes:
        """The writer's answer to a call. Raises PassedOnError, RegistryError."""
        call: Any = self._channel.unary_unary(method)
        left_s = _bounded(time_left_s)
        until = monotonic() + (WRITER_WAIT_S if left_s is None else left_s)
        while True:
            try:
                left_s = max(0.0, until - monotonic())
                answer: bytes = call(request, timeout=left_s, metadata=_by(caller), wait_for_ready=True)
            except grpc.RpcError as error:
                if not _was_cut(error):
                    raise _of_writer(error) from None
            else:
                return answer

    def stream(
        self, method: str, request: Any, caller: Caller, context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        """The writer's answers to a call with a stream in it; ``request`` is one in bytes, or a stream of
        them. Raises PassedOnError, RegistryError."""
        one = isinstance(request, bytes)
        made: Any = self._channel.unary_stream(method) if one else self._channel.stream_stream(method)
        sent = None if one else _Sent(request)
        patience_s = _bounded(context.time_remaining())
        call = made(sent or request, timeout=patience_s, metadata=_by(caller), wait_for_ready=True)
        if sent:
            sent.cancel = call.cancel
        if not context.add_callback(call.cancel):
            call.cancel()
        try:
            yield from call
        except grpc.RpcError as error:
            raise ((sent and sent.failure) or _of_writer(error)) from None


class _Sent:
    """The requests of a stream as they come. Where one of them is not to be passed on, or there are no more
    because the caller hung up, the call to the writer is cancelled, and why is kept for the caller."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self.failure: Exception | None = None
        self.cancel: Callable[[], object] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._requests)
        except StopIteration:
            raise
        except Exception as error:
            self.failure = error
            while self.cancel is None:  # The call is being made in another thread.
                sleep(_MOMENT_S)
            self.cancel()
            raise StopIteration from None


class Forwarded(grpc.GenericRpcHandler):
    """A handler for every method of some services, by which the gate finds them and passes their calls on."""

    def __init__(self, services: Sequence[ServiceDescriptor]) -> None:
        paths = {f"/{each.full_name}/{method.name}": method for each in services for method in each.methods}
        self._handlers = {path: _handler(method) for path, method in paths.items()}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """See grpc.GenericRpcHandler."""
        return self._handlers.get(handler_call_details.method)


def _bounded(left_s: float | None) -> float | None:
    return left_s if left_s is None or left_s < UNBOUNDED_S else None


def _was_cut(error: grpc.RpcError) -> bool:
    """Whether the connection ended under a call, and not the writer the call. It may then be made again: what
    is stated, reported or acknowledged twice is recorded once, by its id."""
    call: Any = error
    return call.code() in _CUT and rpc_status.from_call(call) is None


def _by(caller: Caller) -> tuple[tuple[str, str], ...]:
    call = current_call.get()
    return ((CALLER_KEY, caller.uri), *(call.metadata() if call is not None else ()))


def _of_writer(error: grpc.RpcError) -> Exception:
    """The writer's refusal as it was given; that it cannot be reached, in one clear line."""
    call: Any = error
    status = rpc_status.from_call(call)
    if status is not None:
        return PassedOnError(status)
    message = "写入进程暂不可用, 请稍后重试。"
    return RegistryError.of(reasons.ERROR_REASON_STORE_UNAVAILABLE, message)


def _handler(method: MethodDescriptor) -> Any:
    if method.client_streaming:
        return grpc.stream_stream_rpc_method_handler(_not_here)
    if method.server_streaming:
        return grpc.unary_stream_rpc_method_handler(_not_here)
    return grpc.unary_unary_rpc_method_handler(_not_here)


def _not_here(_request: Any, _context: grpc.ServicerContext) -> Any:
    raise MustWriteError
