"""What PostgreSQL may do to a writer: cut its line, crash, give its right to another; and what holds then."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from registry.store.interface import ErasedRows, Group, OvertakenError, QueryRow, StoreBusyError, StoreError
from registry.store.opening import create_store, open_for_reading, open_store
from registry.store.postgres_store import PostgresStore
from tests.store.samples import checkpoint, everything, full_group, group_of, statement
from tests.support.postgres import execute, running_postgres
from tests.support.stores import Stores

QUERY = Group(queries=[QueryRow(1, "c", "P:1", 3, "r", "m", 0, 1)])
CUT = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE application_name LIKE '%writer' AND datname = current_database()"
)
SLOW = (
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql "
    "AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END'",
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON checkpoint DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION slow()",
)
"""Every commit of a checkpoint takes a second, within COMMIT."""


@pytest.fixture
def store(databases: Stores[str]) -> PostgresStore:
    store = databases.create()
    assert isinstance(store, PostgresStore)
    store.commit(group_of(0))
    return store


def cut(databases: Stores[str]) -> None:
    """Ends the writer's session on the server."""
    assert execute(databases.path, CUT) == [(True,)]


def later(seconds: float, act: Callable[[], object]) -> Thread:
    def run() -> None:
        time.sleep(seconds)
        act()

    thread = Thread(target=run)
    thread.start()
    return thread


# --- the connection


def test_writer_whose_idle_connection_was_cut_goes_on_over_another(
    store: PostgresStore, databases: Stores[str]
) -> None:
    cut(databases)
    store.commit(group_of(1))
    assert store.checkpoint() == checkpoint(2)
    with pytest.raises(StoreBusyError, match="正被另一进程写入"):
        open_store(databases.path)


def test_group_whose_commit_is_cut_off_by_the_server_is_refused_and_written_by_none(
    store: PostgresStore, databases: Stores[str]
) -> None:
    execute(databases.path, *SLOW)
    cutting = later(0.4, lambda: cut(databases))
    with pytest.raises(StoreError, match="连接中断"):
        store.commit(group_of(1))
    cutting.join()
    assert store.checkpoint() == checkpoint(1)
    store.commit(group_of(1))
    assert store.checkpoint() == checkpoint(2)


def test_group_that_is_cut_off_on_its_way_to_the_server_is_refused_and_written_by_none(
    store: PostgresStore, databases: Stores[str]
) -> None:
    on_rows = SLOW[1].replace("CONSTRAINT ", "")
    on_rows = on_rows.replace("ON checkpoint DEFERRABLE INITIALLY DEFERRED", "ON ground")
    execute(databases.path, SLOW[0], on_rows)
    cutting = later(0.4, lambda: cut(databases))
    with pytest.raises(StoreError, match="连接中断"):
        store.commit(group_of(*range(1, 40)))
    cutting.join()
    assert store.checkpoint() == checkpoint(1)
    execute(databases.path, "DROP TRIGGER slow ON ground")
    store.commit(group_of(*range(1, 40)))
    assert store.checkpoint() == checkpoint(40)


def test_group_that_the_server_commits_although_the_connection_broke_is_acknowledged(
    store: PostgresStore, databases: Stores[str]
) -> None:
    execute(databases.path, *SLOW)
    line = _line(store)
    cutting = later(0.4, lambda: _hang_up(line))
    store.commit(group_of(1))
    cutting.join()
    assert store.checkpoint() == checkpoint(2)
    store.commit(group_of(2))
    assert [row.position for row in store.statements()] == [0, 1, 2]


def test_group_without_a_checkpoint_is_never_taken_for_durable(
    store: PostgresStore, databases: Stores[str]
) -> None:
    execute(databases.path, *(statement.replace("ON checkpoint", "ON query_log") for statement in SLOW))
    line = _line(store)
    cutting = later(0.4, lambda: _hang_up(line))
    with pytest.raises(StoreError, match="连接中断|不应答"):
        store.commit(QUERY)
    cutting.join()
    store.commit(group_of(1))


def _line(store: PostgresStore) -> socket.socket:
    """The writer's connection. To shut it down here breaks it as a network does: the server goes on."""
    with store.writing() as connection:
        driver: Any = connection.connection.driver_connection
        return socket.socket(fileno=os.dup(driver.fileno()))


