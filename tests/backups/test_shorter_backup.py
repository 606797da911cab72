"""A backup that lacks statements for which somebody holds a receipt: it is read, and no server takes it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from registry.config import load_config
from registry.engine import StartError, start_engine
from tests.support.backing import reseal
from tests.support.command import Run, assert_one_line, in_process


def size_of(backup: Path) -> int:
    return int(json.loads((backup / "manifest.json").read_text("utf-8"))["size"])


def restored(backup: Path, target: Path, keys: Path, *more: str | Path) -> Run:
    given = ("--keys", keys, "--accept-shorter", *more)
    return in_process("restore", "--from", backup, "--directory", target, *given)


def assert_read_only(directory: Path) -> None:
    """No server takes it, and it can be verified."""
    with pytest.raises(StartError, match="查阅副本"):
        start_engine(load_config(directory))
    run = in_process("verify", "--directory", directory, "--rebuild")
    assert run.code == 0, run.err


def test_head_that_was_given_is_kept_beside_a_shorter_backup_and_no_position_is_given_again(
    grown: tuple[Path, Path], tmp_path: Path
) -> None:
    directory, old = grown
    head, target, size = directory / "head/checkpoint", tmp_path / "x", size_of(old)
    run = restored(old, target, directory, "--head", head)
    assert run.code == 0, run.err
    assert f"日志头已签到 {size + 1} 条: 只供查阅, 服务会拒绝启动" in run.out
    assert (target / "head/checkpoint").read_bytes() == head.read_bytes()
    adopting = ("adopt-head", "--directory", target, "--size", str(size))
    assert_one_line(in_process(*adopting), "已有日志头")
    assert_read_only(target)
    (target / "head/checkpoint").unlink()
    in_process(*adopting)
    assert_read_only(target)


def test_head_that_the_log_did_not_sign_is_refused_also_for_a_shorter_backup(
    grown: tuple[Path, Path], tmp_path: Path
) -> None:
    directory, old = grown
    note = (directory / "head/checkpoint").read_text("utf-8")
    size = size_of(old)
    (tmp_path / "forged").write_text(note.replace(f"\n{size + 1}\n", f"\n{size + 2}\n", 1), "utf-8")
    run = restored(old, tmp_path / "x", directory, "--head", tmp_path / "forged")
    assert_one_line(run, "forged 不是本日志签名的检查点")
    assert not (tmp_path / "x").exists()


def test_installation_without_a_second_store_does_not_start_on_a_shorter_backup(
    grown: tuple[Path, Path], tmp_path: Path
) -> None:
    directory, backup = grown[0], Path(shutil.copytree(grown[1], tmp_path / "backup"))
    path, target = backup / "registry.toml", tmp_path / "x"
    path.write_text(re.sub("(?m)^head = .*\n", "", path.read_text("utf-8")), "utf-8")
    reseal(backup, "registry.toml")
    run = restored(backup, target, directory, "--head", directory / "head/checkpoint")
    assert run.code == 0, run.err
    assert "只供查阅, 服务会拒绝启动" in run.out
    assert_read_only(target)


def test_backup_of_which_nothing_says_that_it_is_the_newest_is_only_to_be_read_if_that_was_accepted(
    grown: tuple[Path, Path], tmp_path: Path
) -> None:
    directory, old = grown
    run = restored(old, tmp_path / "x", directory)
    assert "没有日志头可比 (--accept-shorter): 只供查阅" in run.out
    assert_read_only(tmp_path / "x")


def test_backup_with_which_the_head_agrees_is_served_though_a_shorter_one_would_have_been_accepted(
    good: Path, whole: Path, tmp_path: Path
) -> None:
    run = restored(whole, tmp_path / "x", good, "--head", good / "head/checkpoint")
    assert "相符" in run.out
    start_engine(load_config(tmp_path / "x")).close()
