"""The second store of a running registry: what is answered is in it, and what would be a fork is refused.

Kills are real ones of a process of its own. A disk that is lost or read-only stands for every way in which
the second store cannot be brought up to the first.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from registry.commands.jobs import Placed
from registry.commands.log import LogReading
from registry.engine import StartError, start_engine
from registry.provenance.tile_path import TilePath
from registry.store.interface import StoreError
from tests.support.command import (
    ROOT,
    TIMEOUT_S,
    assert_one_line,
    digests,
    in_process,
    installation,
    mount,
    registry,
)
from tests.support.events import firm, licence, placed
from tests.support.served import short_ban, started
from tests.support.spine import Spine, found_spine, furnish

KEY = "市场监管"
KILLED_BEFORE_THE_EXCHANGE = """
import os, signal, sys
from datetime import date
from pathlib import Path
from registry.config import load_config
from registry.provenance.keys import FileSigner
from registry.engine import start_engine
from registry.store.head import HeadFile
from tests.support.clock import SetClock
from tests.support.served import short_ban
from tests.support.spine import TODAY, Spine
directory = Path(sys.argv[1])
config, clock = load_config(directory), SetClock(TODAY)
spine = Spine(directory, config, clock, start_engine(config, clock))
spine.signers["财政"] = FileSigner.load(directory / "财政.pem", None)
HeadFile.swap = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
print("stating", flush=True)
spine.say("财政", "unanswered", event=short_ban(1))
print("answered", flush=True)
"""


def head_path(spine: Spine) -> Path:
    assert spine.config.head is not None
    return spine.config.head


def head(spine: Spine) -> str:
    return head_path(spine).read_text("utf-8")


def signed(spine: Spine) -> str:
    """What the store itself has as its last checkpoint."""
    row = spine.engine.store.checkpoint()
    assert row is not None
    return row.note


@pytest.fixture
def spine(tmp_path: Path) -> Spine:
    return furnish(found_spine(tmp_path / "registry"), ["财政", KEY])


def test_founded_log_has_its_head_and_every_answer_finds_it_moved_on(tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")
    assert head(spine) == signed(spine)
    furnish(spine, ["财政"])
    for number in range(3):
        placed(spine.say("财政", event=short_ban(number + 1)))
        assert head(spine) == signed(spine)
    spine.engine.close()


def test_kill_between_commit_and_exchange_loses_nothing_and_the_head_is_moved_on(spine: Spine) -> None:
    spine.signers["财政"].save(spine.directory / "财政.pem", None)
    before, size = head(spine), spine.engine.state.size
    spine.engine.close()
    run = [sys.executable, "-c", KILLED_BEFORE_THE_EXCHANGE, str(spine.directory)]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "stating\n"), ended.stderr
    assert head(spine) == before
    spine.reopen()
    assert spine.engine.state.size == size + 1
    assert head(spine) == signed(spine) != before
    row = spine.engine.store.statement(size)
    assert row is not None
    assert row.statement_id == "unanswered"
    spine.engine.close()


def test_restored_backup_is_refused_in_one_line_and_the_newest_store_runs_on(spine: Spine) -> None:
    store = spine.config.store
    spine.engine.close()
    shutil.copy(store, store.with_name("backup.db"))
    spine.reopen()
    placed(spine.say("财政", event=short_ban(1)))
    size = spine.engine.state.size
    spine.engine.close()
    shutil.move(store, store.with_name("newest.db"))
    shutil.copy(store.with_name("backup.db"), store)
    before = digests(spine.directory)
    told = f"存储只有{size - 1}条陈述, 日志头已签到{size}条"
    assert_one_line(registry("serve", "--directory", spine.directory), told, "备份")
    assert digests(spine.directory) == before
    shutil.move(store.with_name("newest.db"), store)
    spine.reopen()
    placed(spine.say("财政", event=short_ban(2)))
    spine.engine.close()


def test_backup_that_was_written_on_is_refused_though_it_is_as_long(spine: Spine) -> None:
    """The fork itself: another statement at a position that was answered for already."""
    spine.engine.close()
    branch = Path(shutil.copytree(spine.directory, spine.directory.with_name("branch")))
    spine.reopen()
    placed(spine.say("财政", event=short_ban(1)))
    kept = head(spine)
    spine.engine.close()
    shutil.rmtree(spine.directory)
    shutil.move(branch, spine.directory)
    spine.reopen()
    placed(spine.say("财政", event=short_ban(2)))
    spine.engine.close()
    head_path(spine).write_text(kept, "utf-8")
    assert_one_line(registry("serve", "--directory", spine.directory), "不符", "不能运行")


def test_head_of_another_log_is_refused(spine: Spine, tmp_path: Path) -> None:
    other = found_spine(tmp_path / "other")
    for each in (spine, other):
        each.engine.close()
    shutil.copy(head_path(other), head_path(spine))
    with pytest.raises(StartError, match="不是本日志签的检查点"):
        start_engine(spine.config, spine.clock)


def test_lost_head_is_refused_until_it_is_adopted_by_the_size_of_the_store(spine: Spine) -> None:
    size, note = spine.engine.state.size, head(spine)
    spine.engine.close()
    head_path(spine).unlink()
    assert_one_line(registry("serve", "--directory", spine.directory), "没有日志头", "adopt-head")
    adopting = ("adopt-head", "--directory", spine.directory, "--size")
    assert_one_line(in_process(*adopting, str(size + 1)), f"存储有{size}条陈述, 不是{size + 1}条")
    assert not head_path(spine).exists()
    assert f"{size} 条陈述" in in_process(*adopting, str(size)).out
    assert head(spine) == note
    assert_one_line(in_process(*adopting, str(size)), "已有日志头")
    with started(spine.directory):
        assert head(spine) == note


def test_disk_that_is_lost_while_running_stops_every_answer_until_a_restart_brings_it_back(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    size, before = spine.engine.state.size, head(spine)
    stated = spine.seal("财政", spine.statement("财政", "unanswered", event=short_ban(1)))
    elsewhere = head_path(spine).parent.with_name("elsewhere")
    head_path(spine).parent.rename(elsewhere)
    with pytest.raises(StoreError, match=r"第二存储不能更新, 已停止受理, 请联系运维$"):
        spine.put("财政", stated)
    assert "改动或移走" in caplog.text
    elsewhere.rename(head_path(spine).parent)
    with pytest.raises(StoreError, match="^第二存储不能更新, 已停止受理, 请联系运维; 须排除原因后重启服务$"):
        spine.say("财政", event=short_ban(2))
    assert head(spine) == before
    reading = LogReading(spine.engine.state)
    assert reading.checkpoint() == before
    assert reading.leaves(size, 0) == []
    assert reading.tile(TilePath(None, 0, size + 1)) is None
    spine.reopen()
    again = spine.put("财政", stated)[0]
    assert isinstance(again, Placed)
    assert (again.position, again.again, head(spine)) == (size, True, signed(spine))
    spine.engine.close()


def test_head_that_somebody_else_changes_while_running_is_not_written_over(spine: Spine) -> None:
    head_path(spine).write_text("another's\n", "utf-8")
    with pytest.raises(StoreError, match="第二存储不能更新"):
        spine.say("财政", event=short_ban(1))
    assert head(spine) == "another's\n"
    spine.engine.close()


def test_head_on_a_read_only_disk_is_told_in_one_line(spine: Spine) -> None:
    spine.engine.close()
    place = str(head_path(spine).parent)
    mount("--bind", place, place)
    try:
        mount("-o", "remount,ro,bind", place)
        before = digests(spine.directory)
        assert_one_line(registry("serve", "--directory", spine.directory), "checkpoint", "Read-only")
        assert digests(spine.directory) == before
    finally:
        subprocess.run(["umount", place], check=True)


def test_two_stores_of_one_log_do_not_run_at_a_time_with_one_head(spine: Spine, tmp_path: Path) -> None:
    spine.engine.close()
    twin = Path(shutil.copytree(spine.directory, tmp_path / "twin"))
    config = twin / "registry.toml"
    text = config.read_text("utf-8").replace('"head/checkpoint"', f'"{head_path(spine)}"')
    config.write_text(text, "utf-8")
    with started(spine.directory):
        assert_one_line(registry("serve", "--directory", twin), "checkpoint", "另一进程")
    with started(twin):
        assert_one_line(registry("serve", "--directory", spine.directory), "checkpoint", "另一进程")


def test_installation_without_a_second_store_runs_as_before(tmp_path: Path) -> None:
    directory = installation(tmp_path / "registry")
    config = directory / "registry.toml"
    config.write_text(config.read_text("utf-8").replace('head = "head/checkpoint"\n', ""), "utf-8")
    shutil.rmtree(directory / "head")
    with started(directory):
        pass
    assert not (directory / "head").exists()
    assert_one_line(in_process("adopt-head", "--directory", directory, "--size", "1"), "不用第二存储")


def test_head_keeps_up_with_many_answers(spine: Spine) -> None:
    statements = [spine.statement(KEY, event=licence(KEY, firm(8000 + number))) for number in range(200)]
    for outcome in spine.put(KEY, *(spine.seal(KEY, each) for each in statements)):
        placed(outcome)
    assert head(spine) == signed(spine)
    spine.engine.close()
