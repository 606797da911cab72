"""Reading from a streaming replica, if it has what is wanted, and from the primary otherwise.

    store = replica_first(open_for_reading(primary), open_for_reading(replica))
    store.reach(95)                     # a question wants to see position 95
    store.checkpoint()                  # … of the replica if it has got so far, else of the primary

A replica is the primary some time ago: whole groups, in their order. What is told never goes back: once a
checkpoint of size 96 was told, everything is read from where there are 96 statements, so that a process that
follows the store (`registry.commands.following`) reads one history. Whoever wants nothing newer than that
asks the replica alone, and goes on where the primary is gone, with a checkpoint that says how far.

Worked example: the replica stands at 90, the primary at 96. The checkpoint told is that of 90. A caller asks
with ``at_least_as_fresh`` 95: the replica is asked, has 91, and so the primary is read, at 96. Its next look
finds 91 at the replica, which is older than what was told: the primary again, until the replica has 96.

A replica that does not answer is left alone for a moment, and the primary read; what is being read from it
just then fails, as it does where a primary is lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol, cast

from registry.store.interface import CheckpointRow, Store, StoreError

PAUSE_S = 2.0
"""How long a replica that failed is not asked."""
_OF_PRIMARY = frozenset({"commit", "put_meta", "meta"})
logger = logging.getLogger(__name__)


class ReplicaFirstStore(Store, Protocol):
    """A store that may be asked to be as far as a position."""

    def reach(self, position: int) -> None:
        """From now on reads from where this position is, if it is anywhere."""


def replica_first(
    primary: Store, replica: Store, *, now_s: Callable[[], float] = time.monotonic
) -> ReplicaFirstStore:
    """A store over two, both of which it closes."""
    return cast(ReplicaFirstStore, _ReplicaFirst(primary, replica, now_s))


class _ReplicaFirst:
    """Every method but those below is that of the store that was chosen for the call."""

    def __init__(self, primary: Store, replica: Store, now_s: Callable[[], float]) -> None:
        self._primary = primary
        self._replica = replica
        self._now_s = now_s
        self._told = 0
        self._head: CheckpointRow | None = None
        self._asked_again_at = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._primary if name in _OF_PRIMARY else self._chosen(), name)

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
        self._replica.close()
        self._primary.close()

    def _tell(self, head: CheckpointRow | None) -> CheckpointRow | None:
        self._told = max(self._told, _size(head))
        return head

    def _chosen(self) -> Store:
        """The replica, if it answers and has everything that was told."""
        if self._now_s() >= self._asked_again_at and _size(self._head) >= self._told > 0:
            return self._replica
        size = self._look()
        return self._primary if size is None or size < self._told else self._replica

    def _look(self) -> int | None:
        """How far the replica is now; None if it does not answer."""
        if self._now_s() < self._asked_again_at:
            return None
        try:
            self._head = self._replica.checkpoint()
        except StoreError as error:
            logger.warning("store: the replica does not answer, the primary is read: %s", error)
            self._asked_again_at, self._head = self._now_s() + PAUSE_S, None
            return None
        return _size(self._head)


def _size(head: CheckpointRow | None) -> int:
    return head.size if head else 0
