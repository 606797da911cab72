"""Answering at once (一次答完): calls that a server answers on the thread that reads its wire.

An ordinary gRPC server hands each call to a thread of a pool, and two hand-overs cost more than to decide a
question. Where ``[server] at_once`` is set, ``Check`` is answered by the thread that read it, unless it would
have to wait (a position that is not reached yet, a person's question to be logged, a receipt, a recipient to
be recorded): then it goes the ordinary way, from its beginning.

grpcio has no public place for this. One function of its server is replaced here, by one that hands a call on
to the original unless its method is marked (``at_once`` on the behaviour), and that uses the original's own
parts for what it does itself. It is done only on releases that were looked at, and only if a server and a
client of this process then agree about an answer, a wait, a refusal and who answered; otherwise everything
goes the ordinary way, and one line in the log says so. See docs/decisions/0029.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from typing import Any

import grpc
from grpc import _server

from registry.waiting import MustWaitError

RELEASES = frozenset({"1.85.1"})
"""Of grpcio, whose server was read and found to be what is built on here."""
METHODS = frozenset({"/registry.v1.RestrictionService/Check"})
"""Methods answered at once: those that take microseconds."""
_POOL = "registry-at-once"
TRIAL_S = 5.0
"""How long a call of a trial may take."""
_NO_MESSAGE = b"the method requires exactly one request message"
_DIRECT = (("grpc.enable_http_proxy", 0),)
logger = logging.getLogger(__name__)
_internal: Any = _server
_handed_over: Callable[..., Any] = _internal._handle_unary_unary


@cache
def methods_at_once(*, wanted: bool) -> frozenset[str]:
    """The methods that may be answered at once in this process: none where it is not wanted, or not safe."""
    if not wanted:
        return frozenset()
    if grpc.__version__ not in RELEASES:
        logger.warning("at_once: grpcio %s was not tried; calls go the ordinary way", grpc.__version__)
        return frozenset()
    _internal._handle_unary_unary = _handle
    if not works():
        _internal._handle_unary_unary = _handed_over
        logger.warning("at_once: the trial failed; calls go the ordinary way")
        return frozenset()
    return METHODS


def _handle(event: Any, state: Any, handler: Any, pool: Executor) -> Any:
    """In the place of ``grpc._server._handle_unary_unary``."""
    if not getattr(handler.unary_unary, "at_once", False):
        return _handed_over(event, state, handler, pool)
    receive = _internal._receive_message(state, event.call, handler.request_deserializer)

    def received(message_event: Any) -> Any:
        done = receive(message_event)
        request, state.request = state.request, None
        with state.condition:
            active = _internal._is_rpc_state_active(state)
            if active and request is None:  # As an ordinary server refuses it.
                _internal._abort(state, event.call, _internal.cygrpc.StatusCode.unimplemented, _NO_MESSAGE)
        if active and request is not None:
            _answer(event, state, handler, pool, request)
        return done

    event.call.start_server_batch((_internal.cygrpc.ReceiveMessageOperation(0),), received)
    state.due.add(_internal._RECEIVE_MESSAGE_TOKEN)
    return None


def _answer(event: Any, state: Any, handler: Any, pool: Executor, request: Any) -> None:
    """Answers a call here, or has it answered in the pool; one that keeps accounts (``registry.load``) does
    so itself."""
    if (come := getattr(pool, "come_at_once", None)) is not None:
        come(event, state, handler, request)
    elif not answered_here(event, state, handler, request):
        pool.submit(_run, event, state, handler.unary_unary, handler, request)


def answered_here(event: Any, state: Any, handler: Any, request: Any) -> bool:
    """Answers a call on this thread, unless it would have to wait: then nothing has been done."""
    waits = False

    def answered(argument: Any, context: grpc.ServicerContext) -> Any:
        nonlocal waits
        try:
            return handler.unary_unary.at_once(argument, context)
        except MustWaitError as error:
            waits = True
            state.rpc_errors.append(error)  # Of an error that is one of the call's own nothing is told.
            raise

    _run(event, state, answered, handler, request)
    if waits:
        state.rpc_errors.clear()
    return not waits


def _run(event: Any, state: Any, behaviour: Any, handler: Any, request: Any) -> None:
    state.context.run(
        _internal._unary_response_in_pool,
        event,
        state,
        behaviour,
        lambda: request,
        handler.request_deserializer,
        handler.response_serializer,
    )


def works() -> bool:
    """Whether a call is answered at once, one that has to wait in the pool, and a refusal as one."""

    def holds(channel: grpc.Channel) -> bool:
        return all(_asked(channel, words) == expected for words, expected in _EXPECTED)

    return tried("at_once", grpc.server(ThreadPoolExecutor(1, thread_name_prefix=_POOL)), _Trial(), holds)


def tried(
    what: str, server: grpc.Server, handler: grpc.GenericRpcHandler, holds: Callable[[grpc.Channel], bool]
) -> bool:
    """Whether ``holds`` of a channel to a server on the loopback, which is stopped again. What it raises is
    logged, and no."""
    server.add_generic_rpc_handlers((handler,))
    try:
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{port}", _DIRECT) as channel:
            return holds(channel)
    except Exception:
        logger.exception("%s: the trial failed", what)
        return False
    finally:
        server.stop(0).wait()


def _asked(channel: grpc.Channel, words: Sequence[bytes]) -> Any:
    try:
        call: Any = channel.stream_unary(_TRIAL)
        return call(iter(words), timeout=TRIAL_S, wait_for_ready=True)
    except grpc.RpcError as error:
        return error.code()


_TRIAL = "/registry.Trial/Trial"
_EXPECTED: tuple[tuple[Sequence[bytes], Any], ...] = (
    ([b"here"], b"here"),
    ([b"wait"], b"pool"),
    ([b"refuse"], grpc.StatusCode.FAILED_PRECONDITION),
    ([], grpc.StatusCode.UNIMPLEMENTED),
)


class _Trial(grpc.GenericRpcHandler):
    """Answers where a call was answered, unless it has to wait there, or is refused."""

    def service(self, _details: grpc.HandlerCallDetails) -> Any:
        """See grpc.GenericRpcHandler."""

        def call(word: bytes, context: grpc.ServicerContext) -> bytes:
            if word == b"refuse":
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "")
            return b"pool" if threading.current_thread().name.startswith(_POOL) else b"here"

        def at_once(word: bytes, context: grpc.ServicerContext) -> bytes:
            if word == b"wait":
                raise MustWaitError
            return call(word, context)

        call.at_once = at_once  # type: ignore[attr-defined]
        return grpc.unary_unary_rpc_method_handler(call)
