"""Whether an index's base says what the store says (索引的核对), record by record: a part of ``registry
verify``."""

from __future__ import annotations

from collections.abc import Iterator

from registry.commands.state import Log, RegistryState
from registry.indexing.below import NothingBelow
from registry.indexing.generation import Generation
from registry.indexing.generations import Generations


def compared_index(log: Log, generations: Generations) -> tuple[int, list[str]]:
    """How many records of the newest base that can be used were compared with the store's, and what differs.
    Raises StoreError."""
    state = RegistryState(log.store, log.vault, log.editions, NothingBelow)
    base = generations.newest(state)
    if base is None:
        return 0, []
    faults = list(_faults(base, state))
    return len(base), faults


def _faults(base: Generation, state: RegistryState) -> Iterator[str]:
    since = {ref for _, ref in state.store.changes(base.facts.size, state.size)}
    held = differing = 0
    for record in state.store.subjects(state.measure):
        if record.ref not in since:
            held += 1
            differing += base.get(record.ref) != record
    more = sum(record.ref not in since for record in base) - held
    if differing or more:
        yield f"索引 {base.directory.name} 与存储不符: {differing}条记录不同, 多出{more}条; 请删除这一目录"
