"""Reading from a real streaming replica, whose replay is held up and goes on again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from registry.store.interface import Store, StoreError
from registry.store.opening import create_store, open_for_reading, open_store
from registry.store.replica import ReplicaFirstStore, replica_first
from tests.store.samples import checkpoint, everything, full_group, group_of
from tests.support.postgres import (
    NoPostgresError,
    PostgresServer,
    execute,
    running_postgres,
    running_standby,
)

LOOK_S = 0.1


class Pair:
    """A primary with a writer, its replica, and a store that reads from both."""

    def __init__(self, primary: PostgresServer, standby: PostgresServer) -> None:
        self.primary, self.standby = primary, standby
        self.writer_url = primary.new_database()
        self.name = self.writer_url.partition("?")[0].rpartition("/")[2]
        self.writer = create_store(self.writer_url)
        self.writer.commit(full_group())
        self.catch_up()
        self.store: ReplicaFirstStore = replica_first(
            open_for_reading(self.writer_url), open_for_reading(self.replica_url), pause_s=0.05, look_s=LOOK_S
        )

    @property
    def replica_url(self) -> str:
        return self.standby.url(self.name)

    def catch_up(self) -> None:
        """Lets the replica go on, and waits until it has everything."""
        (end,) = execute(self.writer_url, "SELECT pg_current_wal_flush_lsn()::text")[0]
        execute(self.standby.url("postgres"), "SELECT pg_wal_replay_resume()")
        reached = f"SELECT pg_last_wal_replay_lsn() >= '{end}'::pg_lsn"
        until = time.monotonic() + 20
        while execute(self.standby.url("postgres"), reached) != [(True,)]:
            assert time.monotonic() < until
            time.sleep(0.02)

    def hold(self) -> None:
        """Has the replica fall behind."""
        execute(self.standby.url("postgres"), "SELECT pg_wal_replay_pause()")

    def close(self) -> None:
        self.store.close()
        self.writer.close()


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[PostgresServer, PostgresServer]]:
    try:
        with (
            running_postgres() as primary,
            running_standby(primary, wal_retrieve_retry_interval="100ms") as standby,
        ):
            yield primary, standby
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture
def pair(servers: tuple[PostgresServer, PostgresServer]) -> Iterator[Pair]:
    pair = Pair(*servers)
    yield pair
    pair.catch_up()
    pair.close()


def sizes(store: Store) -> tuple[int, int]:
    """What the checkpoint says, and how many statements are read."""
    head = store.checkpoint()
    return (head.size if head else 0), len(list(store.statements()))


def sizes_at_last(store: Store) -> tuple[int, int]:
    """The same, as soon as the replica is read again."""
    until = time.monotonic() + 20
    while True:
        try:
            return sizes(store)
        except StoreError:
            assert time.monotonic() < until
            time.sleep(0.02)


def test_replica_answers_as_the_primary_does(pair: Pair) -> None:
    assert everything(pair.store) == everything(pair.writer)


def test_replica_that_is_behind_is_read_by_whoever_wants_nothing_newer(pair: Pair) -> None:
    pair.hold()
    pair.writer.commit(group_of(2, 3))
    assert sizes(pair.store) == (2, 2)


def test_position_that_the_replica_lacks_is_read_from_the_primary_and_nothing_goes_back_then(
    pair: Pair,
) -> None:
    pair.hold()
    pair.writer.commit(group_of(2, 3))
    pair.store.reach(1)
    assert sizes(pair.store) == (2, 2)
    pair.store.reach(3)
    assert sizes(pair.store) == (4, 4)
    pair.writer.commit(group_of(4))
    assert pair.store.checkpoint() == checkpoint(5)
    pair.catch_up()
    pair.writer.commit(group_of(5))
    pair.catch_up()
    assert sizes(pair.store) == (6, 6)


def test_position_that_is_nowhere_yet_is_waited_for_at_neither(pair: Pair) -> None:
    pair.store.reach(99)
    assert sizes(pair.store) == (2, 2)


def test_replica_serves_on_when_the_primary_is_gone_and_the_primary_when_the_replica_is(
    pair: Pair,
) -> None:
    pair.standby.stop()
    assert sizes(pair.store) == (2, 2)
    pair.standby.start()
    pair.primary.stop()
    assert sizes_at_last(pair.store) == (2, 2)
    seen_s, position = pair.store.seen
    assert position == 1
    time.sleep(3 * LOOK_S)
    assert pair.store.seen == (seen_s, 1), "nobody has seen the primary since"
    with pytest.raises(StoreError, match="数据库"):
        pair.store.look()
    with pytest.raises(StoreError, match="数据库"):
        pair.writer.commit(group_of(2))
    pair.primary.start()
    pair.writer.commit(group_of(2))
    until = time.monotonic() + 20
    while pair.store.seen[1] < 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert pair.store.seen[0] > seen_s


def test_store_on_a_standby_is_read_and_never_written(pair: Pair) -> None:
    for act in (open_store, create_store):
        with pytest.raises(StoreError, match="只读的备库"):
            act(pair.replica_url)
    with closing(open_for_reading(pair.replica_url)) as beside:
        assert everything(beside) == everything(pair.writer)