def _hang_up(line: socket.socket) -> None:
    line.shutdown(socket.SHUT_RDWR)
    line.close()


def test_row_that_is_refused_is_named_by_no_value_of_it(
    store: PostgresStore, caplog: pytest.LogCaptureFixture
) -> None:
    group = Group(statements=[replace(statement(1, statement_id="S-0"), subject="secret")])
    with pytest.raises(StoreError, match="存储出错, 未写入任何内容"):
        store.commit(group)
    assert "statement_by_id" in caplog.text
    assert "S-0" not in caplog.text


# --- another writer


def test_writer_that_lost_its_right_to_another_writes_no_more(
    store: PostgresStore, databases: Stores[str]
) -> None:
    cut(databases)
    other = open_store(databases.path)
    for _ in range(2):
        with pytest.raises(StoreBusyError, match="正被另一进程写入"):
            store.commit(group_of(1))
    other.commit(group_of(1))
    other.close()
    before = everything(store)
    for group in (group_of(1), group_of(2), QUERY):
        with pytest.raises(StoreError, match="不是本进程写的.*重新启动"):
            store.commit(group)
    with pytest.raises(OvertakenError, match="不是本进程写的"):
        store.put_meta({"origin": "another"})
    assert everything(store) == before
    open_store(databases.path).close()  # The right to write is whoever's comes: this one has none by now.
    store.close()


def test_two_stores_in_two_schemas_of_one_database_have_a_writer_each(
    store: PostgresStore, databases: Stores[str]
) -> None:
    execute(databases.path, "CREATE SCHEMA elsewhere")
    other = create_store(f"{databases.path}&options=-csearch_path%3Delsewhere")
    other.commit(group_of(0, 1))
    store.commit(group_of(1, 2))
    assert (other.checkpoint(), store.checkpoint()) == (checkpoint(2), checkpoint(3))
    other.close()


HOLDER = """
import sys, time
from registry.store.opening import open_store
store = open_store(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


def test_second_process_cannot_write_until_the_first_is_killed(
    store: PostgresStore, databases: Stores[str]
) -> None:
    databases.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, databases.path], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError):
            open_store(databases.path)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    open_store(databases.path).close()


def test_store_is_read_beside_whoever_writes_it(store: PostgresStore, databases: Stores[str]) -> None:
    beside = open_for_reading(databases.path)
    store.commit(group_of(1))
    assert everything(beside) == everything(store)
    with pytest.raises(StoreError, match="只读"):
        beside.commit(group_of(2))
    beside.close()


# --- the server


def test_server_that_is_killed_under_load_loses_no_acknowledged_group(tmp_path: Path) -> None:
    with running_postgres() as server:
        url = server.new_database()
        store, acknowledged, refused = create_store(url), list[int](), list[str]()
        stopped = list[bool]()

        def load() -> None:
            position = 0
            while not stopped:
                try:
                    store.commit(group_of(position))
                    acknowledged.append(position)
                    position += 1
                except StoreError as error:
                    refused.append(str(error))
                    time.sleep(0.02)

        thread = Thread(target=load, daemon=True)
        thread.start()
        for _ in range(3):
            reached = len(acknowledged) + 20
            while len(acknowledged) < reached:
                time.sleep(0.01)
            server.crash()
        reached = len(acknowledged) + 5
        while len(acknowledged) < reached:
            time.sleep(0.01)
        stopped.append(True)
        thread.join()
        assert [row.position for row in store.statements()] == acknowledged == list(range(len(acknowledged)))
        assert store.checkpoint() == checkpoint(len(acknowledged))
        store.close()
        assert all("数据库" in line for line in refused)


def test_erased_rows_are_vacuumed_as_soon_as_no_reader_sees_them(
    store: PostgresStore, databases: Stores[str]
) -> None:
    store.commit(Group(statements=full_group().statements[1:], recorded=full_group().recorded[1:]))
    reading = store.derived_rows("event")
    next(reading)
    store.commit(Group(erased=[ErasedRows((1,), 7, "F1")]))
    store.take_out()
    assert _vacuumed(databases) == 0
    del reading
    store.commit(Group())
    assert _vacuumed(databases) == 0, "readers go on meanwhile, for the group is written"
    store.take_out()
    assert _vacuumed(databases) == 1


def _vacuumed(databases: Stores[str]) -> object:
    (row,) = execute(databases.path, "SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'event'")
    return row[0]
