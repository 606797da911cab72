"""Rows that answers are given from, changed in a backup whose log is as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from registry.backups.manifest import read_manifest
from registry.observing.rehearsals import Rehearsed
from tests.support.backing import reseal
from tests.support.command import assert_one_line, in_process

CHANGES = {
    "ground": "UPDATE ground SET last = '2026-04-02' WHERE rowid = (SELECT max(rowid) FROM ground)",
    "event": "DELETE FROM event WHERE position = (SELECT max(position) FROM event)",
    "edition": "UPDATE edition SET in_force_from = '2099-01-01'",
}


@pytest.fixture(params=CHANGES)
def changed(request: pytest.FixtureRequest, backup: Path) -> tuple[str, Path]:
    """A table, and a backup in which it was changed under a manifest that agrees."""
    with closing(sqlite3.connect(backup / "store.db")) as store:
        assert store.execute(CHANGES[request.param]).rowcount > 0
        store.commit()
    reseal(backup, "store.db")
    return request.param, backup


def test_row_that_does_not_follow_from_the_log_fails_the_rehearsal(
    good: Path, changed: tuple[str, Path], tmp_path: Path
) -> None:
    table, backup = changed
    (tmp_path / "work").mkdir()
    given = ("--work", tmp_path / "work", "--result", tmp_path / "result")
    run = in_process("rehearse", "--from", backup, "--directory", good, *given)
    assert_one_line(run, "演练未通过", f"{table} 表", "与重新折叠日志所得的不符")
    assert list((tmp_path / "work").iterdir()) == []
    assert (told := Rehearsed.read(tmp_path / "result"))
    assert not told.passed


def test_row_that_does_not_follow_from_the_log_refuses_a_restore_that_is_to_be_proven(
    good: Path, whole: Path, changed: tuple[str, Path], tmp_path: Path
) -> None:
    table, backup = changed
    given = ("--keys", good, "--checkpoint", whole / "checkpoint")
    run = in_process("restore", "--from", backup, "--directory", tmp_path / "x", *given)
    assert_one_line(run, f"{table} 表", "与重新折叠日志所得的不符")
    assert not (tmp_path / "x").exists()


def test_report_says_which_rows_were_compared_and_what_is_yet_to_be_done(
    good: Path, whole: Path, tmp_path: Path
) -> None:
    result = tmp_path / "result"
    rehearsed = in_process("rehearse", "--from", whole, "--directory", good, "--result", result)
    assert "5 派生数据: " in rehearsed.out
    assert (kept := Rehearsed.read(result))
    manifest = read_manifest(whole)
    assert (kept.passed, kept.taken_at, kept.size) == (True, manifest.taken, manifest.size)
    absent = ("--result", tmp_path / "absent" / "result")
    assert_one_line(in_process("rehearse", "--from", whole, "--directory", good, *absent), "不能写入")
    proof = ("--checkpoint", whole / "checkpoint")
    for name, given, told in (("plain", (), "verify --rebuild "), ("proven", proof, "verify --directory ")):
        run = in_process("restore", "--from", whole, "--directory", tmp_path / name, "--keys", good, *given)
        assert run.code == 0, run.err
        assert f"启动服务以前: registry {told}" in run.out
        assert ("行与重新折叠日志所得的一致" in run.out) == bool(given)
    assert not list(tmp_path.rglob("folded.db*"))
