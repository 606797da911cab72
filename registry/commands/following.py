"""A process that follows the store (跟随进程): it reads what the writer has committed, and answers from it.

The state is loaded as the writer loads its own, and moved on by position: of every subject whose record a
statement changed (``Store.changes``) the record is read again, and of everything else that is small
(directory, editions, deliveries) all. Nothing is worked out twice; the law was applied by the writer.

How stale a follower may be is bounded and measured: whenever it has seen that the store holds nothing it has
not taken into account, it is fresh as of then. Where it reads from a replica, that is as of when the primary
was seen last: a replica that is cut off from it looks as if nothing happened. Beyond the bound it answers
nothing (INDEX_STALE), for a ban that it has not seen would read as CLEAR.

Worked example: the writer acknowledges a ban at 90 to a department, which asks a follower that stands at 88
with ``at_least_as_fresh`` 90: it looks at once, reads the records of 89 and 90, and answers at 90.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread
from time import monotonic, sleep

from registry.commands.freshness import (
    ACKNOWLEDGED_S,
    MAX_STALE_S,
    MOMENT_S,
    not_all_read,
    require_recent,
)
from registry.commands.state import FindBase, RegistryState, no_base
from registry.provenance.vault import Vault
from registry.sanctions.catalogue.edition import Edition
from registry.store.interface import CheckpointRow, Replicated, Store, StoreError
from registry.waiting import waiting

LOOK_S = 0.02
"""How often a follower looks whether the store has grown."""
LOOK_FOR_BASE_S = 1.0
"""How often it looks whether the writer has made a newer base of the index."""
UNACKNOWLEDGED = "存储中有尚未确认的陈述, 不能据以作答; 请稍后重试"
logger = logging.getLogger(__name__)


class FollowingState(RegistryState):
    """The registry's state in a process that does not write."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        editions: Mapping[str, Edition],
        *,
        committed: Callable[[], int] = lambda: -1,
        replicated: Replicated | None = None,
        now_s: Callable[[], float] = monotonic,
        max_stale_s: float = MAX_STALE_S,
        base: FindBase = no_base,
    ) -> None:
        self._committed = committed
        self._replicated = replicated
        self._now_s = now_s
        self._max_stale_s = max_stale_s
        self._looking = Lock()
        self._fresh_at = now_s()
        self._seen = -1
        self._require_acknowledged(store.checkpoint())  # Before much is loaded in vain.
        super().__init__(store, vault, editions, base)
        self._require_acknowledged(self.head)

    @property
    def stale_s(self) -> float:
        """How long ago the state was last seen to be what the store holds, in seconds."""
        return self._now_s() - self._fresh_at

    def require_fresh(self) -> None:
        """See RegistryState. Raises RegistryError beyond the bound."""
        require_recent(self.stale_s, self._max_stale_s)

    def see_all(self) -> None:
        """See RegistryState."""
        if self._replicated is not None:
            self._replicated.look()
        self.catch_up()
        if self.index.position < self._seen:
            raise not_all_read()

    def catch_up(self, position: int = -1) -> None:
        """See RegistryState: takes everything into account that the store holds. Raises StoreError.

        A store that reads from a replica, which may be behind, is told how far is wanted."""
        with self._looking:
            looked_at, committed, there = self._now_s(), self._committed(), -1
            if self._replicated is not None:
                looked_at, there = self._replicated.seen
                if (wanted := max(position, committed)) > self.index.position:
                    self._replicated.reach(wanted)
            head = self.store.checkpoint()
            if head is not None and head.size > self.size and self._is_acknowledged(head.size - 1):
                self._follow(self.size, head)
                self.head = head
            self._seen = max(there, head.size - 1 if head is not None else -1)
            if self.index.position >= max(committed, self._seen):  # Who knows who acknowledged the rest.
                self._fresh_at = looked_at

    def _require_acknowledged(self, head: CheckpointRow | None) -> None:
        if head is not None and not self._is_acknowledged(head.size - 1):
            raise StoreError(UNACKNOWLEDGED)

    def _is_acknowledged(self, position: int) -> bool:
        """Whether the writer has said so. What it has not may be gone after a failover, if it was read from a
        replica that was ahead of the next primary, and another statement have its position. Or the writer of
        another machine has it: then this process answers until it is too old, and no longer."""
        until = self._now_s() + ACKNOWLEDGED_S
        while 0 <= self._committed() < position:
            if self._now_s() > until:
                return False
            sleep(MOMENT_S)
        return True

    def newest(self) -> int:
        """See RegistryState. ``committed`` says at the cost of a look into memory how far the writer is;
        while the store cannot be read, the bound on staleness says what is borne if nothing is known to be
        missing."""
        if (committed := self._committed()) > self.index.position:
            try:
                with waiting():
                    self.catch_up()
            except StoreError as error:
                logger.error("following: %s", error)
            if self.index.position < committed:  # What is missing may be a ban.
                raise not_all_read()
        return self.index.position

    def _follow(self, first: int, head: CheckpointRow) -> None:
        """Takes the statements from a position to the head into account. What is small goes first: what a
        position leads to must be at hand before it."""
        end = head.size
        if self.store.states_more(first, end):
            self.load_small()
        records = {record.ref: record for record in self._records_since(self.index, first, end)}
        self._keep(end - 1, head.last_received_ms)
        self.index.apply(records.values(), end - 1)
        self.index.forget_empty(records)


class Follower:
    """Looks at the store again and again, in a thread of its own."""

    def __init__(self, state: FollowingState, look_s: float = LOOK_S) -> None:
        self._state = state
        self._look_s = look_s
        self._ended = Event()
        self._thread = Thread(target=self._run, name="registry-follower", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def close(self) -> None:
        """Ends; does nothing if it never began."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        failing, looked_at = False, monotonic()
        while not self._ended.wait(self._look_s):
            try:
                self._state.catch_up()
                if monotonic() - looked_at >= LOOK_FOR_BASE_S:
                    self._state.renew_base()
                    looked_at = monotonic()
                failing = False
            except StoreError as error:
                if not failing:  # Once for each outage, not fifty times a second.
                    logger.error("following: %s", error)
                failing = True
            except Exception:  # Without this thread the process would answer nothing any more.
                logger.exception("following")
