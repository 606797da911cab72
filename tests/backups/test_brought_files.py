"""What a backup brings into a new installation, and that it brings no proof of itself."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.backing import reseal
from tests.support.command import assert_one_line, in_process

PLANTED = [
    "head/checkpoint",
    "head/checkpoint.lock",
    "keys/receipt.key",
    "tls/server.key",
    "registry.db-journal",
    "registry.db-wal",
]


def planted(backup: Path, name: str, content: bytes) -> None:
    """Puts a file into a backup, with a manifest that agrees."""
    (backup / name).parent.mkdir(exist_ok=True)
    (backup / name).write_bytes(content)
    reseal(backup, name)


@pytest.mark.parametrize("name", PLANTED)
def test_file_that_no_backup_has_is_refused_by_its_name(
    good: Path, backup: Path, tmp_path: Path, name: str
) -> None:
    planted(backup, name, (backup / "checkpoint").read_bytes())
    for run in (
        in_process("restore", "--from", backup, "--directory", tmp_path / "x", "--keys", good),
        in_process("rehearse", "--from", backup, "--keys", good),
    ):
        assert_one_line(run, f"{name} 不是备份应有的文件")
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


@pytest.mark.parametrize("head", ["verify.policy", "head/checkpoint", "{backup}/checkpoint"])
def test_head_that_came_with_the_backup_is_no_second_store(
    good: Path, backup: Path, tmp_path: Path, head: str
) -> None:
    """Whoever writes to a backup writes its configuration too."""
    note, path = (backup / "checkpoint").read_bytes(), backup / "registry.toml"
    head = head.format(backup=backup)
    text = re.sub("(?m)^head = .*$", f'head = "{head}"', path.read_text("utf-8"))
    text = text.replace('revoked = "tokens/revoked"', 'revoked = "head/revoked"')
    path.write_text(text, "utf-8")
    reseal(backup, "registry.toml")
    if not Path(head).is_absolute():
        planted(backup, head, note)
    run = in_process("restore", "--from", backup, "--directory", tmp_path / "x", "--keys", good)
    assert_one_line(run, "以它为第二存储", Path(head).name)
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_certificate_that_is_a_link_is_kept_under_the_name_by_which_it_is_looked_for(
    good: Path, tmp_path: Path
) -> None:
    linked, target = Path(shutil.copytree(good, tmp_path / "linked")), tmp_path / "restored"
    certificate = (good / "tls/server.pem").read_bytes()
    (linked / "certificates").mkdir()
    (linked / "tls/server.pem").rename(linked / "certificates/2026.pem")
    (linked / "tls/server.pem").symlink_to("../certificates/2026.pem")
    assert in_process("backup", "--directory", linked, "--to", tmp_path / "backup").code == 0
    run = in_process("restore", "--from", tmp_path / "backup", "--directory", target, "--keys", good)
    assert run.code == 0, run.err
    assert (target / "tls/server.pem").read_bytes() == certificate


def test_file_that_the_configuration_does_not_name_is_left_out_and_told(
    good: Path, backup: Path, tmp_path: Path
) -> None:
    """Earlier releases kept what a link led to, under its own name."""
    (backup / "tls/server.pem").rename(backup / "tls/server-2026.pem")
    reseal(backup, "tls/server-2026.pem")
    path = backup / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    del content["files"]["tls/server.pem"]
    path.write_text(json.dumps(content), "utf-8")
    assert "不会恢复 tls/server-2026.pem" in in_process("rehearse", "--from", backup, "--directory", good).out
    target = tmp_path / "restored"
    run = in_process("restore", "--from", backup, "--directory", target, "--keys", good)
    assert run.code == 0, run.err
    assert "未恢复, 设置没有提到: tls/server-2026.pem" in run.out
    assert sorted(path.name for path in (target / "tls").glob("*.pem")) == ["authority.pem"]


def test_backup_of_an_installation_that_names_its_files_from_the_root_is_put_back(
    good: Path, tmp_path: Path
) -> None:
    copy, target = Path(shutil.copytree(good, tmp_path / "copy")), tmp_path / "restored"
    path = copy / "registry.toml"
    path.write_text(path.read_text("utf-8").replace('"tls/server.pem"', f'"{copy}/tls/server.pem"'), "utf-8")
    assert in_process("backup", "--directory", copy, "--to", tmp_path / "backup").code == 0
    assert (copy / "tls/server.pem").read_bytes() == (good / "tls/server.pem").read_bytes()
    shutil.rmtree(copy)
    run = in_process("restore", "--from", tmp_path / "backup", "--directory", target, "--keys", good)
    assert run.code == 0, run.err
    assert (target / "tls/server.pem").exists()


def test_certificate_that_is_a_link_named_from_the_root_is_put_back_on_another_machine(
    good: Path, tmp_path: Path
) -> None:
    site, backup = Path(shutil.copytree(good, tmp_path / "site")), tmp_path / "backup"
    certificate, path = (good / "tls/server.pem").read_bytes(), site / "registry.toml"
    (site / "certificates").mkdir()
    (site / "tls/server.pem").rename(site / "certificates/2026.pem")
    (site / "tls/server.pem").symlink_to("../certificates/2026.pem")
    path.write_text(path.read_text("utf-8").replace('"tls/server.pem"', f'"{site}/tls/server.pem"'), "utf-8")
    assert in_process("backup", "--directory", site, "--to", backup).code == 0
    assert in_process("rehearse", "--from", backup, "--directory", site).code == 0
    site.rename(tmp_path / "gone")
    for target in (tmp_path / "new", site):
        run = in_process("restore", "--from", backup, "--directory", target, "--keys", good)
        assert run.code == 0, run.err
        assert (target / "tls/server.pem").read_bytes() == certificate


def test_file_that_holds_a_private_key_too_is_in_no_backup(good: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(good, tmp_path / "copy"))
    with (copy / "tls/server.pem").open("ab") as certificate:
        certificate.write((good / "tls/server.key").read_bytes())
    run = in_process("backup", "--directory", copy, "--to", tmp_path / "backup")
    assert "含私钥, 未包含" in run.out
    assert f"{copy}/tls/server.pem" in run.out
    assert not [path for path in (tmp_path / "backup").rglob("*")
                if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]  # fmt: skip
