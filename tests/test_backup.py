"""``registry backup``: taken from a running registry, whole or not at all, and without the keys."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from registry.config import load_config
from tests.support.backing import killed_at, small_disk, with_small_files, written_to
from tests.support.command import assert_one_line, digests, in_process, installation, registry
from tests.support.served import serving_process
from tests.support.spine import found_spine, furnish

PHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed: copy it."""
    return installation(tmp_path_factory.mktemp("good") / "registry")


@pytest.fixture
def phrase(tmp_path: Path) -> int:
    """A descriptor with a pass phrase."""
    path = tmp_path / "phrase"
    path.write_text(f"{PHRASE}\n", encoding="utf-8")
    return os.open(path, os.O_RDONLY)


def manifest(backup: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((backup / "manifest.json").read_text("utf-8"))
    return content


def everything_in(backup: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(backup.rglob("*")) if path.is_file())


def test_backup_of_a_registry_that_is_written_to_is_one_state_of_it_and_can_be_put_back(
    tmp_path: Path,
) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    with serving_process(spine) as (served, _), written_to(served) as positions:
        made = []
        for number in range(2):
            while len(positions) < 5 * (number + 1):
                assert len(positions) < 1000
            before = positions[-1]
            backup = tmp_path / f"backup-{number}"
            run = registry("backup", "--directory", spine.directory, "--to", backup)
            assert run.code == 0, run.err
            size = manifest(backup)["size"]
            assert isinstance(size, int)
            assert before < size <= positions[-1] + 2
            made.append((backup, size))
    assert made[0][1] < made[1][1]
    backup, size = made[1]
    keys = ("--keys", spine.directory / "keys")
    assert in_process("rehearse", "--from", backup, "--directory", tmp_path / "none", *keys).code == 0
    restored = tmp_path / "restored"
    head = spine.config.head
    assert head
    run = in_process("restore", "--from", backup, "--directory", restored, *keys)
    assert run.code == 0, run.err
    assert in_process("adopt-head", "--directory", restored, "--size", str(size)).code == 0
    verified = in_process("verify", "--directory", restored, "--rebuild")
    assert verified.code == 0, verified.err
    assert f"核对 {size} 条陈述" in verified.out
    assert "逐字节一致" in verified.out


def test_backup_holds_no_private_key_and_no_head(good: Path, tmp_path: Path) -> None:
    backup, before = tmp_path / "backup", digests(good)
    run = in_process("backup", "--directory", good, "--to", backup)
    assert run.code == 0
    assert "不在其中" in run.out
    aside = ("registry.db-wal", "registry.db-shm")  # Left by whoever reads a store that nobody serves.
    assert {name: each for name, each in digests(good).items() if name not in aside} == before
    content = everything_in(backup)
    assert b"PRIVATE KEY" not in content
    assert load_config(good).vault_key.read_bytes() not in content
    assert not (backup / "head").exists()
    assert [path for path in backup.rglob("*") if path.stat().st_mode & 0o077] == []
    assert sorted(path.name for path in backup.iterdir() if path.is_file()) == [
        "checkpoint", "manifest.json", "registry.toml", "store.db", "verify.policy",
    ]  # fmt: skip


def test_keys_are_in_it_only_when_asked_for_and_only_under_the_pass_phrase(
    good: Path, tmp_path: Path, phrase: int
) -> None:
    backup = tmp_path / "backup"
    given = ("--with-keys", "--passphrase-fd", str(phrase))
    assert in_process("backup", "--directory", good, "--to", backup, *given).code == 0
    content = everything_in(backup)
    assert b"PRIVATE KEY" not in content
    assert load_config(good).vault_key.read_bytes() not in content
    os.lseek(phrase, 0, os.SEEK_SET)
    target = tmp_path / "restored"
    run = in_process("restore", "--from", backup, "--directory", target, "--passphrase-fd", str(phrase))
    assert run.code == 0, run.err
    for name in ("keys/vault.key", "keys/log.key", "keys/receipt.key", "keys/operator.key", "tls/server.key"):
        assert (target / name).read_bytes() == (good / name).read_bytes()
        assert (target / name).stat().st_mode & 0o077 == 0
    assert "还须放回" not in run.out


@pytest.mark.parametrize(("said", "word"), [("short", "12"), ("", "没有口令")])
def test_weak_pass_phrase_is_refused_and_no_backup_is_left(
    good: Path, tmp_path: Path, said: str, word: str
) -> None:
    path = tmp_path / "phrase"
    path.write_text(said, encoding="utf-8")
    descriptor = os.open(path, os.O_RDONLY)
    given = ("--with-keys", "--passphrase-fd", str(descriptor))
    assert_one_line(in_process("backup", "--directory", good, "--to", tmp_path / "backup", *given), word)
    assert list(tmp_path.iterdir()) == [path]


def test_password_in_the_address_of_the_database_stays_out_of_the_backup(good: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(good, tmp_path / "registry"))
    toml = copy / "registry.toml"
    replica = 'replica = "postgresql://registry:geheim@db/registry?password=geheim&sslmode=require"'
    toml.write_text(f"{toml.read_text('utf-8')}\n[server]\n{replica}\n", "utf-8")
    assert in_process("backup", "--directory", copy, "--to", tmp_path / "backup").code == 0
    told = (tmp_path / "backup/registry.toml").read_text("utf-8")
    assert "geheim" not in told
    assert "postgresql://registry@db/registry?password=&sslmode=require" in told


def test_backup_is_never_written_over_anything(good: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter").write_text("mine")
    assert_one_line(in_process("backup", "--directory", good, "--to", tmp_path / "mine"), "不会覆盖")
    assert (tmp_path / "mine/letter").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    "function",
    [
        "registry.backups.taking.copy_online",
        "registry.backups.taking.checked_copy",
        "registry.backups.taking.stored_files",
        "pathlib.Path.rename",
    ],
)
def test_backup_that_was_killed_looks_like_none_and_the_next_one_clears_it_away(
    good: Path, tmp_path: Path, function: str
) -> None:
    copy = Path(shutil.copytree(good, tmp_path / "registry"))
    disk = tmp_path / "disk"
    disk.mkdir()
    killed_at(function, "backup", "--directory", copy, "--to", disk / "monday")
    (left,) = disk.iterdir()
    assert "unfinished" in left.name
    if function != "pathlib.Path.rename":
        assert not (left / "manifest.json").exists()
    assert_one_line(
        in_process("restore", "--from", disk / "monday", "--directory", tmp_path / "x"), "不是完整"
    )
    assert in_process("backup", "--directory", copy, "--to", disk / "tuesday").code == 0
    assert [path.name for path in disk.iterdir()] == ["tuesday"]


def test_backup_that_is_being_made_is_not_cleared_away_by_another(good: Path, tmp_path: Path) -> None:
    from registry.whole_directory import scratch_directory

    with scratch_directory(tmp_path, "monday", kind="backup") as making:
        (making / "store.db").write_text("half")
        assert in_process("backup", "--directory", good, "--to", tmp_path / "tuesday").code == 0
        assert (making / "store.db").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["tuesday"]


def test_full_disk_is_told_in_one_line_before_and_while_it_fills(good: Path, tmp_path: Path) -> None:
    tell = with_small_files(100_000, "backup", "--directory", good, "--to", tmp_path / "backup")
    assert_one_line(tell)
    assert list(tmp_path.iterdir()) == []
    with small_disk(tmp_path / "disk", "300k") as disk:
        assert_one_line(in_process("backup", "--directory", good, "--to", disk / "backup"), "空间不够")
        assert list(disk.iterdir()) == []


def test_store_that_is_damaged_gives_no_backup(good: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(good, tmp_path / "registry"))
    with closing(sqlite3.connect(copy / "registry.db")) as store:
        store.execute("UPDATE statement SET leaf = x'00' WHERE position = 5")
        store.commit()
    assert_one_line(in_process("backup", "--directory", copy, "--to", tmp_path / "backup"), "存储有误")
    (copy / "registry.db").write_bytes(b"garbage" * 1000)
    assert_one_line(in_process("backup", "--directory", copy, "--to", tmp_path / "backup"), "损坏")
    (copy / "registry.db").unlink()
    assert_one_line(in_process("backup", "--directory", copy, "--to", tmp_path / "backup"), "不存在")
    assert [path.name for path in tmp_path.iterdir()] == ["registry"]


def test_backup_with_the_vault_key_of_another_registry_is_refused(good: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(good, tmp_path / "registry"))
    (copy / "keys/vault.key").write_bytes(bytes(32))
    told = in_process("backup", "--directory", copy, "--to", tmp_path / "backup")
    assert_one_line(told, "个人信息密钥与存储不符")
    assert not (tmp_path / "backup").exists()
