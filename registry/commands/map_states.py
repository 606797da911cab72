"""The map when a log is folded again: what each of its states must be, worked out from the leaves before it.

A state's statement holds size and root alone. Its entries, which come into the store with it, follow from the
leaves that the state covers and the one before it did not; if they do not lead to the root that was stated,
the state was never one of this log.
"""

from __future__ import annotations

from dataclasses import replace

from registry.commands.submission import Submission
from registry.provenance.map_entry import MapEntry, entries_of
from registry.provenance.map_tree import MapTree, MapUpdate
from registry.store.interface import Store


class MapStateError(ValueError):
    """A map state does not follow from the log; one line says which."""


class MapFold:
    """Works out the states of a log that is being folded into a store, one after another."""

    def __init__(self, target: Store, size: int = 0) -> None:
        """``size``: how many statements the last state covers that is in the store already."""
        self._target = target
        self._tree = MapTree(target.map_buckets())
        self._size = size
        self._due: MapUpdate | None = None

    def completed(self, job: Submission) -> Submission:
        """A map state with its entries, when all before it is in the store; any other job as it is.

        Raises MapStateError."""
        if job.body != "map_state":
            return job
        self._take_last()
        stated = job.statement.map_state
        position = job.recorded.position if job.recorded else self._size
        if not self._size <= stated.size <= position:
            raise MapStateError(
                f"序号{position}: 映射状态覆盖{stated.size}条, 应在{self._size}至{position}条之间"
            )
        latest: dict[bytes, MapEntry] = {}
        for leaf in self._target.leaves(self._size, stated.size):
            _, entry = entries_of(leaf)
            latest[entry.key] = entry
        update = self._tree.plan(latest.values())
        if update.root != stated.root:
            raise MapStateError(f"序号{position}: 映射状态的根与前{stated.size}条叶子算出的不同")
        self._size, self._due = stated.size, update
        return replace(job, map_entries=tuple(update.entries))

    def _take_last(self) -> None:
        """The entries of the state before are in the store by now."""
        if self._due is None:
            return
        self._tree.apply(self._due)
        self._due = None
        if self._tree.full:
            self._tree = MapTree(self._target.map_buckets())
