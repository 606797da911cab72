"""What tests of the map share: a mapper at work, its states, and proofs held against them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from registry.commands.intake import open_envelope
from registry.commands.jobs import OwnStatement, Placed
from registry.provenance.leaf import Leaf, LeafType, subject_key
from registry.provenance.map_proof import verify_absent, verify_present
from registry.upkeep.map_book import MapEvidence
from registry.upkeep.mapper import Mapper
from registry.v1.statement_pb2 import MapState, Statement
from tests.support.events import firm, penalty, placed
from tests.support.history import write_rich_history
from tests.support.map_check import MapCheck
from tests.support.spine import BY_KEY, Spine, furnish

PATIENCE_S = 20.0
NEVER_S = 3600.0


@contextmanager
def mapping(spine: Spine, *, interval_s: float = NEVER_S) -> Iterator[Mapper]:
    mapper = Mapper(spine.engine.state, spine.engine.writer, interval_s=interval_s)
    mapper.start()
    try:
        yield mapper
    finally:
        mapper.close()


def rich(spine: Spine) -> None:
    furnish(spine, [key for key in BY_KEY if key not in spine.signers], delivered=False)
    write_rich_history(spine)


def states(spine: Spine) -> list[tuple[int, MapState]]:
    """Every map state of the log with its position."""
    log = spine.engine.state.log
    return [
        (row.position, Statement.FromString(open_envelope(row, log).payload).map_state)
        for row in log.store.statements()
        if Leaf.decode(row.leaf).type == LeafType.MAP_STATE
    ]


def fine(spine: Spine, number: int) -> int:
    return placed(spine.say("市场监管", event=penalty("市场监管", firm(number))))


def key_of(number: int) -> bytes:
    return subject_key(firm(number).identifier.value)


def prove(mapper: Mapper, spine: Spine, *keys: bytes, position: int | None = None) -> MapEvidence:
    at = spine.position if position is None else position
    return mapper.prove(keys, position=at, timeout_s=PATIENCE_S)


def check(evidence: MapEvidence) -> None:
    """Every proof leads to the state's root."""
    for key, proven in evidence.proven.items():
        if proven.entry is None:
            verify_absent(evidence.state.root, key, proven.proof)
        else:
            assert proven.entry.key == key
            verify_present(evidence.state.root, *proven.entry, proven.proof)


def stated(spine: Spine, evidence: MapEvidence) -> bool:
    """Whether the log states the evidence's state where it says."""
    state = evidence.state
    return (state.position, MapState(size=state.size, root=state.root)) in states(spine)


def follows(spine: Spine) -> list[str]:
    """What a check of every state against the leaves finds."""
    checked, at = MapCheck(), dict(states(spine))
    faults = []
    for row in spine.engine.store.statements():
        if row.position in at:
            faults += checked.state(row.position, at[row.position].size, at[row.position].root)
        checked.leaf(row.leaf)
    return faults + checked.finish()


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def own(spine: Spine, size: int, root: bytes) -> int:
    """The registry states a state that no mapper made."""
    body = Statement(map_state=MapState(size=size, root=root))
    outcome = spine.engine.writer.put([OwnStatement(body)])[0].result(PATIENCE_S)
    assert isinstance(outcome, Placed), outcome
    return outcome.position
