"""``registry restore --until``: the registry as it stood, proven by what was kept then, and never served."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from registry.backups.manifest import BackupError
from registry.backups.past import Until
from registry.commands.state import AS_OF
from registry.config import load_config
from registry.engine import StartError, start_engine
from registry.store.head import HeadFile
from registry.store.interface import DERIVED_TABLES
from registry.store.opening import open_for_reading
from registry.v1 import statement_pb2 as pb
from tests.support import events
from tests.support.backing import reseal
from tests.support.clock import instant_ms
from tests.support.command import Run, assert_one_line, in_process
from tests.support.events import person, placed, withdrawal
from tests.support.moments import acknowledged, own_rows
from tests.support.served import exit_ban, short_ban
from tests.support.spine import found_spine, furnish


@dataclass(frozen=True, slots=True)
class Town:
    """An installation with a backup, and what was kept on the way: a checkpoint, its position, and every
    derived row as it was then."""

    directory: Path
    backup: Path
    held: Path
    position: int
    rows: dict[str, list[tuple[object, ...]]]


DAY = date(2026, 11, 24)
NOON_MS = instant_ms(DAY)
LATER_MS = instant_ms(date(2026, 11, 26)) + 1


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    home = tmp_path_factory.mktemp("past")
    spine = furnish(found_spine(home / "registry"), ["财政", "法院"])
    store = spine.engine.store
    placed(spine.say("财政", "first", event=short_ban(1)))
    spine.clock.move_to(DAY)
    placed(spine.say("法院", "exit-1", event=exit_ban(person(1))))
    placed(spine.say("财政", "second", event=short_ban(2)))
    store.commit(own_rows(1, NOON_MS))
    head, position = spine.engine.state.head, spine.position
    assert head is not None
    (home / "held.note").write_text(head.note, "utf-8")
    rows = {table: list(store.derived_rows(table)) for table in DERIVED_TABLES}
    spine.clock.move_to(date(2026, 11, 26))
    placed(spine.say("财政", "second-back", withdrawal=withdrawal("财政", "second")))
    store.commit(acknowledged(1, LATER_MS))
    store.commit(own_rows(2, LATER_MS))
    placed(spine.say("法院", "exit-2", event=exit_ban(person(2))))
    placed(spine.say("财政", "first-back", withdrawal=withdrawal("财政", "first")))
    erasure = pb.Erasure(target=events.target("财政", "first"), legal_basis=["个人信息保护法 第四十七条"],
                         document=events.document("财政", "2026-11-26"), reason="保存期限届满")  # fmt: skip
    placed(spine.say("财政", "first-gone", erasure=erasure))
    spine.engine.close()
    assert in_process("backup", "--directory", spine.directory, "--to", home / "backup").code == 0
    return Town(spine.directory, home / "backup", home / "held.note", position, rows)


def restored(town: Town, target: Path, until: str, *more: str | Path) -> Run:
    given = ("--keys", town.directory, "--until", until, *more)
    return in_process("restore", "--from", town.backup, "--directory", target, *given)


@pytest.mark.parametrize("how", ["position", "day", "instant"])
def test_registry_stands_as_it_stood_by_a_position_a_day_or_an_instant(
    town: Town, tmp_path: Path, how: str
) -> None:
    until = {"position": str(town.position), "day": str(DAY), "instant": f"{DAY}T23:00:00"}[how]
    past = tmp_path / "past"
    run = restored(town, past, until, "--checkpoint", town.held)
    assert run.code == 0, run.err
    root = town.held.read_text("utf-8").splitlines()[2]
    assert f"截至序号 {town.position}" in run.out
    assert "检查点有签名" in run.out
    with closing(open_for_reading(past / "registry.db")) as store:
        head = store.checkpoint()
        assert head is not None
        assert head.note == town.held.read_text("utf-8")
        assert head.note.splitlines()[2] == root
        for table, rows in town.rows.items():
            now = list(store.derived_rows(table))
            if table in ("event", "ground", "name", "name_gram", "subject", "change", "recipient"):
                # The content of "first" was erased since, and stays so.
                assert [row for row in rows if row not in now and not _of_first(row)] == [], table
            else:
                assert now == rows, table
        assert [row.asked_ms for row in store.queries()] == [NOON_MS]
        assert [row.recorded_ms for row in store.all_executions()] == [NOON_MS]
        own = [row for row in store.all_notices() if row.made_ms == NOON_MS]
        assert own
        assert all(row.acknowledged_ms is None for row in store.all_notices())
        assert len(list(store.all_persons())) == 1
    verified = in_process("verify", "--directory", past, *(["--rebuild"] if how == "position" else []))
    assert verified.code == 0, verified.err


def _of_first(row: tuple[object, ...]) -> bool:
    code = events.firm(1).identifier.value
    return any(code in str(cell) for cell in row) or "first" in row or events.firm(1).name in row


def test_past_is_never_served_nor_adopted_nor_put_over_an_installation(town: Town, tmp_path: Path) -> None:
    past = tmp_path / "past"
    assert restored(town, past, str(town.position), "--checkpoint", town.held).code == 0
    with pytest.raises(StartError, match="查阅副本"):
        start_engine(load_config(past))
    again = tmp_path / "again.db"
    in_process("rebuild", "--directory", past, "--into", again)
    with closing(open_for_reading(again)) as store:  # What was folded out of it is none that could be served.
        assert store.meta().get(AS_OF)
    (past / "head/checkpoint").unlink()
    given = ("--directory", past, "--size", str(town.position + 1))
    in_process("adopt-head", *given)
    with pytest.raises(StartError, match="查阅副本"):
        start_engine(load_config(past))
    copy = Path(shutil.copytree(town.directory, tmp_path / "registry"))
    for path in copy.glob("registry.db*"):
        path.unlink()
    run = in_process("restore", "--from", town.backup, "--directory", copy, "--until", "3")
    assert_one_line(run, "只恢复到新的目录")


def test_past_is_read_beside_the_living_registry_whose_second_store_lies_elsewhere(
    town: Town, tmp_path: Path
) -> None:
    backup, living = Path(shutil.copytree(town.backup, tmp_path / "backup")), tmp_path / "srv/checkpoint"
    living.parent.mkdir()
    shutil.copy(town.directory / "head/checkpoint", living)
    before, path = living.read_bytes(), backup / "registry.toml"
    path.write_text(re.sub(r"(?m)^head = .*$", f'head = "{living}"', path.read_text("utf-8")), "utf-8")
    assert str(living) in path.read_text("utf-8")
    reseal(backup, "registry.toml")
    past = tmp_path / "past"
    with closing(HeadFile(living)):  # As a server has it.
        run = restored(replace(town, backup=backup), past, str(town.position))
        assert run.code == 0, run.err
        checked = in_process("verify", "--directory", past)
        assert checked.code == 0, checked.err
    assert living.read_bytes() == before


def test_past_without_a_held_checkpoint_is_unsigned_and_can_be_read_in_the_open_format(
    town: Town, tmp_path: Path
) -> None:
    past, archive = tmp_path / "past", tmp_path / "archive"
    run = restored(town, past, str(town.position - 1))
    assert run.code == 0, run.err
    assert "没有签名" in run.out
    assert in_process("verify", "--directory", past).code == 0
    told = in_process("export", "--directory", past, "--open", archive)
    assert told.code == 0, told.err
    assert json.loads((archive / "archive.json").read_text("utf-8"))["as_of"].startswith("序号")
    for path in past.glob("registry.db*"):
        path.unlink()
    assert_one_line(in_process("import", "--directory", past, "--open", archive), "不能导入")


def test_checkpoint_that_does_not_agree_refuses_the_past(town: Town, tmp_path: Path) -> None:
    other = furnish(found_spine(tmp_path / "other"), ["财政"])
    head = other.engine.state.head
    other.engine.close()
    assert head is not None
    (tmp_path / "foreign.note").write_text(head.note, "utf-8")
    run = restored(town, tmp_path / "x", "5", "--checkpoint", tmp_path / "foreign.note")
    assert_one_line(run, "foreign.note 不是本日志签名的检查点")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("until", "word"),
    [
        ("9999", "没有序号 9999"),
        ("2020-01-01", "还没有建立"),
        ("yesterday", "应是序号或时间"),
        ("-1", "应是"),
    ],
)
def test_moment_that_there_was_not_is_told(town: Town, tmp_path: Path, until: str, word: str) -> None:
    assert_one_line(restored(town, tmp_path / "x", until), word)
    assert not (tmp_path / "x").exists()


def test_moments_are_read_in_chinese_time_and_a_day_ends_at_midnight() -> None:
    assert Until.parse("2026-11-26T10:30:00") == Until.parse("2026-11-26T10:30:00+08:00")
    assert Until.parse("2026-11-26T10:30:00+08:00") == Until.parse("2026-11-26T02:30:00Z")
    end = Until.parse("2026-11-27T00:00:00").instant_ms
    assert end is not None
    assert Until.parse("2026-11-26") == Until(instant_ms=end - 1)
    with pytest.raises(BackupError):
        Until.parse("9999-12-31")
