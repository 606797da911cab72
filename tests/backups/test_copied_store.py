"""``registry import --from`` and ``export --to``: what stands under the name asked for was checked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from registry.backups.placing import BESIDE
from registry.store.copying import compare_stores
from registry.store.opening import open_for_reading
from tests.support.backing import killed_at, with_small_files
from tests.support.command import assert_one_line, digests, in_process

STEPS = (
    "registry.cli_copy.copy_store",
    "registry.cli_copy._checked",
    "registry.cli_copy.settle_file",
    "pathlib.Path.rename",
)


@pytest.mark.parametrize("step", STEPS)
def test_import_that_was_killed_leaves_no_store_and_the_next_one_succeeds(
    good: Path, storeless: Path, step: str
) -> None:
    words = ("import", "--directory", storeless, "--from", good / "registry.db")
    killed_at(step, *words)
    assert not (storeless / "registry.db").exists()
    assert in_process(*words).code == 0
    assert list(storeless.glob(f"*{BESIDE}*")) == []
    names = (good / "registry.db", storeless / "registry.db")
    with closing(open_for_reading(names[0])) as one, closing(open_for_reading(names[1])) as other:
        compare_stores(one, other)


def test_import_of_a_store_that_was_tampered_with_leaves_none(
    good: Path, storeless: Path, tmp_path: Path
) -> None:
    assert in_process("export", "--directory", good, "--to", tmp_path / "copy.db").code == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as store, store:
        store.execute("UPDATE statement SET sealed_payload = zeroblob(60) WHERE position = 5")
    before = digests(storeless)
    run = in_process("import", "--directory", storeless, "--from", tmp_path / "copy.db")
    assert_one_line(run, "存储有误, 没有复制", "序号5")
    assert digests(storeless) == before


def test_disk_that_is_full_leaves_no_copy(good: Path, tmp_path: Path) -> None:
    run = with_small_files(200_000, "export", "--directory", good, "--to", tmp_path / "copy.db")
    assert_one_line(run)
    assert {path.name for path in tmp_path.iterdir()} <= {"copy.db.lock"}
