"""The threads that serve calls (线程池), and what is counted of them.

An executor for ``grpc.server`` in which calls do not queue without limit: what comes by the door
(``registry.load.door``) is dealt out by the lanes. Threads are started as they are needed, and end when they
have had nothing to do for a while; a thread that has served a call takes the next one by itself.

Streams have threads of their own: one for as long as its caller likes, so they are few, and of each caller
fewer. What is answered at once, on the thread that reads the wire (``registry.at_once``), has no queue that
could be bounded here: when that thread is busy all the time, a caller that takes more than its share of it is
refused, and the others go on.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Condition, Lock, Semaphore, Thread
from time import monotonic, thread_time
from typing import Any, NamedTuple

import grpc

from registry.access.identity import Caller
from registry.load.classes import Lane
from registry.load.lanes import Bounds, Lanes
from registry.load.queues import Ticket
from registry.load.refusals import refusal
from registry.load.share import Share
from registry.load.wire import Wire
from registry.waiting import has_turn

IDLE_S = 10.0
SWEEP_S = 0.01
ARRIVING_EACH, ARRIVING = 64, 512
"""Calls whose request has begun and not come, of one caller and of all."""
ARRIVE_S = 10.0
"""How long a request may take from its first byte to its last."""
logger = logging.getLogger(__name__)


Presume = Callable[[Mapping[bytes, Sequence[bytes]], Any], Caller | None]
"""Who calls, by what TLS says of the peer and by the call's metadata."""


class Work(NamedTuple):
    """A call that has come: how it is served, and how it is refused."""

    run: Callable[[], object]
    refuse: Callable[[grpc.Status], object]


@dataclass(eq=False, slots=True)
class Arrival:
    """A call whose request is on its way; ``hang_up`` ends it."""

    caller: str
    since: float
    hang_up: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Seats:
    """Streams at a time, of all callers and of one; of one method a caller has two thirds of these."""

    streams: int = 18
    each: int = 6

    @property
    def same(self) -> int:
        """Streams of one method that a caller has: nobody alone takes all places that a method has."""
        return (2 * self.each + 2) // 3


