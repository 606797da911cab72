"""The guide to upgrades is true: what a migration of a restored backup does, and which there are."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from registry.store.opening import MIGRATIONS
from tests.support.backing import reseal
from tests.support.command import ROOT, assert_one_line, digests, in_process, installation

GUIDE = (ROOT / "docs/upgrading.md").read_text("utf-8")
VERSIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed."""
    return installation(tmp_path_factory.mktemp("good") / "registry")


@pytest.fixture
def backup(good: Path, tmp_path: Path) -> Path:
    made = tmp_path / "backup"
    assert in_process("backup", "--directory", good, "--to", made).code == 0
    return made


def brought_back(backup: Path, version: str) -> None:
    """Has a backup be one that the release before the last migration took."""
    with closing(sqlite3.connect(backup / "store.db")) as store:
        for name in re.findall(
            r'create_index\("(\w+)"', (next((MIGRATIONS / "versions").glob("0006*"))).read_text("utf-8")
        ):
            store.execute(f"DROP INDEX {name}")
        store.execute("DROP TABLE file")  # Of 0007.
        store.execute("UPDATE alembic_version SET version_num = ?", [version])
        store.commit()
    reseal(backup, "store.db")


def test_guide_names_every_version_of_the_tables() -> None:
    assert re.findall(r"^\| `(\d{4})` \|", GUIDE, re.MULTILINE) == VERSIONS


def test_backup_of_the_release_before_is_migrated_on_the_way_and_stays_as_it_is(
    good: Path, backup: Path, tmp_path: Path
) -> None:
    brought_back(backup, "0005")
    before, target, told = digests(backup), tmp_path / "restored", f"0005 → {VERSIONS[-1]}"
    assert f"升级 {told}" in in_process("rehearse", "--from", backup, "--directory", good).out
    run = in_process("restore", "--from", backup, "--directory", target, "--keys", good)
    assert run.code == 0, run.err
    assert f"存储版本: {told}" in run.out
    assert digests(backup) == before
    shutil.copy(good / "head/checkpoint", target / "head/checkpoint")
    assert in_process("verify", "--directory", target, "--rebuild").code == 0


def test_backup_of_a_later_release_is_refused_in_one_line(good: Path, backup: Path, tmp_path: Path) -> None:
    brought_back(backup, "9999")
    run = in_process("restore", "--from", backup, "--directory", tmp_path / "x", "--keys", good)
    assert_one_line(run, "比本程序新")
    assert not (tmp_path / "x").exists()
