"""The thread that reads the wire reads first (先收后办).

Each step of a call (it came, its request came, its answer went) is an event, which one thread of a grpcio
server takes from gRPC; for each it needs a turn of the interpreter. Beside threads that compute it waits a
switch interval for every one, so under load calls would stand inside gRPC for seconds: nobody has seen them,
so nobody can class or refuse them. Here no call is begun while there is something to read. Reading takes
microseconds where nobody competes, so whoever waits does not wait long; ``MOST_S`` is the longest, so that
work goes on whatever comes.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition
from time import monotonic, time
from typing import Any

from grpc import _server

LAG_S = 0.001
"""How long there may be something to read before anybody waits for that: most is read sooner."""
MOST_S = 0.005
"""How long a call that may begin waits for the reader at most."""
_PAST = 0.0
_internal: Any = _server
_TIMEOUT = _internal.cygrpc.CompletionType.queue_timeout
read_ordinarily: Callable[[Any], None] = _internal._serve
"""What ``read`` takes the place of."""


class Wire:
    """Since when the thread that reads has had something to read without a break; ``clock`` in seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._waiting = 0
        self._clears = 0
        self._cleared = Condition()

    @property
    def is_behind(self) -> bool:
        """Whether whoever may begin should let it read."""
        since = self._since
        return since is not None and self._clock() - since > LAG_S

    def clear(self) -> None:
        """Notes that nothing is there to be read."""
        self._since = None
        self._clears += 1
        if self._waiting:  # Whoever comes to wait after this looks once more.
            with self._cleared:
                self._cleared.notify_all()

    def busy(self) -> None:
        """Notes that something is."""
        if self._since is None:
            self._since = self._clock()

    def let_read(self) -> None:
        """Waits until nothing is there to be read, ``MOST_S`` at most."""
        clears = self._clears
        if not self.is_behind:
            return
        with self._cleared:
            self._waiting += 1
            self._cleared.wait_for(lambda: self._clears != clears, MOST_S)
            self._waiting -= 1


def read(state: Any) -> None:
    """In the place of ``grpc._server._serve``: the same, but the pool knows when everything is read."""
    wire = getattr(state.thread_pool, "wire", None)
    if not isinstance(wire, Wire):
        read_ordinarily(state)
        return
    try:
        while _internal._process_event_and_continue(state, _next(state, wire)):
            pass
    finally:
        wire.clear()


def _next(state: Any, wire: Wire) -> Any:
    """The next event of a server, however long it takes to come."""
    event = _polled(state, _PAST)
    while event.completion_type == _TIMEOUT:
        wire.clear()
        event = _polled(state, time() + _internal._DEALLOCATED_SERVER_CHECK_PERIOD_S)
    wire.busy()
    return event


def _polled(state: Any, until: float) -> Any:
    event = state.completion_queue.poll(until)
    if state.server_deallocated:
        _internal._begin_shutdown_once(state)
    return event