class LoadPool(Executor):
    """Serves calls as the lanes say. ``presume`` names the caller of a call of gRPC before it is looked at
    properly, or nobody: it decides the class, and never what the caller may do."""

    def __init__(self, bounds: Bounds, seats: Seats, presume: Presume) -> None:
        self.presume = presume
        self.share = Share()
        self.wire = Wire()
        self.come_at_once: Callable[..., None] | None = None
        self._lanes: Lanes[Work] = Lanes(bounds)
        self._seats = seats
        self._lock = Lock()
        self._ready: SimpleQueue[Ticket[Work]] = SimpleQueue()
        self._idle = Semaphore(0)
        self._arriving: set[Arrival] = set()
        self._arriving_of: Counter[str] = Counter()
        self._streams: Counter[str] = Counter()
        self._same: Counter[tuple[str, str]] = Counter()
        self._turned_away: Counter[Lane] = Counter()
        self._sweeping = Condition(self._lock)
        self._sweeper = self._dozing = False

    # --- what comes by the door

    def refuses(self, ticket: Ticket[Work], left_s: float | None) -> bool:
        """Whether a call is refused as it comes, before it is read."""
        with self._lock:
            return self._lanes.refuses(ticket, monotonic(), left_s) or self._crowds(ticket)

    def refuses_stream(self, ticket: Ticket[Work]) -> bool:
        """The same of a call that has a stream in its answer: its place is asked for when its request is
        there."""
        with self._lock:
            return self._crowds(ticket)

    def _crowds(self, ticket: Ticket[Work]) -> bool:
        """Whether too many requests have begun and not come for one more; with the lock."""
        if len(self._arriving) < ARRIVING and self._arriving_of[ticket.caller] < ARRIVING_EACH:
            return False
        self._turned_away[ticket.lane] += 1
        return True

    def awaits(self, caller: str, hang_up: Callable[[], object]) -> Arrival:
        """Notes that the request of a call is on its way."""
        arrival = Arrival(caller, monotonic(), hang_up)
        with self._lock:
            self._arriving.add(arrival)
            self._arriving_of[caller] += 1
            self._have_swept()
        return arrival

    def arrived(self, arrival: Arrival) -> None:
        """Notes that it has come, or will not."""
        with self._lock:
            self._arriving.discard(arrival)
            _count_down(self._arriving_of, arrival.caller)

    def enter(self, ticket: Ticket[Work], left_s: float | None) -> None:
        """Has a call served in its turn, or refused."""
        now = monotonic()
        with self._lock:
            refused = self._lanes.offer(ticket, now, left_s)
            taken, late = self._lanes.take(now)
            left = self._hand_over(taken)
            self._have_swept()
        _refuse(refused, late, left)

    def open_stream(self, ticket: Ticket[Work]) -> bool:
        """Has a stream served on a thread of its own; whether there was a place for it."""
        with self._lock:
            own, same = self._streams[ticket.caller], self._same[ticket.caller, ticket.method]
            whole = self._streams.total() >= self._seats.streams
            if whole or own >= self._seats.each or same >= self._seats.same:
                self._turned_away[ticket.lane] += 1
                return False
            if not _begun(partial(self._stream, ticket), "registry-stream"):
                self._turned_away[ticket.lane] += 1
                return False
            self._streams[ticket.caller] += 1
            self._same[ticket.caller, ticket.method] += 1
        return True

    def turned_away(self, lane: Lane) -> None:
        """Notes a call that would have been answered at once, and was refused."""
        self._turned_away[lane] += 1

    def figures(self) -> dict[str, Any]:
        """What there is to be seen, as it stands now: by class ``waiting``, ``served``, ``refused``; of all
        ``at_once`` (answered so), ``running`` (at work), ``held`` (threads with a call), ``arriving``,
        ``streams``, ``bytes``."""
        with self._lock:
            lanes, counts = self._lanes, self._lanes.counts
            refused = {x: counts[x].full + counts[x].late + self._turned_away[x] for x in Lane}
            return {
                "waiting": {lane.name.lower(): lanes.waiting(lane) for lane in Lane},
                "served": {lane.name.lower(): counts[lane].served for lane in Lane},
                "at_once": self.share.answered,
                "refused": {lane.name.lower(): refused[lane] for lane in Lane},
                "running": lanes.running,
                "held": lanes.used,
                "arriving": len(self._arriving),
                "streams": self._streams.total(),
                "bytes": lanes.held_bytes,
            }

    # --- concurrent.futures

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """What did not come by the door is served on a thread of its own, as a stream is; few things are."""
        done: Future[Any] = Future()

        def run() -> None:
            try:
                done.set_result(fn(*args, **kwargs))
            except BaseException as error:
                done.set_exception(error)

        Thread(target=run, name="registry-rpc-other", daemon=True).start()
        return done

    # --- threads

    def _hand_over(self, ticket: Ticket[Work] | None) -> list[Ticket[Work]]:
        """Gives a call to a thread; with the lock. Answers what is to be refused: it, where there is none."""
        if ticket is None:
            return []
        if not self._idle.acquire(blocking=False) and not _begun(self._serve, "registry-rpc"):
            self._lanes.give_up(ticket)
            return [ticket]
        self._ready.put(ticket)
        return []

    def _serve(self) -> None:
        while True:
            try:
                ticket: Ticket[Work] | None = self._ready.get(timeout=IDLE_S)
            except Empty:
                if self._idle.acquire(blocking=False):
                    return
                continue  # Somebody counts on this thread: what it is to do is on its way.
            while ticket is not None:
                self.wire.let_read()
                ticket = self._served(ticket)
            self._idle.release()

    def _served(self, ticket: Ticket[Work]) -> Ticket[Work] | None:
        """Serves a call; the next one that this thread is to serve."""
        began_s = thread_time()
        try:
            with has_turn(_Turn(self, ticket)):
                ticket.work.run()
        except Exception:
            logger.exception("a call of %s", ticket.method)
        now = monotonic()
        with self._lock:
            self._lanes.end(ticket, now, thread_time() - began_s)
            taken, late = self._lanes.take(now)
        _refuse(late)
        return taken

    def rest(self, ticket: Ticket[Work]) -> None:
        """A call waits for something, and another may work meanwhile."""
        with self._lock:
            self._lanes.rest(ticket)
            taken, late = self._lanes.take(monotonic())
            left = self._hand_over(taken)
        _refuse(late, left)

    def resume(self, ticket: Ticket[Work]) -> None:
        """It works on, once what has come is read."""
        with self._lock:
            self._lanes.resume(ticket, monotonic())
        self.wire.let_read()

    def _stream(self, ticket: Ticket[Work]) -> None:
        try:
            ticket.work.run()
        except Exception:
            logger.exception("a stream of %s", ticket.method)
        finally:
            with self._lock:
                for counter, key in (
                    (self._streams, ticket.caller),
                    (self._same, (ticket.caller, ticket.method)),
                ):
                    _count_down(counter, key)

    # --- what takes too long

    def _have_swept(self) -> None:
        """Starts the sweeper where there is something to look after; with the lock."""
        if not self._sweeper and (self._arriving or self._lanes.all_waiting):
            self._sweeper = _begun(self._sweep, "registry-load")
        elif self._dozing and self._lanes.all_waiting:
            self._dozing = False
            self._sweeping.notify()

    def _sweep(self) -> None:
        idle_since = monotonic()
        while True:
            with self._sweeping:
                self._dozing = not self._lanes.all_waiting
                self._sweeping.wait(ARRIVE_S / 20 if self._dozing else SWEEP_S)
                now = monotonic()
                if self._arriving or self._lanes.all_waiting:
                    idle_since = now
                elif now - idle_since > IDLE_S:
                    self._sweeper = False
                    return
                late, left = self._lanes.sweep(now), list[Ticket[Work]]()
                while (found := self._lanes.take(now))[0] is not None:
                    left += self._hand_over(found[0])
                    late += found[1]
                late += found[1]
                slow = [each for each in self._arriving if now - each.since > ARRIVE_S]
            _refuse(late, left)
            _hang_up(slow)


class _Turn(NamedTuple):
    """See ``registry.waiting.Turn``."""

    pool: LoadPool
    ticket: Ticket[Work]

    def rest(self) -> None:
        self.pool.rest(self.ticket)

    def resume(self) -> None:
        self.pool.resume(self.ticket)


def _begun(work: Callable[[], object], name: str) -> bool:
    """Has a thread do some work; whether the system had one. Whoever asks may be the thread that reads the
    wire, which has to go on."""
    try:
        Thread(target=work, name=name, daemon=True).start()
    except RuntimeError:
        logger.error("no thread for %s: the system has no more", name)
        return False
    return True


def _count_down(counter: Counter[Any], key: object) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


def _hang_up(arrivals: list[Arrival]) -> None:
    for arrival in arrivals:
        try:
            arrival.hang_up()
        except Exception:
            logger.exception("hanging up on %s", arrival.caller)


def _refuse(*tickets: list[Ticket[Work]]) -> None:
    for each in tickets:
        for ticket in each:
            try:
                ticket.work.refuse(refusal(ticket.lane))
            except Exception:
                logger.exception("refusing a call of %s", ticket.method)
