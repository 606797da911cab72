"""Where gRPC hands a call over (入口), before anything is spent on it.

An ordinary grpcio server gives each call to a pool without asking whether there is room: the pool's queue is
endless, and the thread that takes a call then waits for its request to come, for as long as the caller likes
to send it. Here a call is looked at by the thread that reads the wire:

1. Its class is known by the method and the name in the caller's certificate (for a face, by its token, once
   the gate has taken that). What cannot be served in time is refused there and then, in one step and unread.
2. The request is received first, on no thread of the pool. Who never sends it holds none.
3. Then the call stands in its lane (``registry.load.pool``), is answered at once, or has a thread for its
   stream.

grpcio has no public place for this. As in ``registry.at_once``, functions of its server (this one, and in
``registry.load.wire`` another) are replaced by ones that hand on to the original whatever does not belong to
a ``LoadPool``, only on releases that were looked at, and only if a server and a client of this process then
agree about an answer, a stream and a refusal.
Otherwise calls go the ordinary way, with a bound on how many there are at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from time import monotonic, time
from typing import Any

import grpc
from grpc import _common, _server

from registry.at_once import RELEASES, TRIAL_S, answered_here, tried
from registry.load.classes import lane_of
from registry.load.lanes import Bounds
from registry.load.pool import LoadPool, Presume, Seats, Work
from registry.load.queues import Ticket
from registry.load.refusals import MESSAGE, refusal
from registry.load.wire import read, read_ordinarily
from registry.servicer.gate import METHOD

UNBOUNDED_S = 86_400.0
"""A call without a deadline has, to gRPC, more time left than anybody waits."""
NOBODY = "?"
_NO_MESSAGE = b"the method requires exactly one request message"
logger = logging.getLogger(__name__)
_internal: Any = _server
_handed_over: Callable[..., Any] = _internal._handle_with_method_handler


@cache
def opened() -> bool:
    """Whether calls come by this door in this process; otherwise they go the ordinary way."""
    if grpc.__version__ not in RELEASES:
        logger.warning("load: grpcio %s was not tried; calls queue the ordinary way", grpc.__version__)
        return False
    _internal._handle_with_method_handler, _internal._serve = _enter, read
    if not works():
        _internal._handle_with_method_handler, _internal._serve = _handed_over, read_ordinarily
        logger.warning("load: the trial failed; calls queue the ordinary way")
        return False
    return True


def _enter(event: Any, state: Any, handler: Any, pool: Any) -> Any:
    """In the place of ``grpc._server._handle_with_method_handler``."""
    at_once = isinstance(pool, LoadPool) and _is_at_once(handler)
    if not isinstance(pool, LoadPool) or (at_once and not pool.share.looks):
        return _handed_over(event, state, handler, pool)  # At once: see ``_come_at_once``.
    ticket = _ticket(event, state, handler, pool)
    if at_once:
        if pool.share.admits(ticket.caller, ticket.lane):
            return _handed_over(event, state, handler, pool)
        pool.turned_away(ticket.lane)
        return _turn_away(event, state, refusal(ticket.lane))
    if _is_refused(event, handler, pool, ticket):
        return _turn_away(event, state, refusal(ticket.lane))
    with state.condition:
        _watch_end(event, state)
        if handler.request_streaming:
            requests = _internal._RequestIterator(state, event.call, handler.request_deserializer)
            _stream(event, state, handler, pool, ticket, lambda: requests)
        else:
            arrival = pool.awaits(ticket.caller, event.call.cancel)
            come = partial(_come, event, state, handler, pool, ticket)
            _receive(event, state, handler, come, lambda: pool.arrived(arrival))
    return None


def _ticket(event: Any, state: Any, handler: Any, pool: LoadPool) -> Ticket[Work]:
    """The place of a call: by its method, and by the name of whoever seems to make it."""
    method = getattr(_behaviour(handler), METHOD, "")
    caller = pool.presume(_internal.cygrpc.auth_context(event.call) or {}, event.invocation_metadata)
    lane = lane_of(caller.role if caller else None, method)
    return Ticket(lane, caller.uri if caller else NOBODY, method, Work(_nothing, _refuser(event, state)))


def _nothing() -> None:
    """What is done for a call that has not come yet."""


def _watch_end(event: Any, state: Any) -> None:
    """Has the end of a call noted, whoever ends it; with the state's lock."""
    operations = (_internal.cygrpc.ReceiveCloseOnServerOperation(0),)
    event.call.start_server_batch(operations, _internal._receive_close_on_server(state))
    state.due.add(_internal._RECEIVE_CLOSE_ON_SERVER_TOKEN)


