"""What is no row: a trigger in a store, a table that is another, an index that lacks rows and hides them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from registry.config import load_config
from registry.engine import StartError, start_engine
from registry.store.interface import StoreError
from registry.store.opening import open_for_reading, open_store
from tests.support.backing import reseal
from tests.support.command import Run, assert_one_line, in_process

TRIGGER = (
    "CREATE TRIGGER nobody AFTER INSERT ON ground BEGIN DELETE FROM ground WHERE position = NEW.position; END"
)
OTHERS = {
    "view": ("CREATE VIEW beside AS SELECT * FROM ground", "视图 'beside'"),
    "table": ("CREATE TABLE beside (number INTEGER)", "表 'beside'"),
    "index": ("CREATE UNIQUE INDEX one_each ON ground (subject) WHERE kind = 0", "索引 'one_each'"),
    "missing": ("DROP INDEX ground_by_subject", "缺少索引 ground_by_subject"),
}


@contextmanager
def altered(store: Path) -> Iterator[sqlite3.Connection]:
    """A store's file, opened past the program."""
    with closing(sqlite3.connect(store, isolation_level=None)) as opened:
        yield opened


def with_trigger(store: Path) -> None:
    with altered(store) as opened:
        opened.execute(TRIGGER)


def without_index_rows(store: Path) -> None:
    """Whoever reads the whole table finds every ban, and whoever asks about a subject none."""
    named = "name = 'ground_by_subject'"
    with altered(store) as opened:
        rows = opened.execute("SELECT * FROM ground").fetchall()
        definition = opened.execute(f"SELECT * FROM sqlite_schema WHERE {named}").fetchone()
        opened.execute("DELETE FROM ground")
        opened.execute("PRAGMA writable_schema=ON")
        opened.execute(f"DELETE FROM sqlite_schema WHERE {named}")
    with altered(store) as opened:
        opened.executemany(f"INSERT INTO ground VALUES ({', '.join('?' * len(rows[0]))})", rows)
        opened.execute("PRAGMA writable_schema=ON")
        opened.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", definition)


CHANGES = {
    "trigger": (with_trigger, "触发器 'nobody' (表 'ground')"),
    "index": (without_index_rows, "索引 ground_by_subject 与表不符"),
}


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest) -> tuple[Callable[[Path], None], str]:
    """What is done to a store, and what is told of it."""
    return CHANGES[request.param]


@pytest.fixture
def living(good: Path, tmp_path: Path) -> Path:
    """A copy of the installation."""
    return Path(shutil.copytree(good, tmp_path / "registry"))


def refusals(backup: Path, good: Path, target: Path) -> Iterator[Run]:
    """Every way in which a backup is tried."""
    restoring = ("restore", "--from", backup, "--directory", target, "--keys", good)
    head = ("--head", good / "head/checkpoint")
    yield in_process(*restoring)
    yield in_process(*restoring, *head, "--checkpoint", backup / "checkpoint")
    yield in_process(*restoring, "--until", "5")
    yield in_process("rehearse", "--from", backup, "--directory", good)


def test_backup_whose_store_hides_a_ban_or_would_take_it_out_is_not_put_back(
    good: Path, backup: Path, tmp_path: Path, change: tuple[Callable[[Path], None], str]
) -> None:
    alter, told = change
    alter(backup / "store.db")
    reseal(backup, "store.db")
    for run in refusals(backup, good, tmp_path / "x"):
        assert_one_line(run, told)
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_check_of_a_living_store_and_its_backup_and_its_copy_say_so(
    living: Path, tmp_path: Path, change: tuple[Callable[[Path], None], str]
) -> None:
    alter, told = change
    alter(living / "registry.db")
    for words in (
        ("verify", "--no-signatures"),
        ("verify", "--rebuild"),
        ("rebuild",),
        ("backup", "--to", tmp_path / "backup"),
        ("export", "--to", tmp_path / "copy.db"),
    ):
        run = in_process(*words, "--directory", living)
        assert run.code == 1
        assert told in run.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["registry"]


def test_no_server_starts_on_a_store_that_acts_by_itself(living: Path) -> None:
    with_trigger(living / "registry.db")
    with pytest.raises(StartError, match="触发器 'nobody'.*请从备份恢复"):
        start_engine(load_config(living))
    with pytest.raises(StoreError, match="触发器"):
        open_for_reading(living / "registry.db")


@pytest.mark.parametrize("other", OTHERS)
def test_store_that_defines_other_things_than_this_release_is_opened_by_no_writer(
    living: Path, other: str
) -> None:
    statement, told = OTHERS[other]
    with altered(living / "registry.db") as opened:
        opened.execute(statement)
    with pytest.raises(StoreError, match=told):
        open_store(living / "registry.db")


def test_table_whose_definition_was_written_otherwise_is_named(living: Path) -> None:
    with altered(living / "registry.db") as opened:
        opened.execute("PRAGMA writable_schema=ON")
        opened.execute("UPDATE sqlite_schema SET sql = replace(sql, 'last TEXT', 'last TEXT COLLATE NOCASE') "
                       "WHERE name = 'ground'")  # fmt: skip
    assert_one_line(in_process("verify", "--directory", living), "表 ground 的定义不是本程序的")


def test_spacing_and_quotes_of_a_definition_are_of_no_account(living: Path) -> None:
    with altered(living / "registry.db") as opened:
        opened.execute("ALTER TABLE notice RENAME TO mislaid")
        opened.execute("ALTER TABLE mislaid RENAME TO notice")
        opened.execute("ANALYZE")  # An operator may.
    assert in_process("verify", "--directory", living).code == 0
