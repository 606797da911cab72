from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from registry.store.interface import Group, QueryRow, StoreError
from registry.store.opening import create_store, open_store
from registry.store.sql_store import SqlStore
from registry.store.sqlite import reading_engine
from tests.store.samples import (
    checkpoint,
    everything,
    full_group,
    group_of,
    lookup,
    statement,
)
from tests.support.stores import Stores

FILLER = """
import json, resource, sys
from dataclasses import replace
from pathlib import Path
from registry.store.interface import Group, StoreError
from registry.store.opening import open_store
from tests.store.samples import checkpoint, everything, group_of, statement
store = open_store(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
written, refused = 0, ""
while not refused:
    row = replace(statement(written), sealed_payload=bytes(60_000))
    before = everything(store)
    try:
        store.commit(Group(statements=[row], checkpoint=checkpoint(written + 1)))
        written += 1
    except StoreError as error:
        refused = str(error)
        unchanged = everything(store) == before
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.commit(Group(statements=[statement(written)], checkpoint=checkpoint(written + 1)))
store.close()
print(json.dumps([written, refused, unchanged]))
"""


def test_full_disk_refuses_the_group_in_one_line_and_the_store_lives(stores: Stores[Path]) -> None:
    stores.create()
    stores.close()
    root = Path(__file__).resolve().parents[2]
    filled = subprocess.run(
        [sys.executable, "-c", FILLER, str(stores.path), "3000000"],
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert filled.returncode == 0, filled.stderr
    written, refused, unchanged = json.loads(filled.stdout)
    assert written > 0
    assert refused in ("磁盘读写错误, 未确认任何内容", "磁盘已满, 未写入任何内容")
    assert unchanged
    store = open_store(stores.path)
    assert [row.position for row in store.statements()] == list(range(written + 1))
    assert store.checkpoint() == checkpoint(written + 1)
    store.close()
    with sqlite3.connect(stores.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_database_without_room_refuses_and_works_again_with_room(stores: Stores[Path]) -> None:
    store = stores.create()
    assert isinstance(store, SqlStore)
    store.commit(group_of(0))
    big = replace(statement(1), sealed_payload=bytes(1_000_000))
    with store._writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="磁盘已满"):
        store.commit(replace(group_of(1), statements=[big]))
    assert store.checkpoint() == checkpoint(1)
    with store._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    store.commit(replace(group_of(1), statements=[big]))
    assert store.checkpoint() == checkpoint(2)


class CommitTrouble(sqlite3.Connection):
    """A driver whose COMMIT fails on demand: before or after the group was written."""

    armed = ""

    def commit(self) -> None:
        armed, CommitTrouble.armed = CommitTrouble.armed, ""
        if armed == "after":
            super().commit()
        if armed:
            raise sqlite3.OperationalError("disk I/O error")
        super().commit()


def _troubled_store(path: Path) -> SqlStore:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=CommitTrouble)

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return SqlStore(engine, reading_engine(path), lambda: None)


def test_commit_whose_outcome_is_unknown_succeeds_if_the_group_is_there(stores: Stores[Path]) -> None:
    stores.create()
    store = _troubled_store(stores.path)
    CommitTrouble.armed = "after"
    store.commit(group_of(0, 1))
    assert [row.position for row in store.statements()] == [0, 1]
    store.commit(group_of(2))
    assert store.checkpoint() == checkpoint(3)
    store.close()


def test_commit_that_fails_for_good_writes_nothing_and_the_next_group_works(stores: Stores[Path]) -> None:
    stores.create()
    store = _troubled_store(stores.path)
    store.commit(group_of(0))
    CommitTrouble.armed = "before"
    with pytest.raises(StoreError, match="磁盘读写错误"):
        store.commit(group_of(1))
    assert store.checkpoint() == checkpoint(1)
    store.commit(group_of(1))
    assert store.checkpoint() == checkpoint(2)
    store.close()


def test_failing_commit_without_statements_is_never_taken_for_success(stores: Stores[Path]) -> None:
    stores.create()
    store = _troubled_store(stores.path)
    store.commit(group_of(0))
    CommitTrouble.armed = "after"
    with pytest.raises(StoreError):
        store.commit(Group(queries=[QueryRow(1, "c", "P:1", 3, "r", "m", 0, 1)]))
    store.close()


def test_store_that_is_missing_or_not_a_store_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="请先运行 registry init"):
        open_store(tmp_path / "missing.db")
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database, but long enough to look at" * 200)
    before = garbage.read_bytes()
    with pytest.raises(StoreError, match="不是本系统的数据库"):
        open_store(garbage)
    assert garbage.read_bytes() == before


def test_store_cannot_be_created_over_a_file_or_in_no_directory(tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_bytes(b"kept")
    with pytest.raises(StoreError, match="已存在"):
        create_store(there)
    assert there.read_bytes() == b"kept"
    with pytest.raises(StoreError, match="目录"):
        create_store(tmp_path / "nowhere" / "registry.db")


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_store_is_not_created_beside_the_journal_of_another(tmp_path: Path, end: str) -> None:
    (tmp_path / f"new.db{end}").write_bytes(b"kept")
    with pytest.raises(StoreError, match=f"new.db{end} 已存在"):
        create_store(tmp_path / "new.db")
    assert (tmp_path / f"new.db{end}").read_bytes() == b"kept"
    assert not (tmp_path / "new.db").exists()


def test_store_that_could_not_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from registry.store.opening import create_store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))\n"
        "create_store(Path(sys.argv[1]))"
    )
    path = tmp_path / "small.db"
    made = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert "StoreError" in made.stderr
    assert list(tmp_path.iterdir()) == []
    create_store(path).close()


def test_damaged_file_is_refused_in_one_line(stores: Stores[Path]) -> None:
    store = stores.create()
    for position in range(0, 60, 3):
        store.commit(group_of(position, position + 1, position + 2))
    stores.close()
    content = bytearray(stores.path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    stores.path.write_bytes(content)
    with pytest.raises(StoreError, match="损坏|没有初始化|出错"):
        everything(stores.open())


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ground", "last = '2028-13-01'"),
        ("ground", "document = x'ff'"),
        ("ground", "legal_basis = '[\"'"),
        ("ground", "kind = 9"),
        ("ground", "facts = '{}'"),
        ("ground", "ended = 9"),
        ("mark", "kind = 9"),
        ("mark", "first = ''"),
        ("link", "effective_on = '2026'"),
        ("event", "names = '['"),
        ("delivery", "as_of = '2026-02-30'"),
        ("edition", "adopted = '[1, 2'"),
        ("edition", "in_force_from = 'x'"),
        ("department", "registration = x'ff'"),
        ("official", "registration = x'ff'"),
        ("key", "enrolment = x'ff'"),
        ("event", "state = 9"),
        ("statement", "leaf = x'00'"),
    ],
)
def test_row_that_cannot_be_read_is_told_in_one_line(stores: Stores[Path], table: str, change: str) -> None:
    store = stores.create()
    store.commit(full_group())
    with sqlite3.connect(stores.path) as connection:
        connection.execute(f"UPDATE {table} SET {change}")
    connection.close()
    with pytest.raises(StoreError, match=table):
        list(store.departments())
        list(store.officials())
        list(store.enrolled_keys())
        list(store.editions())
        list(store.deliveries())
        list(store.subjects(lookup))
        store.events([("D1", "S-0")])
        store.recorded([("D1", "S-0")])
