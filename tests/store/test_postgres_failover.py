"""A primary with a synchronous standby: what is acknowledged is on both, and nothing of it is lost when the
primary dies and the standby takes over."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from registry.store.interface import StoreError
from registry.store.opening import create_store, open_store
from registry.store.postgres_store import PostgresStore
from tests.store.samples import checkpoint, group_of
from tests.support.postgres import (
    NoPostgresError,
    PostgresServer,
    execute,
    running_postgres,
    running_standby,
)

WRITER = "application_name LIKE '%writer' AND datname = current_database()"
WAITS = f"SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND {WRITER}"


@contextmanager
def pair() -> Iterator[tuple[PostgresServer, PostgresServer]]:
    """A primary, and a standby without which nothing is committed."""
    try:
        with running_postgres() as primary, running_standby(primary) as standby:
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
            while primary.execute("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
                time.sleep(0.02)
            yield primary, standby
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
def test_group_that_the_standby_has_not_is_not_acknowledged_until_it_has(end: str) -> None:
    with pair() as (primary, standby):
        url = primary.new_database()
        store = create_store(url)
        store.commit(group_of(0))
        standby.stop()
        committed = list[int]()

        def commit() -> None:
            store.commit(group_of(1))
            committed.append(1)

        committing = Thread(target=commit)
        committing.start()
        for _ in range(2):
            while not (waiting := execute(url, WAITS)):
                time.sleep(0.02)
            execute(url, f"SELECT {end}({waiting[0][0]})")
            time.sleep(0.5)
            assert committed == []
        standby.start()
        committing.join(30)
        assert committed == [1]
        assert store.checkpoint() == checkpoint(2)
        store.commit(group_of(2))
        store.close()


def test_primary_that_dies_under_load_loses_no_acknowledged_group_to_its_standby() -> None:
    with pair() as (primary, standby):
        name = primary.new_database().partition("?")[0].rpartition("/")[2]
        hosts = f"host={primary.directory},{standby.directory}"
        url = f"postgresql://registry@/{name}?{hosts}&target_session_attrs=read-write"
        store, acknowledged, stopped = create_store(url), list[int](), list[bool]()
        assert isinstance(store, PostgresStore)

        def load() -> None:
            position = 0
            while not stopped:
                try:
                    store.commit(group_of(position))
                    acknowledged.append(position)
                    position += 1
                except StoreError:
                    time.sleep(0.02)

        thread = Thread(target=load, daemon=True)
        thread.start()
        _reach(acknowledged, 50)
        primary.stop(signal.SIGKILL)
        standby.execute("SELECT pg_promote()")
        _reach(acknowledged, len(acknowledged) + 20)
        stopped.append(True)
        thread.join()
        assert acknowledged == list(range(len(acknowledged)))
        store.close()
        after = open_store(standby.url(name))
        assert [row.position for row in after.statements()] == acknowledged
        assert after.checkpoint() == checkpoint(len(acknowledged))
        after.close()


def _reach(acknowledged: list[int], count: int) -> None:
    until = time.monotonic() + 40
    while len(acknowledged) < count:
        assert time.monotonic() < until
        time.sleep(0.01)
