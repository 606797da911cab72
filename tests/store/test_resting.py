"""Whoever reads a database or an object storage, which are other processes and may hang, gives its turn away
until it has what it asked for, and the thread that reads the wire never stands there."""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy.exc import SQLAlchemyError

from registry.store.postgres import reading_engine
from registry.waiting import MustWaitError, begin_to_wait, end_waiting, has_turn, waiting, without_waiting
from tests.support.stores import Stores


class _Turn:
    def __init__(self) -> None:
        self.told: list[str] = []

    def rest(self) -> None:
        self.told.append("rests")

    def resume(self) -> None:
        self.told.append("works on")


def test_a_reader_of_postgres_gives_its_turn_away(databases: Stores[str]) -> None:
    store, turn = databases.create(), _Turn()
    store.meta()
    with has_turn(turn):
        known = store.meta()
    assert turn.told[:2] == ["rests", "works on"]
    assert turn.told == ["rests", "works on"] * (len(turn.told) // 2)
    with without_waiting(), pytest.raises(MustWaitError):
        store.meta()
    assert store.meta() == known


def test_who_waits_within_a_wait_rests_once() -> None:
    turn = _Turn()
    with has_turn(turn):
        with waiting():
            with waiting():
                assert turn.told == ["rests"]
            assert turn.told == ["rests"]
        assert turn.told == ["rests", "works on"]
        with pytest.raises(KeyError), waiting():
            raise KeyError
    assert turn.told == ["rests", "works on"] * 2
    with waiting():
        assert len(turn.told) == 4


def test_a_wait_ends_once_and_only_where_it_began() -> None:
    turn = _Turn()
    with has_turn(turn):
        outer, inner = begin_to_wait(), begin_to_wait()
        end_waiting(inner)
        end_waiting(inner)
        elsewhere = Thread(target=lambda: end_waiting(outer))
        elsewhere.start()
        elsewhere.join()
        assert turn.told == ["rests"]
        end_waiting(outer)
    assert turn.told == ["rests", "works on"]


def test_a_connection_that_could_not_be_lent_ends_its_wait_alone() -> None:
    engine, turn = reading_engine("postgresql://nobody@127.0.0.1:1/absent"), _Turn()
    with has_turn(turn), waiting():
        with pytest.raises(SQLAlchemyError):
            engine.connect()
        assert turn.told == ["rests"]
    assert turn.told == ["rests", "works on"]
    engine.dispose()