def _is_at_once(handler: Any) -> bool:
    return getattr(handler.unary_unary, "at_once", None) is not None


def _is_refused(event: Any, handler: Any, pool: LoadPool, ticket: Ticket[Work]) -> bool:
    """Whether a call is refused before it is read; one with a stream of requests has its place or none."""
    if handler.request_streaming:
        return False
    if handler.response_streaming:
        return pool.refuses_stream(ticket)
    return pool.refuses(ticket, _left_s(event))


def _behaviour(handler: Any) -> Any:
    if handler.response_streaming:
        return handler.stream_stream if handler.request_streaming else handler.unary_stream
    return handler.stream_unary if handler.request_streaming else handler.unary_unary


def _left_s(event: Any) -> float | None:
    """Seconds until the deadline of a call, None without one."""
    left_s: float = event.call_details.deadline - time()
    return left_s if left_s < UNBOUNDED_S else None


def _receive(
    event: Any,
    state: Any,
    handler: Any,
    come: Callable[[Any], object],
    ended: Callable[[], object] = _nothing,
) -> None:
    """Has the one request of a call received; with the state's lock. ``ended``: it came, or will not."""
    receive = _internal._receive_message(state, event.call, handler.request_deserializer)

    def received(message_event: Any) -> Any:
        ended()
        done = receive(message_event)
        request, state.request = state.request, None
        with state.condition:
            active = _internal._is_rpc_state_active(state)
            if active and request is None:  # As an ordinary server refuses it.
                _internal._abort(state, event.call, _internal.cygrpc.StatusCode.unimplemented, _NO_MESSAGE)
        if active and request is not None:
            _attempt(event, state, come, request)
        return done

    event.call.start_server_batch((_internal.cygrpc.ReceiveMessageOperation(0),), received)
    state.due.add(_internal._RECEIVE_MESSAGE_TOKEN)


def _attempt(event: Any, state: Any, come: Callable[[Any], object], request: Any) -> None:
    """Whatever becomes of one call, the thread that reads the wire goes on."""
    try:
        come(request)
    except Exception:
        logger.exception("load: a call could not be taken in")
        with state.condition:
            if _internal._is_rpc_state_active(state):
                _internal._abort(state, event.call, _internal.cygrpc.StatusCode.internal, b"")


def _come_at_once(pool: LoadPool, event: Any, state: Any, handler: Any, request: Any) -> None:
    """What becomes of a call that may be answered on this thread."""
    began = monotonic()
    here = answered_here(event, state, handler, request)
    pool.share.spent(began, monotonic())
    if not here:
        _come(event, state, handler, pool, _ticket(event, state, handler, pool), request)


def _come(event: Any, state: Any, handler: Any, pool: LoadPool, ticket: Ticket[Work], request: Any) -> None:
    """What becomes of a call whose request is there."""

    def asked() -> Any:
        """The request, while somebody waits for its answer."""
        return request if _internal._is_rpc_state_active(state) else None

    if handler.response_streaming:
        _stream(event, state, handler, pool, ticket, asked)
        return
    ticket.size = len(request)

    def run() -> None:
        state.context.run(
            _internal._unary_response_in_pool,
            event,
            state,
            handler.unary_unary,
            asked,
            handler.request_deserializer,
            handler.response_serializer,
        )

    ticket.work = Work(run, ticket.work.refuse)
    pool.enter(ticket, _left_s(event))


