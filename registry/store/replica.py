"""Reading from a streaming replica, if it has what is wanted, and from the primary otherwise.

    store = replica_first(open_for_reading(primary), open_for_reading(replica))
    store.reach(95)                     # a question wants to see position 95
    store.checkpoint()                  # … of the replica if it has got so far, else of the primary

A replica is the primary some time ago: whole groups, in their order. What is told never goes back: once a
checkpoint of size 96 was told, everything is read from where there are 96 statements, so that a process that
follows the store (`registry.commands.following`) reads one history. Whoever wants nothing newer than that
asks the replica alone, and goes on where the primary is gone, with a checkpoint that says how far.

A replica cannot tell that it is cut off, nor that another machine writes to another primary by now. So the
primary is looked at each second, in a thread of its own, and whoever follows the store is as fresh as that.

Worked example: the replica stands at 90, the primary at 96. The checkpoint told is that of 90. A caller asks
with ``at_least_as_fresh`` 95: the replica is asked, has 91, and so the primary is read, at 96. Its next look
finds 91 at the replica, which is older than what was told: the primary again, until the replica has 96.

A replica that does not answer is left alone, and the primary read; what is being read from it just then
fails, as it does where a primary is lost. A thread of its own asks it again and again, so that no question
waits for one that is still gone, and it is read again from when it answered.
"""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Protocol, cast

from registry.store.interface import CheckpointRow, Replicated, Store, StoreError

PAUSE_S = 2.0
"""How long a replica that failed is not asked."""
LOOK_S = 1.0
"""How often the primary is looked at."""
END_S = 10.0
"""How long a question to it is waited for at the end: longer than one that answers nobody is borne."""
_OF_PRIMARY = frozenset({"commit", "put_meta", "meta"})
logger = logging.getLogger(__name__)


class ReplicaFirstStore(Store, Replicated, Protocol):
    """A store over a replica and its primary."""


def replica_first(
    primary: Store, replica: Store, *, pause_s: float = PAUSE_S, look_s: float = LOOK_S
) -> ReplicaFirstStore:
    """A store over two, both of which it closes. Raises StoreError if the primary cannot be seen."""
    return cast(ReplicaFirstStore, _ReplicaFirst(primary, replica, pause_s, look_s))


class _ReplicaFirst:
    """Every method but those below is that of the store that was chosen for the call."""

    def __init__(self, primary: Store, replica: Store, pause_s: float, look_s: float) -> None:
        self._primary = primary
        self._replica = replica
        self._pause_s = pause_s
        self._told = 0
        self._head: CheckpointRow | None = None
        self._gone: Thread | None = None
        self._closed = Event()
        self._lock = Lock()
        self.seen = (float("-inf"), -1)
        self.look()
        self._looking = Thread(target=self._watch, args=(look_s,), name="registry-primary", daemon=True)
        self._looking.start()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._primary if name in _OF_PRIMARY else self._chosen(), name)

    def look(self) -> None:
        """See ReplicaFirstStore."""
        looked_s = monotonic()
        position = _size(self._primary.checkpoint()) - 1
        with self._lock:  # Of two that look at a time the later one has more to say, whoever ends first.
            self.seen = max(self.seen, (looked_s, position))

    def _watch(self, look_s: float) -> None:
        while not self._closed.wait(look_s):
            try:
                self.look()
            except StoreError as error:  # Whoever is asked then says that it is stale.
                logger.debug("store: the primary could not be looked at: %s", error)
            except Exception:  # A pool that is used up, say: nobody would start this thread again.
                logger.exception("store: the primary could not be looked at")

    def reach(self, position: int) -> None:
        """See ReplicaFirstStore."""
        if position >= self._told and (self._look() or 0) <= position:
            self._tell(self._primary.checkpoint())

    def checkpoint(self) -> CheckpointRow | None:
        """See Store."""
        size = self._look()
        return self._tell(self._primary.checkpoint() if size is None or size < self._told else self._head)

    def close(self) -> None:
        """See Store."""
        with self._lock:
            self._closed.set()
            threads = [self._looking, *([self._gone] if self._gone is not None else [])]
        for thread in threads:
            thread.join(END_S)
        self._replica.close()
        self._primary.close()

    def _tell(self, head: CheckpointRow | None) -> CheckpointRow | None:
        self._told = max(self._told, _size(head))
        return head

    def _chosen(self) -> Store:
        """The replica, if it answers and has everything that was told."""
        if self._gone is None and _size(self._head) >= self._told > 0:
            return self._replica
        size = self._look()
        return self._primary if size is None or size < self._told else self._replica

    def _look(self) -> int | None:
        """How far the replica is now; None if it does not answer."""
        if self._gone is not None:
            return None
        try:
            self._head = self._replica.checkpoint()
        except StoreError as error:
            self._give_up(error)
            return None
        return _size(self._head)

    def _give_up(self, error: StoreError) -> None:
        """Has the primary read until the replica answers again."""
        with self._lock:
            if self._gone is not None or self._closed.is_set():
                return
            logger.warning("store: the replica does not answer, the primary is read: %s", error)
            self._head = None
            self._gone = Thread(target=self._ask_again, name="registry-replica", daemon=True)
            self._gone.start()

    def _ask_again(self) -> None:
        while not self._closed.wait(self._pause_s):
            try:
                self._replica.checkpoint()
            except StoreError:
                continue
            except Exception:  # A pool that is used up, say: nobody would start this thread again.
                logger.exception("store: the replica could not be asked")
                continue
            logger.info("store: the replica answers again")
            self._gone = None
            return


def _size(head: CheckpointRow | None) -> int:
    return head.size if head else 0
