"""Where the map stands when a registry starts: its last state in the log, and its entries in the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from registry.commands.intake import open_envelope
from registry.commands.ledger import REGISTRY_REF
from registry.commands.state import RegistryState
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.map_buckets import Buckets
from registry.provenance.map_entry import MapEntry
from registry.store.interface import Store
from registry.upkeep.map_book import LoggedState, MapAlteredError
from registry.v1.statement_pb2 import Statement

PAGE = 256
STRETCH = 1024
"""Positions of the log that are looked through first, from its end; then twice as many, and so on."""


class StoppedError(Exception):
    """Whoever reads is to stop."""


def last_state(registry: RegistryState) -> LoggedState:
    """The map state that stands last in the log. Costs what came after it, not the whole log. Raises
    StoreError if it cannot be read, MapAlteredError if it is not there any more."""
    for position in _own_from_the_end(registry.store):
        row = registry.store.statement(position)
        if row is None:
            raise MapAlteredError(f"存储被改动: 没有序号{position}的陈述")
        if Leaf.decode(row.leaf).type == LeafType.MAP_STATE:
            stated = Statement.FromString(open_envelope(row, registry.log).payload).map_state
            return LoggedState(position, stated.size, stated.root)
    return LoggedState()


def _own_from_the_end(store: Store) -> Iterator[int]:
    """Positions of the registry's own statements, falling."""
    last, stretch = store.last_position(), STRETCH
    end = 0 if last is None else last + 1
    while end > 0:
        first = max(0, end - stretch)
        found = store.positions_of(REGISTRY_REF, after=first - 1, limit=end - first)
        yield from (position for position in reversed(found) if position < end)
        end, stretch = first, 2 * stretch


class StoppableBuckets:
    """Buckets that can be read through in the background: between pages others get a turn, and it can be
    stopped (StoppedError)."""

    def __init__(self, buckets: Buckets, stopped: Callable[[], bool]) -> None:
        self._buckets = buckets
        self._stopped = stopped

    def count(self) -> int:
        """See Buckets."""
        return self._buckets.count()

    def entries(self) -> Iterator[MapEntry]:
        """See Buckets. Raises StoppedError."""
        for number, entry in enumerate(self._buckets.entries()):
            if number % PAGE == 0:
                time.sleep(
                    0
                )  # Lets go of the interpreter: a call that waits for it would wait for all of it.
                if self._stopped():
                    raise StoppedError
            yield entry

    def read(self, prefixes: Sequence[int], bits: int) -> Iterator[list[MapEntry]]:
        """See Buckets."""
        return self._buckets.read(prefixes, bits)
