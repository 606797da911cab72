"""The last map state is found from the end of the log, however much stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.commands.jobs import OwnStatement, Placed
from registry.upkeep import last_state as module
from registry.upkeep.last_state import last_state
from registry.upkeep.map_book import LoggedState, MapAlteredError
from registry.upkeep.standing import Standing
from registry.v1.statement_pb2 import MapState, Statement
from tests.support.events import firm, penalty, placed
from tests.support.spine import Spine, found_spine, furnish

ROOT = b"r" * 32
WAIT_S = 20.0


@pytest.fixture
def spine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spine]:
    monkeypatch.setattr(module, "STRETCH", 4)
    spine = furnish(found_spine(tmp_path / "registry"), ["市场监管"], delivered=False)
    yield spine
    spine.engine.close()


def state_own(spine: Spine, body: Statement) -> int:
    """The registry states something itself; where."""
    outcome = spine.engine.writer.put([OwnStatement(body)])[0].result(WAIT_S)
    assert isinstance(outcome, Placed), outcome
    return outcome.position


def state_map(spine: Spine, size: int) -> int:
    return state_own(spine, Statement(map_state=MapState(size=size, root=ROOT)))


def fine(spine: Spine, number: int) -> None:
    placed(spine.say("市场监管", event=penalty("市场监管", firm(number))))


def test_registry_without_map_states_has_none(spine: Spine) -> None:
    assert last_state(spine.engine.state) == LoggedState()
    assert Standing(spine.engine.state).map_size() == 0


@pytest.mark.parametrize("after", [0, 1, 3, 4, 5, 30])
def test_last_of_several_is_found_behind_whatever_was_stated_since(spine: Spine, after: int) -> None:
    state_map(spine, 1)
    position = state_map(spine, 2)
    for number in range(after):
        fine(spine, number)
    assert last_state(spine.engine.state) == LoggedState(position, 2, ROOT)
    assert Standing(spine.engine.state).map_size() == 2


def test_what_is_read_does_not_grow_with_what_the_registry_ever_stated(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = spine.engine.store
    positions_of, read = store.positions_of, list[int]()

    def counted(*args: Any, **more: Any) -> list[int]:
        found: list[int] = positions_of(*args, **more)
        read.extend(found)
        return found

    monkeypatch.setattr(store, "positions_of", counted)
    costs = []
    for size in range(1, 40):
        state_map(spine, size)
        read.clear()
        assert last_state(spine.engine.state).size == size
        costs.append(len(read))
    assert max(costs) <= 4


def test_state_that_was_taken_out_of_the_log_is_told_as_altered(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    state_map(spine, 1)
    monkeypatch.setattr(spine.engine.store, "statement", lambda _position: None)
    with pytest.raises(MapAlteredError, match="存储被改动"):
        last_state(spine.engine.state)
