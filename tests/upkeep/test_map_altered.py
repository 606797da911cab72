"""Entries of the map that were altered are proven to nobody, and told; folding the log again names them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.commands.rebuild import rebuild
from registry.store.interface import StoreError
from registry.store.opening import create_store
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy
from tests.upkeep.mapping import (
    fine,
    follows,
    key_of,
    mapping,
    own,
    prove,
    rich,
    states,
)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["市场监管", "法院"], delivered=False)
    yield spine
    spine.engine.close()


def alter(spine: Spine, statement: str) -> None:
    with sqlite3.connect(spine.config.store) as connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


ALTERATIONS = {
    "a head": "UPDATE map_entry SET head = zeroblob(32)",
    "a count": "UPDATE map_entry SET count = count + 1",
    "a count below one": "UPDATE map_entry SET count = -1",
    "a key": "UPDATE map_entry SET subject_key = randomblob(32)",
    "a key of another length": "UPDATE map_entry SET subject_key = randomblob(33)",
    "an entry taken away": "DELETE FROM map_entry",
    "an entry put in": "INSERT INTO map_entry SELECT randomblob(32), 1, head FROM map_entry",
}


@pytest.mark.parametrize("statement", ALTERATIONS.values(), ids=ALTERATIONS)
def test_altered_entries_are_noticed_when_the_registry_starts(spine: Spine, statement: str) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
    alter(spine, statement)
    with mapping(spine) as mapper, pytest.raises(StoreError, match="registry rebuild"):
        prove(mapper, spine, key_of(1))


@pytest.mark.parametrize("statement", ALTERATIONS.values(), ids=ALTERATIONS)
def test_entries_altered_under_a_running_registry_get_into_no_state(spine: Spine, statement: str) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
        alter(spine, statement)
        before = states(spine)
        at = fine(spine, 1)
        with pytest.raises(StoreError, match="registry rebuild"):
            prove(mapper, spine, key_of(1), position=at)
        assert states(spine) == before


def test_altered_entries_are_proven_to_nobody(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.upkeep.map_book.PATIENCE_S", 0.1)
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
        alter(spine, ALTERATIONS["a head"])
        with pytest.raises(StoreError, match="registry rebuild"):
            prove(mapper, spine, key_of(1))


# --- folding the log again


def test_a_rebuilt_store_has_the_same_entries(spine: Spine, tmp_path: Path) -> None:
    rich(spine)
    with mapping(spine) as mapper:
        prove(mapper, spine)
        fine(spine, 1)
        prove(mapper, spine)
        fine(spine, 2)
    target = create_store(tmp_path / "again.db")
    result = rebuild(spine.engine.state.log, target, [Copy(spine.config).signer])
    entries = list(spine.engine.store.derived_rows("map_entry"))
    assert result.differences == []
    assert list(target.derived_rows("map_entry")) == entries
    assert len(entries) > 10
    target.close()


def test_altered_entries_are_named_by_rebuild(spine: Spine, tmp_path: Path) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    copy.sql("UPDATE map_entry SET count = count + 1")
    assert copy.rebuild()[0].startswith("map_entry: ")
    spine.reopen()


@pytest.mark.parametrize("said", ["覆盖5条", "算出的不同"])
def test_a_state_that_does_not_follow_is_named_by_rebuild_and_by_the_check(
    spine: Spine, tmp_path: Path, said: str
) -> None:
    fine(spine, 1)
    with mapping(spine) as mapper:
        prove(mapper, spine)
    at = own(spine, 5 if "5" in said else spine.engine.state.size, bytes(32))
    target = create_store(tmp_path / "again.db")
    result = rebuild(spine.engine.state.log, target, [Copy(spine.config).signer])
    target.close()
    for faults in (follows(spine), result.differences):
        (fault,) = faults
        assert fault.startswith(f"序号{at}: ")
        assert said in fault
