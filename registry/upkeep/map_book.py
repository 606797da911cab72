"""The map as of the state that was logged last: what proofs are read from.

A state is taken over in two steps that cannot be one: its entries are durable with the statement that states
it, and only then does the tree in memory follow. Whoever reads an entry in between finds it newer than the
tree; the way from the root shows that (`MapChangedError`), the reader waits for the tree and reads again. So
a proof may come a little later, but it is always of the one state that is named beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Condition

from registry.provenance.map_buckets import Buckets
from registry.provenance.map_entry import EMPTY
from registry.provenance.map_tree import MapChangedError, MapTree, MapUpdate, Proven
from registry.store.interface import StoreError
from registry.waiting import waiting

PATIENCE_S = 10.0
"""The tree follows within milliseconds; after this the entries must have been altered."""


class MapAlteredError(StoreError):
    """What the store holds of the map is not what the log states: somebody altered it."""


@dataclass(frozen=True, slots=True)
class LoggedState:
    """A map state: over the leaves [0, size), stated at a position; at none before the first."""

    position: int | None = None
    size: int = 0
    root: bytes = EMPTY


@dataclass(frozen=True, slots=True)
class MapEvidence:
    """What the map of one state holds under each key that was asked about, proven."""

    state: LoggedState
    proven: Mapping[bytes, Proven]


class MapBook:
    """Tree and state together, for many readers and one who moves them on."""

    def __init__(self, buckets: Buckets, state: LoggedState) -> None:
        """Builds the tree. Raises MapAlteredError if the entries are not those of the state, StoreError if
        they cannot be read."""
        self._buckets = buckets
        self._moved = Condition()
        self._tree = MapTree(buckets)
        self._state = state
        if self._tree.root != state.root:
            raise MapAlteredError("存储被改动: 映射的条目与最后记载的映射状态不符")

    @property
    def state(self) -> LoggedState:
        """The state that proofs are of."""
        return self._state

    @property
    def tree(self) -> MapTree:
        """The tree, to plan the next state with; for whoever moves it on."""
        return self._tree

    def take(self, update: MapUpdate, state: LoggedState) -> None:
        """Moves on to a state that was logged."""
        with self._moved:
            self._tree.apply(update)
            self._state = state
            self._moved.notify_all()
        if self._tree.full:
            larger = MapTree(self._buckets)
            with self._moved:
                self._tree = larger

    def prove(self, keys: Sequence[bytes]) -> MapEvidence:
        """What the latest state says of the keys. Raises StoreError if the entries do not agree with it."""
        while True:
            with self._moved:
                state, ways = self._state, [self._tree.way(key) for key in keys]
            bits = ways[0].bits if ways else 0
            buckets = self._buckets.read([way.prefix for way in ways], bits)
            try:
                proven = {way.key: way.end(bucket) for way, bucket in zip(ways, buckets, strict=True)}
            except MapChangedError as error:
                self._wait_for_another_than(state, error)
            else:
                return MapEvidence(state, proven)

    def _wait_for_another_than(self, state: LoggedState, why: MapChangedError) -> None:
        with waiting(), self._moved:
            if not self._moved.wait_for(lambda: self._state is not state, PATIENCE_S):
                message = "映射的条目与其状态不符; 重启后若仍如此, 请运行 registry rebuild"
                raise StoreError(message) from why
