from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, text

from registry.store.interface import Group, StoreBusyError, StoreError
from registry.store.opening import create_store, open_for_reading, open_store
from registry.store.sqlite import StoreLock, empty_wal, reading_engine, sqlite_notice, writing_engine
from tests.store.contract import StoreContract
from tests.store.log_contract import LogContract
from tests.store.newest_contract import NewestContract
from tests.store.query_contract import QueryContract
from tests.store.record_contract import RecordContract
from tests.store.samples import (
    everything,
    full_group,
    group_of,
    statement,
)
from tests.support.stores import Stores


class TestSqliteStore(StoreContract):
    """SQLite keeps the log, and writes groups whole."""


class TestSqliteRecords(RecordContract):
    """SQLite keeps what is recorded of subjects."""


class TestSqliteQueries(QueryContract):
    """SQLite answers every question about what is recorded."""


class TestSqliteNewest(NewestContract):
    """SQLite lists from the end."""


class TestSqliteLog(LogContract):
    """SQLite lets the log be read whole, and erases."""


def _pragmas(engine: Engine) -> dict[str, object]:
    names = ("journal_mode", "synchronous", "query_only")
    with engine.connect() as connection:
        return {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in names}


def test_writer_writes_ahead_and_syncs_every_commit(stores: Stores[Path]) -> None:
    stores.create()
    pragmas = _pragmas(writing_engine(stores.path))
    full = 2
    assert (pragmas["journal_mode"], pragmas["synchronous"]) == ("wal", full)


def test_writer_overwrites_what_it_deletes(stores: Stores[Path]) -> None:
    stores.create()
    with writing_engine(stores.path).connect() as connection:
        assert connection.execute(text("PRAGMA secure_delete")).scalar() == 1


def test_log_file_is_emptied_when_no_reader_needs_it(stores: Stores[Path]) -> None:
    store = stores.create()
    store.commit(group_of(*range(50)))
    wal = stores.path.with_name(stores.path.name + "-wal")
    assert wal.stat().st_size > 0
    engine = writing_engine(stores.path)
    reader = reading_engine(stores.path)
    with reader.connect() as reading:
        reading.execute(text("SELECT * FROM statement")).fetchone()
        store.commit(group_of(50))
        assert not empty_wal(engine)
    reader.dispose()
    assert empty_wal(engine)
    assert wal.stat().st_size == 0
    engine.dispose()


def test_store_is_read_beside_whoever_writes_it(stores: Stores[Path]) -> None:
    store = stores.create()
    store.commit(group_of(0, 1))
    beside = open_for_reading(stores.path)
    assert list(beside.statements()) == list(store.statements())
    with pytest.raises(StoreError, match="只读"):
        beside.commit(group_of(2))
    beside.close()
    store.commit(group_of(2))


def test_store_that_is_not_there_is_not_read(stores: Stores[Path]) -> None:
    with pytest.raises(StoreError, match="不存在"):
        open_for_reading(stores.path)


def test_reader_cannot_write(stores: Stores[Path]) -> None:
    stores.create()
    with pytest.raises(Exception, match="readonly"), reading_engine(stores.path).begin() as connection:
        connection.execute(text("DELETE FROM statement"))


def test_value_of_another_type_is_refused_by_the_table_itself(stores: Stores[Path]) -> None:
    store = stores.create()
    with pytest.raises(StoreError):
        store.commit(Group(statements=[replace(statement(0), position="zero")]))  # type: ignore[arg-type]


def test_readers_are_not_blocked_by_a_long_write(stores: Stores[Path]) -> None:
    store = stores.create()
    store.commit(full_group())
    before = everything(store)
    with sqlite3.connect(stores.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM statement")
        started = time.monotonic()
        assert everything(store) == before
        assert time.monotonic() - started < 2
        other.execute("ROLLBACK")
    other.close()


def test_writer_is_not_blocked_by_a_long_read(stores: Stores[Path]) -> None:
    store = stores.create()
    store.commit(group_of(0))
    with sqlite3.connect(stores.path, isolation_level=None) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM statement").fetchone() == (1,)
        started = time.monotonic()
        for position in range(1, 50):
            store.commit(group_of(position))
        assert time.monotonic() - started < 4
        assert other.execute("SELECT count(*) FROM statement").fetchone() == (1,)
        other.execute("COMMIT")
        assert other.execute("SELECT count(*) FROM statement").fetchone() == (50,)
    other.close()


def test_store_has_one_writer_in_a_process(stores: Stores[Path]) -> None:
    stores.create()
    with pytest.raises(StoreBusyError, match="正被另一进程写入"):
        open_store(stores.path)
    with pytest.raises(StoreBusyError):
        create_store(stores.path)


def test_another_name_of_the_store_does_not_give_another_writer(stores: Stores[Path], tmp_path: Path) -> None:
    stores.create()
    link = tmp_path / "elsewhere"
    link.symlink_to(stores.path)
    with pytest.raises(StoreBusyError):
        open_store(link)


def test_lock_that_is_given_back_can_be_taken(stores: Stores[Path]) -> None:
    stores.reopen(stores.create())
    stores.close()
    StoreLock(stores.path).release()


HOLDER = """
import sys, time
from pathlib import Path
from registry.store.opening import open_store
store = open_store(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_second_process_cannot_write_until_the_first_is_killed(stores: Stores[Path]) -> None:
    stores.create()
    stores.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(stores.path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError):
            open_store(stores.path)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    open_store(stores.path).close()


def test_many_threads_read_at_once(stores: Stores[Path]) -> None:
    store = stores.create()
    store.commit(full_group())
    failed, started = list[BaseException](), Event()

    def read() -> None:
        started.wait()
        try:
            for _ in range(20):
                assert store.statement(1) is not None
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=read) for _ in range(32)]
    for thread in threads:
        thread.start()
    started.set()
    for thread in threads:
        thread.join()
    assert failed == []


def test_notice_tells_the_version_and_its_fault() -> None:
    assert sqlite3.sqlite_version in sqlite_notice()
    assert ("exactly one writing connection" in sqlite_notice()) == (sqlite3.sqlite_version_info < (3, 51, 3))
