"""Several servers in one URL, and a primary that fails in a way its clients do not see."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from registry.store.interface import CheckpointRow, Store, StoreError
from registry.store.opening import create_store, open_for_reading, open_store
from registry.store.postgres_hosts import servers_of
from registry.store.postgres_store import PostgresStore
from tests.store.samples import checkpoint, group_of
from tests.support.postgres import NoPostgresError, PostgresServer, running_postgres, running_standby

PATIENCE_S = 30.0


@contextmanager
def pair() -> Iterator[tuple[PostgresServer, PostgresServer, str]]:
    """A primary, a standby that has replayed everything, and the URL of a store on both."""
    try:
        with running_postgres() as primary, running_standby(primary) as standby:
            name = primary.new_database().partition("?")[0].rpartition("/")[2]
            hosts = f"host={primary.directory},{standby.directory}"
            yield primary, standby, f"postgresql://registry@/{name}?{hosts}&target_session_attrs=read-write"
    except NoPostgresError as error:
        pytest.skip(str(error))


def settle(primary: PostgresServer, standby: PostgresServer) -> None:
    """Waits until the standby has replayed what the primary has written."""
    (end,) = primary.execute("SELECT pg_current_wal_flush_lsn()::text")[0]
    until = time.monotonic() + PATIENCE_S
    while standby.execute(f"SELECT pg_last_wal_replay_lsn() >= '{end}'::pg_lsn") != [(True,)]:
        assert time.monotonic() < until
        time.sleep(0.02)


def signalled(server: PostgresServer, number: signal.Signals) -> None:
    """Sends a signal to every process of a server."""
    children = f"/proc/{server.pid}/task/{server.pid}/children"
    with open(children) as file:
        for pid in (server.pid, *map(int, file.read().split())):
            os.kill(pid, number)


def test_of_two_that_let_themselves_be_written_to_the_one_promoted_last_is_meant() -> None:
    with pair() as (primary, standby, url):
        store = create_store(url)
        store.commit(group_of(0))
        settle(primary, standby)
        standby.execute("SELECT pg_promote()")
        store.close()
        reopened = open_store(url)
        reopened.commit(group_of(1))
        reopened.close()
        name = url.partition("?")[0].rpartition("/")[2]
        sizes = [
            server.execute("SELECT size FROM checkpoint", database=name) for server in (primary, standby)
        ]
        assert sizes == [[(1,)], [(2,)]]


def read_or_cut(reader: Store) -> CheckpointRow | None:
    """The checkpoint; none if the connection was given up just then: whoever asks is told to ask again."""
    try:
        return reader.checkpoint()
    except StoreError:
        return None


def test_open_connections_leave_a_primary_beside_which_another_was_promoted() -> None:
    with pair() as (primary, standby, url):
        store = create_store(url)
        reader = open_for_reading(url)
        store.commit(group_of(0))
        settle(primary, standby)
        standby.execute("SELECT pg_promote()")
        successor = open_store(standby.url(url.partition("?")[0].rpartition("/")[2]))
        successor.commit(group_of(1))
        until = time.monotonic() + PATIENCE_S
        for each in (reader, store):  # Each looks by itself which of the two is meant.
            while read_or_cut(each) != checkpoint(2):
                assert time.monotonic() < until, "it still reads from the old one"
                time.sleep(0.05)
        with pytest.raises(StoreError):  # It has lost its right to another, and does not write over it.
            store.commit(group_of(1, 2))  # Other than what the other wrote, which it would take for its own.
        successor.close()
        store.close()
        reader.close()


def test_group_under_way_to_a_primary_that_stands_still_is_settled_with_the_next() -> None:
    with pair() as (primary, standby, url):
        store = create_store(url)
        assert isinstance(store, PostgresStore)
        reader = open_for_reading(url)
        store.commit(group_of(0))
        settle(primary, standby)
        signalled(primary, signal.SIGSTOP)
        try:
            committed = list[int]()

            def commit() -> None:
                store.commit(group_of(1))
                committed.append(1)

            committing = Thread(target=commit)
            committing.start()
            time.sleep(0.5)
            assert committed == []
            standby.execute("SELECT pg_promote()")
            committing.join(PATIENCE_S)
            assert committed == [1]
            assert reader.checkpoint() == checkpoint(2)
            store.close()
            reader.close()
        finally:
            signalled(primary, signal.SIGCONT)


def test_reader_is_not_led_to_a_server_that_lacks_what_it_has_read() -> None:
    with pair() as (primary, standby, url):
        store = create_store(url)
        reader = open_for_reading(url.replace("read-write", "any"))
        store.commit(group_of(0))
        assert reader.checkpoint() == checkpoint(1)
        settle(primary, standby)
        standby.execute("SELECT pg_wal_replay_pause()")
        store.commit(group_of(1))
        assert reader.checkpoint() == checkpoint(2)
        (end,) = primary.execute("SELECT pg_current_wal_flush_lsn()::text")[0]
        while standby.execute(f"SELECT pg_last_wal_receive_lsn() >= '{end}'::pg_lsn") != [(True,)]:
            time.sleep(0.02)
        primary.stop()
        with pytest.raises(StoreError, match="落后于已读到的状态"):
            reader.changes(0, 2)
        standby.execute("SELECT pg_wal_replay_resume()")
        settled_by = time.monotonic() + PATIENCE_S
        while True:
            try:
                assert reader.checkpoint() == checkpoint(2)
                break
            except StoreError:
                assert time.monotonic() < settled_by
                time.sleep(0.05)
        store.close()
        reader.close()


def test_while_no_server_may_be_written_to_it_is_said_so_in_one_line() -> None:
    with pair() as (primary, _, url):
        create_store(url).close()
        primary.stop()
        with pytest.raises(StoreError, match="没有可写的主库"):
            open_store(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://a.example/registry", [("a.example", "5432")]),
        ("postgresql:///registry", [("", "5432")]),
        ("postgresql://a.example:1,b.example:2/registry", [("a.example", "1"), ("b.example", "2")]),
        ("postgresql:///r?host=a.example,b.example&port=7", [("a.example", "7"), ("b.example", "7")]),
        ("postgresql:///r?host=/run/a,/run/b", [("/run/a", "5432"), ("/run/b", "5432")]),
    ],
)
def test_servers_are_those_of_the_url(url: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.host, each.port) for each in servers_of(url).all] == expected
