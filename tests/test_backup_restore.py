"""``registry restore`` and ``registry rehearse``: what is refused, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from registry.backups.manifest import MAX_MANIFEST_BYTES
from registry.config import load_config
from tests.support.backing import killed_at, reseal, with_small_files
from tests.support.command import (
    ROOT,
    assert_one_line,
    command,
    digests,
    in_process,
    installation,
    registry,
)
from tests.support.events import placed
from tests.support.served import short_ban, started
from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation. Not to be changed: copy it."""
    return installation(tmp_path_factory.mktemp("good") / "registry")


@pytest.fixture(scope="module")
def whole(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup. Not to be changed: copy it."""
    backup = tmp_path_factory.mktemp("backups") / "backup"
    assert in_process("backup", "--directory", good, "--to", backup).code == 0
    return backup


@pytest.fixture
def backup(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "backup"))


def size_of(backup: Path) -> int:
    return int(json.loads((backup / "manifest.json").read_text("utf-8"))["size"])


# --- putting back


def test_restored_registry_serves_once_its_head_is_adopted(good: Path, whole: Path, tmp_path: Path) -> None:
    target = tmp_path / "restored"
    before = digests(whole)
    run = in_process("restore", "--from", whole, "--directory", target, "--keys", good)
    assert run.code == 0, run.err
    assert f"adopt-head --directory {target} --size {size_of(whole)}" in run.out
    assert_one_line(registry("serve", "--directory", target), "adopt-head")
    assert in_process("adopt-head", "--directory", target, "--size", str(size_of(whole))).code == 0
    with started(target):
        pass
    assert in_process("verify", "--directory", target, "--rebuild").code == 0
    assert digests(whole) == before


def test_head_that_outlived_the_machine_goes_along_and_the_registry_serves_at_once(
    good: Path, whole: Path, tmp_path: Path
) -> None:
    head, target = good / "head/checkpoint", tmp_path / "restored"
    given = ("--keys", good, "--head", head)
    run = in_process("restore", "--from", whole, "--directory", target, *given)
    assert run.code == 0, run.err
    assert "相符" in run.out
    with started(target):
        assert (target / "head/checkpoint").read_bytes() == head.read_bytes()


def test_store_alone_goes_back_into_an_installation_that_lost_it(
    good: Path, whole: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(good, tmp_path / "registry"))
    assert_one_line(in_process("restore", "--from", whole, "--directory", copy), "registry.db", "不会覆盖")
    for path in copy.glob("registry.db*"):
        path.unlink()
    (copy / "registry.db-wal").write_bytes(b"of the old store")
    assert_one_line(in_process("restore", "--from", whole, "--directory", copy), "registry.db-wal")
    (copy / "registry.db-wal").unlink()
    keys = ("--keys", good)
    assert_one_line(in_process("restore", "--from", whole, "--directory", copy, *keys), "已有设置和密钥")
    run = in_process("restore", "--from", whole, "--directory", copy)
    assert run.code == 0, run.err
    assert "相符" in run.out
    with started(copy):
        pass


def longer(directory: Path) -> tuple[Spine, Path, Path]:
    """A registry with two backups, one from before its last statement."""
    spine = furnish(found_spine(directory / "registry"), ["财政"])
    backups = [directory / "old", directory / "new"]
    for backup in backups:
        placed(spine.say("财政", event=short_ban(1 + backups.index(backup))))
        assert in_process("backup", "--directory", spine.directory, "--to", backup).code == 0
    spine.engine.close()
    return spine, backups[0], backups[1]


def test_backup_behind_the_second_store_is_refused_unless_it_is_only_to_be_read(tmp_path: Path) -> None:
    spine, old, new = longer(tmp_path)
    for path in spine.directory.glob("registry.db*"):
        path.unlink()
    before, size = digests(spine.directory), size_of(new)
    told = f"备份只有{size - 1}条陈述, 日志头已签到{size}条"
    assert_one_line(in_process("restore", "--from", old, "--directory", spine.directory), told)
    assert digests(spine.directory) == before
    run = in_process("restore", "--from", old, "--directory", spine.directory, "--accept-shorter")
    assert run.code == 0, run.err
    assert "拒绝启动" in run.out
    assert_one_line(registry("serve", "--directory", spine.directory), "查阅副本")
    assert in_process("verify", "--directory", spine.directory).code == 0
    for path in spine.directory.glob("registry.db*"):
        path.unlink()
    assert in_process("restore", "--from", new, "--directory", spine.directory).code == 0
    with started(spine.directory):
        pass


def test_backup_of_another_history_is_refused_by_the_second_store(tmp_path: Path) -> None:
    spine, _, _ = longer(tmp_path)
    branch = Path(shutil.copytree(spine.directory, tmp_path / "branch"))
    for directory, number in ((spine.directory, 11), (branch, 12)):
        twin = Spine(directory, load_config(directory), spine.clock, spine.engine, spine.signers)
        twin.reopen()
        placed(twin.say("财政", "last", event=short_ban(number)))
        twin.engine.close()
    assert in_process("backup", "--directory", branch, "--to", tmp_path / "other").code == 0
    for path in spine.directory.glob("registry.db*"):
        path.unlink()
    before = digests(spine.directory)
    run = in_process("restore", "--from", tmp_path / "other", "--directory", spine.directory)
    assert_one_line(run, "第二存储的日志头", "不符")
    assert digests(spine.directory) == before


# --- what is refused


@pytest.mark.parametrize(
    "name", ["store.db", "checkpoint", "registry.toml", "verify.policy", "tls/server.pem"]
)
def test_one_flipped_byte_is_found_and_its_file_named(
    good: Path, backup: Path, tmp_path: Path, name: str
) -> None:
    content = bytearray((backup / name).read_bytes())
    content[len(content) // 2] ^= 1
    (backup / name).write_bytes(content)
    for run in (
        in_process("restore", "--from", backup, "--directory", tmp_path / "x", "--keys", good),
        in_process("rehearse", "--from", backup, "--keys", good),
    ):
        assert_one_line(run, f"{name} 的内容与 manifest.json 中的摘要不符")
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_statement_that_was_changed_is_found_though_the_manifest_agrees(
    good: Path, backup: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(backup / "store.db")) as store:
        store.execute("UPDATE statement SET leaf = (SELECT leaf FROM statement WHERE position = 3) "
                      "WHERE position = 5")  # fmt: skip
        store.commit()
    reseal(backup, "store.db")
    run = in_process("restore", "--from", backup, "--directory", tmp_path / "x", "--keys", good)
    assert_one_line(run, "存储有误")
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("store.db", None, "缺少 store.db"),
        ("extra", b"x", "多出 extra"),
        ("manifest.json", None, "不是完整的备份"),
        ("manifest.json", b"{", "已损坏"),
        ("manifest.json", b"[" * 60_000, "已损坏"),
        ("manifest.json", b"{}" + b" " * MAX_MANIFEST_BYTES, "已损坏"),
        ("manifest.json", b"[]", "格式"),
        ("manifest.json", b'{"format": "registry-backup/9"}', "格式"),
        ("manifest.json", b'{"format": "registry-backup/1", "files": {"../x": {}}}', "已损坏"),
    ],
)
def test_directory_that_is_no_whole_backup_is_refused(
    good: Path, backup: Path, tmp_path: Path, name: str, content: bytes | None, word: str
) -> None:
    (backup / name).unlink(missing_ok=True)
    if content is not None:
        (backup / name).write_bytes(content)
    target = tmp_path / "x"
    assert_one_line(in_process("restore", "--from", backup, "--directory", target, "--keys", good), word)
    assert not target.exists()


def test_link_in_a_backup_is_refused(good: Path, backup: Path, tmp_path: Path) -> None:
    (backup / "registry.toml").unlink()
    (backup / "registry.toml").symlink_to(good / "registry.toml")
    run = in_process("restore", "--from", backup, "--directory", tmp_path / "x", "--keys", good)
    assert_one_line(run, "registry.toml 不是普通文件")


def test_keys_that_lack_or_are_of_another_registry_are_told(whole: Path, good: Path, tmp_path: Path) -> None:
    target = tmp_path / "x"
    assert_one_line(in_process("restore", "--from", whole, "--directory", target), "缺少 vault.key")
    keys = tmp_path / "keys"
    keys.mkdir()
    restoring = ("restore", "--from", whole, "--directory", target, "--keys", keys)
    assert_one_line(in_process(*restoring), "没有密钥文件")
    (keys / "vault.key").write_bytes(bytes(32))
    for run in (in_process(*restoring), in_process("rehearse", "--from", whole, "--keys", keys)):
        assert_one_line(run, "个人信息密钥与存储不符")
    (keys / "vault.key").write_bytes(bytes(31))
    assert_one_line(in_process(*restoring), "31")
    assert not target.exists()
    shutil.copy(good / "keys/vault.key", keys)
    run = in_process(*restoring)
    assert run.code == 0
    assert [name for name in ("log.key", "receipt.key", "server.key") if name not in run.out] == []


def test_wrong_pass_phrase_opens_nothing(good: Path, tmp_path: Path) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("a pass phrase that is long\n")
    sealed, target = tmp_path / "sealed", tmp_path / "x"
    for words in (
        ("backup", "--directory", good, "--to", sealed, "--with-keys"),
        ("restore", "--from", sealed, "--directory", target),
    ):
        descriptor = os.open(phrase, os.O_RDONLY)
        run = in_process(*words, "--passphrase-fd", str(descriptor))
        phrase.write_text("another pass phrase\n")
    assert_one_line(run, "口令不对")
    assert not target.exists()


@pytest.mark.parametrize(
    "function", ["registry.backups.placing.migrate_store", "registry.durable.sync_directory"]
)
def test_restore_that_was_killed_leaves_no_installation_and_the_next_one_clears_it_away(
    good: Path, whole: Path, tmp_path: Path, function: str
) -> None:
    target = tmp_path / "registry"
    killed_at(function, "restore", "--from", whole, "--directory", target, "--keys", good)
    assert not target.exists()
    assert in_process("restore", "--from", whole, "--directory", target, "--keys", good).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["registry"]


def test_disk_that_is_full_leaves_no_installation(good: Path, whole: Path, tmp_path: Path) -> None:
    words = ("restore", "--from", whole, "--directory", tmp_path / "x", "--keys", good)
    assert_one_line(with_small_files(100_000, *words), "不能在")
    assert list(tmp_path.iterdir()) == []


# --- rehearsing


def test_rehearsal_reports_what_was_tried_and_leaves_nothing_behind(
    good: Path, whole: Path, tmp_path: Path
) -> None:
    before = digests(good), digests(whole)
    run = in_process("rehearse", "--from", whole, "--directory", good, "--work", tmp_path)
    assert run.code == 0, run.err
    for words in ("文件与清单一致", f"{size_of(whole)} 条陈述", "签名", "个领域", "又记载 0 条", "可以恢复"):
        assert words in run.out
    assert list(tmp_path.iterdir()) == []
    assert (digests(good), digests(whole)) == before


def test_rehearsal_says_how_many_statements_came_after_the_backup(tmp_path: Path) -> None:
    spine, old, _ = longer(tmp_path)
    run = in_process("rehearse", "--from", old, "--directory", spine.directory)
    assert "又记载 1 条" in run.out


def test_rehearsal_that_fails_says_so_and_leaves_nothing_behind(
    good: Path, backup: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(backup / "store.db")) as store:
        store.execute("UPDATE statement SET signatures = x'' WHERE position = 5")
        store.commit()
    reseal(backup, "store.db")
    work = tmp_path / "work"
    work.mkdir()
    run = in_process("rehearse", "--from", backup, "--directory", good, "--work", work)
    assert_one_line(run, "演练未通过", "存储有误")
    assert list(work.iterdir()) == []


def test_rehearsal_that_is_stopped_clears_up_and_one_that_is_killed_is_cleared_up_by_the_next(
    good: Path, whole: Path, tmp_path: Path
) -> None:
    words = ("rehearse", "--from", whole, "--directory", good, "--work", tmp_path)
    running = subprocess.Popen(
        command(*words), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 30
    while not list(tmp_path.iterdir()) and running.poll() is None:
        assert time.monotonic() < until
    running.send_signal(signal.SIGTERM)
    running.wait(30)
    assert list(tmp_path.iterdir()) == []
    killed_at("registry.backups.rehearsal.checked_copy", *words)
    assert list(tmp_path.iterdir()) != []
    assert in_process(*words).code == 0
    assert list(tmp_path.iterdir()) == []
    assert not list(Path(tempfile.gettempdir()).glob("rehearsal.*-unfinished"))
