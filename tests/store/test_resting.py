"""Whoever reads a database or an object storage, which are other processes and may hang, says first that it
may wait: its turn goes to another, and the thread that reads the wire never stands there."""

from __future__ import annotations

import pytest

from registry.waiting import MustWaitError, resting, without_waiting
from tests.support.stores import Stores


def test_a_reader_of_postgres_gives_its_turn_away(databases: Stores[str]) -> None:
    store, rested = databases.create(), []
    store.meta()
    with resting(lambda: rested.append("rests")):
        known = store.meta()
    assert rested == ["rests"]
    with without_waiting(), pytest.raises(MustWaitError):
        store.meta()
    assert store.meta() == known
