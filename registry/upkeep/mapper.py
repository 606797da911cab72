"""Keeps the map's states up: follows the log, works the next state out, has it logged.

All but the writing is off the writer's thread: leaves are read from the store, the update is planned beside
the tree, and the writer places the statement and its rows. A state is made

* when somebody needs one that covers a position (`require`), one for all who wait, at most every 250 ms;
* every ``interval_s``, if there is something new beyond the registry's own leaves;
* at once when 4,096 leaves wait, so that nobody who needs one waits for much more, nor the writer for long.

The tree is built from the store's entries at start, in the background; where the store is away just then, it
is tried again. Until it is there, and whenever a state takes longer than the caller is willing to wait, there
is MapBehindError, and a receipt says so; nothing less is ever given silently. Where the entries are not those
of the last state the mapper stops, before what was altered in them gets into the next, and tells everybody
who asks why.

    mapper = Mapper(engine.state, engine.writer, interval_s=config.map_interval_s)
    mapper.start()
    evidence = mapper.prove([subject_key(ref)], position=answer.position, timeout_s=2.0)
    mapper.close()                          # before the writer
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from time import monotonic

from registry.commands.jobs import Answer, Job, OwnStatement, Placed
from registry.commands.state import RegistryState
from registry.provenance.map_tree import MapChangedError
from registry.store.interface import StoreError
from registry.store.writer import Writer
from registry.upkeep.last_state import StoppableBuckets, StoppedError, last_state
from registry.upkeep.map_book import LoggedState, MapAlteredError, MapBook, MapEvidence
from registry.upkeep.pending import Pending
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG, MapState, Statement
from registry.waiting import waiting

MANY = 4096
APART_S = 0.25
POLL_S = 0.25
RETRY_S = 1.0
logger = logging.getLogger(__name__)


class MapBehindError(Exception):
    """No map state covers the position yet; ask again."""


class Mapper:
    """One thread that makes map states, and proofs from the latest for any thread."""

    def __init__(self, state: RegistryState, writer: Writer[Job, Answer], *, interval_s: float) -> None:
        self._log = state
        self._writer = writer
        self._interval_s = interval_s
        self._book: MapBook | None = None
        self._pending = Pending(0)
        self._made = -math.inf
        self._wanted = -1
        self._failure = ""
        self._stopping = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, name="registry-mapper", daemon=True)

    def start(self) -> None:
        """Begins to build the tree and to follow the log."""
        self._made = monotonic()  # A server that is started again and again adds no state each time.
        self._thread.start()

    def close(self) -> None:
        """Stops; what is being placed is placed. As often as one likes."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def require(self, position: int, timeout_s: float) -> LoggedState:
        """A state that covers a position of the log, made if there is none. Raises MapBehindError if it takes
        longer, StoreError if there is none to be had. Leaves from its size to the position are the registry's
        own (`pending`)."""
        if position >= self._log.size:
            raise ValueError(f"the log has no position {position} yet")
        with waiting(), self._changed:
            self._wanted = max(self._wanted, position)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._over or position < self._covered, timeout_s)
            if self._failure:
                raise StoreError(self._failure)
            if self._book is None or position >= self._covered:
                raise MapBehindError(f"映射状态尚未覆盖序号{position}")
            return self._book.state

    def prove(self, keys: Sequence[bytes], *, position: int, timeout_s: float) -> MapEvidence:
        """What one state that covers the position holds under subject keys. Raises as `require` does."""
        self.require(position, timeout_s)
        assert self._book is not None
        return self._book.prove(keys)

    @property
    def uncovered(self) -> int | None:
        """The first statement that no state covers, but for the registry's own; None if there is none. While
        the tree is built nobody looks at what comes: then it is the next, be it there yet or not."""
        pending, opening = self._pending, self._thread.ident is not None and self._book is None
        return pending.end if opening and pending.first_other is None else pending.first_other

    @property
    def failure(self) -> str:
        """Why no more states are made; empty while they are."""
        return self._failure

    @property
    def _over(self) -> bool:
        return self._stopping or bool(self._failure)

    @property
    def _covered(self) -> int:
        """Positions below this are covered; none before the first state."""
        book = self._book
        return self._pending.covered if book and book.state.position is not None else 0

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._attempt(self._open if self._book is None else self._step)
        except StoppedError:
            pass
        except (MapAlteredError, MapChangedError) as error:
            self._give_up(f"{error}; 请运行 registry rebuild")
        except Exception:
            self._give_up("映射的维护出错, 详情见服务日志")

    def _give_up(self, why: str) -> None:
        logger.exception("mapper: stopped")
        with self._changed:
            self._failure = why
            self._changed.notify_all()

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except MapAlteredError:
            raise
        except StoreError as error:  # The store may be had again; meanwhile what was proven can be proven.
            logger.warning("mapper: %s", error)
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, RETRY_S)

    def _open(self) -> None:
        state = last_state(self._log)
        self._pending = Pending(state.size)
        self._follow()  # To build the tree takes a while, and what waits for it is to be told.
        buckets = StoppableBuckets(self._log.store.map_buckets(), lambda: self._stopping)
        book = MapBook(buckets, state)
        with self._changed:
            self._book = book

    def _step(self) -> None:
        self._follow()
        if self._due():
            self._make()
        if self._log.size - self._pending.end < MANY:
            self._pause()

    def _follow(self) -> None:
        """Takes new leaves, not more at a time than are enough for a state."""
        pending = self._pending
        end = min(self._log.size, pending.end + MANY)
        for leaf in self._log.store.leaves(pending.end, end):
            pending.take(leaf)
        with self._changed:
            self._changed.notify_all()

    def _due(self) -> bool:
        if not self._log.registry_keys.active(REGISTRY_KEY_PURPOSE_LOG):
            return False  # A log of before its keys were named: it can state nothing itself yet.
        pending = self._pending
        if self._covered <= self._wanted < pending.end:
            return True
        long_ago = monotonic() - self._made >= self._interval_s
        return pending.first_other is not None and (pending.leaves >= MANY or long_ago)

    def _make(self) -> None:
        book, pending = self._book, self._pending
        assert book is not None
        self._made = monotonic()
        update = book.tree.plan(pending.entries.values())
        body = Statement(map_state=MapState(size=pending.end, root=update.root))
        answer = self._writer.put([OwnStatement(body, update.entries)])[0].result()
        if not isinstance(answer, Placed):
            raise StoreError("映射状态没有登记")
        state = LoggedState(answer.position, pending.end, update.root)
        book.take(update, state)
        with self._changed:
            self._pending = Pending(state.size)
            self._changed.notify_all()

    def _pause(self) -> None:
        """Until something may be due: at once if somebody needs a state, but not too soon after the last."""
        with self._changed:
            apart = APART_S - (monotonic() - self._made)
            self._changed.wait_for(lambda: self._stopping, max(0.0, apart))
            self._changed.wait_for(lambda: self._stopping or self._wanted >= self._covered, POLL_S)
