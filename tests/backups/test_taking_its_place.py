"""A store takes its place with nothing of another one in it, whole, and durably; or not at all."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from registry.store.opening import MIGRATIONS
from tests.support.backing import reseal, with_small_files
from tests.support.command import assert_one_line, digests, in_process


def refused(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as rows:
        return [row[0] for row in rows.execute("SELECT statement_id FROM refusal")]


def journal_of_another(store: Path, scratch: Path) -> bytes:
    """What a killed writer leaves beside a store in which something else stood; SQLite writes it back."""
    copy = Path(shutil.copy(store, scratch / "other.db"))
    with closing(sqlite3.connect(copy, isolation_level=None)) as rows:
        rows.execute("PRAGMA synchronous=OFF")  # Its journal holds from the first page on.
        rows.execute("UPDATE refusal SET statement_id = 'of another'")
        rows.execute("BEGIN")
        rows.execute("UPDATE refusal SET statement_id = 'changed again'")
        return copy.with_name("other.db-journal").read_bytes()


def test_journal_that_a_killed_restore_left_is_not_rolled_into_the_next_copy(
    storeless: Path, whole: Path, tmp_path: Path
) -> None:
    journal = journal_of_another(whole / "store.db", tmp_path)
    (storeless / "registry.db.restoring-journal").write_bytes(journal)
    run = in_process("restore", "--from", whole, "--directory", storeless)
    assert run.code == 0, run.err
    assert refused(storeless / "registry.db") == refused(whole / "store.db") == ["refused"]
    assert not list(storeless.glob("*-journal"))


def test_journal_of_an_old_store_is_not_rolled_into_the_one_that_was_put_back(
    storeless: Path, whole: Path, tmp_path: Path
) -> None:
    journal = journal_of_another(whole / "store.db", tmp_path)
    (storeless / "registry.db-journal").write_bytes(journal)
    before = digests(storeless)
    run = in_process("restore", "--from", whole, "--directory", storeless)
    assert_one_line(run, "registry.db-journal 已存在", "请先移走")
    assert digests(storeless) == before


def of_an_earlier_release(backup: Path) -> int:
    """Has a backup's store be one that must be migrated, and so grow; how long its file is."""
    indexes = next((MIGRATIONS / "versions").glob("0006*")).read_text("utf-8")
    with closing(sqlite3.connect(backup / "store.db")) as store:
        for name in re.findall(r'create_index\("(\w+)"', indexes):
            store.execute(f"DROP INDEX {name}")
        store.execute("DROP TABLE file")  # Of 0007.
        store.execute("UPDATE alembic_version SET version_num = '0005'")
        store.commit()
        store.execute("VACUUM")
    reseal(backup, "store.db")
    return (backup / "store.db").stat().st_size


def test_disk_that_is_full_when_the_migrated_store_is_to_be_one_file_leaves_no_store(
    storeless: Path, backup: Path
) -> None:
    size = of_an_earlier_release(backup)
    before = digests(storeless)
    words = ("restore", "--from", backup, "--directory", storeless)
    assert_one_line(with_small_files(size, *words))
    assert digests(storeless) == before
    run = with_small_files(4 * size, *words)
    assert run.code == 0, run.err
    assert in_process("verify", "--directory", storeless, "--rebuild").code == 0


def test_store_is_durable_before_it_has_its_name(
    storeless: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, fsync = set[tuple[int, bool]](), os.fsync

    def sync(handle: int) -> None:
        synced.add((os.fstat(handle).st_ino, (storeless / "registry.db").exists()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", sync)
    assert in_process("restore", "--from", whole, "--directory", storeless).code == 0
    assert ((storeless / "registry.db").stat().st_ino, False) in synced