def _stream(
    event: Any, state: Any, handler: Any, pool: LoadPool, ticket: Ticket[Work], argument: Callable[[], Any]
) -> None:
    """Has a call with a stream served, or refused."""
    serve = (
        _internal._stream_response_in_pool
        if handler.response_streaming
        else _internal._unary_response_in_pool
    )

    def run() -> None:
        state.context.run(
            serve,
            event,
            state,
            _behaviour(handler),
            argument,
            handler.request_deserializer,
            handler.response_serializer,
        )

    ticket.work = Work(run, ticket.work.refuse)
    if not pool.open_stream(ticket):
        ticket.work.refuse(refusal(ticket.lane))


def _turn_away(event: Any, state: Any, status: grpc.Status) -> None:
    """Refuses a call of which nothing was begun as ``grpc._server._reject_rpc`` does, but with its reason."""
    cygrpc = _internal.cygrpc
    with state.condition:
        state.statused = True
    event.call.start_server_batch(
        (
            _internal._get_initial_metadata_operation(state, None),
            cygrpc.ReceiveCloseOnServerOperation(0),
            cygrpc.SendStatusFromServerOperation(
                status.trailing_metadata, cygrpc.StatusCode.resource_exhausted, status.details.encode(), 0
            ),
        ),
        lambda _event: (state, ()),
    )


def _refuser(event: Any, state: Any) -> Callable[[grpc.Status], object]:
    """How a call is refused that has begun."""

    def refuse(status: grpc.Status) -> None:
        with state.condition:
            if _internal._is_rpc_state_active(state):
                state.code = status.code
                state.details = _common.encode(status.details)
                state.trailing_metadata = status.trailing_metadata
                code = _internal.cygrpc.StatusCode.resource_exhausted
                _internal._abort(state, event.call, code, state.details)

    return refuse


def works() -> bool:
    """Whether a call and a stream are answered, and a call refused, by a server with such a pool."""

    def holds(channel: grpc.Channel) -> bool:
        answers = [list(_asked(channel, method)) for method in _EXPECTED]
        return answers == list(_EXPECTED.values())

    pool: Any = _TrialPool(Bounds(), Seats(), lambda _properties, _metadata: None)
    return tried("load", grpc.server(pool), _Trial(), holds)


def _asked(channel: grpc.Channel, method: str) -> Iterator[Any]:
    make: Any = channel.unary_stream(method)
    call = make(b"word", timeout=TRIAL_S, wait_for_ready=True)
    try:
        yield from call
    except grpc.RpcError:
        yield call.code(), call.details(), [key for key, _ in call.trailing_metadata()]


_UNARY, _STREAM, _REFUSED = "/registry.Trial/Unary", "/registry.Trial/Stream", "/registry.Trial/Refused"
_EXPECTED: dict[str, list[Any]] = {
    _UNARY: [b"word"],
    _STREAM: [b"word", b"word"],
    _REFUSED: [(grpc.StatusCode.RESOURCE_EXHAUSTED, MESSAGE, ["grpc-status-details-bin"])],
}


class _TrialPool(LoadPool):
    def refuses(self, ticket: Ticket[Work], left_s: float | None) -> bool:
        """See LoadPool."""
        return ticket.method == _REFUSED or super().refuses(ticket, left_s)


class _Trial(grpc.GenericRpcHandler):
    """Answers what it is asked, once or twice."""

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        """See grpc.GenericRpcHandler."""

        def once(word: bytes, _context: grpc.ServicerContext) -> bytes:
            return word

        def twice(word: bytes, _context: grpc.ServicerContext) -> Iterator[bytes]:
            yield from (word, word)

        if details.method == _STREAM:
            return grpc.unary_stream_rpc_method_handler(twice)
        setattr(once, METHOD, details.method)
        return grpc.unary_unary_rpc_method_handler(once)


def pool_for(bounds: Bounds, seats: Seats, presume: Presume) -> tuple[Any, int | None]:
    """The executor of a server, and how many calls it takes at a time where nothing else bounds them."""
    if opened():
        pool = LoadPool(bounds, seats, presume)
        pool.come_at_once = partial(_come_at_once, pool)
        return pool, None
    threads = bounds.threads + seats.streams
    return ThreadPoolExecutor(threads, thread_name_prefix="registry-rpc"), threads + bounds.depth
