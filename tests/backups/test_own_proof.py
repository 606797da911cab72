"""A backup whose configuration names what is to prove it: a head, the vault's key, beside it or in it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.backing import reseal
from tests.support.command import Run, assert_one_line, in_process

SECRETS = {
    "vault": ('vault_key = "keys/vault.key"', 'vault_key = "{}"', "密钥"),
    "log": ('log_key = "keys/log.key"', 'log_key = "{}"', "密钥"),
    "certificate": ('certificate_key = "tls/server.key"', 'certificate_key = "{}"', "密钥"),
    "phrase": ('log_key = "keys/log.key"', 'log_key = "file:keys/log.key;passphrase-file={}"', "口令"),
    "receipts": ('receipt = ["keys/receipt.key"]', 'receipt = ["{}"]', "密钥"),
    "store": ('store = "registry.db"', 'store = "{}"', "存储"),
}


def said(backup: Path, was: str, now: str) -> None:
    """Changes the configuration in a backup, with a manifest that agrees."""
    path = backup / "registry.toml"
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, now), "utf-8")
    reseal(backup, "registry.toml")


def with_head(backup: Path, head: Path) -> None:
    text = (backup / "registry.toml").read_text("utf-8")
    (line,) = re.findall("(?m)^head = .*$", text)
    said(backup, line, f'head = "{head}"')


def restored(backup: Path, target: Path, keys: Path, *more: str | Path) -> Run:
    return in_process("restore", "--from", backup, "--directory", target, "--keys", keys, *more)


@pytest.mark.parametrize("from_root", [False, True])
@pytest.mark.parametrize("secret", SECRETS)
def test_key_pass_phrase_or_store_that_came_with_the_backup_is_refused(
    good: Path, backup: Path, tmp_path: Path, secret: str, from_root: bool
) -> None:
    was, now, told = SECRETS[secret]
    shutil.copy(good / "keys/vault.key", backup / "tls/vault.pem")
    reseal(backup, "tls/vault.pem")
    planted = f"{backup}/tls/vault.pem" if from_root else "tls/vault.pem"
    said(backup, was, now.format(planted))
    target = tmp_path / "x"
    for run in (restored(backup, target, good), in_process("rehearse", "--from", backup, "--keys", good)):
        assert_one_line(run, "tls/vault.pem 不是备份应有的文件", f"以它为{told}")
    assert not target.exists()


def test_head_beside_the_backup_that_only_its_configuration_names_proves_nothing(
    good: Path, backup: Path, grown: tuple[Path, Path], tmp_path: Path
) -> None:
    beside, target = tmp_path / "head-2026", tmp_path / "x"
    shutil.copy(backup / "checkpoint", beside)
    with_head(backup, beside)
    assert_one_line(restored(backup, target, good), f"请写明 --head {beside}")
    assert not target.exists()
    other = grown[0] / "head/checkpoint"
    assert_one_line(restored(backup, target, good, "--head", other), "另一日志头")
    run = restored(backup, target, good, "--head", beside)
    assert run.code == 0, run.err
    assert "相符" in run.out


def test_head_under_the_name_of_a_public_file_is_refused_where_it_would_lie_in_the_end(
    good: Path, backup: Path, tmp_path: Path
) -> None:
    target = tmp_path / "x"
    (backup / "head").mkdir()
    shutil.copy(backup / "checkpoint", backup / "head/checkpoint")
    reseal(backup, "head/checkpoint")
    said(backup, 'revoked = "tokens/revoked"', 'revoked = "head/checkpoint"')
    with_head(backup, target / "head/checkpoint")
    assert_one_line(restored(backup, target, good), "head/checkpoint", "以它为第二存储")
    assert not target.exists()


@pytest.mark.parametrize("given", [True, False])
def test_vault_key_beside_the_backup_is_not_taken_for_that_of_the_operator(
    good: Path, backup: Path, grown: tuple[Path, Path], tmp_path: Path, given: bool
) -> None:
    beside, target, keys = tmp_path / "vault", tmp_path / "x", tmp_path / "keys"
    shutil.copy(good / "keys/vault.key", beside)
    said(backup, 'vault_key = "keys/vault.key"', f'vault_key = "{beside}"')
    keys.mkdir()
    shutil.copy(good / "keys/log.key", keys)
    if given:
        shutil.copy(grown[0] / "keys/vault.key", keys)
    assert_one_line(restored(backup, target, keys), "与所给的 vault.key 不同" if given else "缺少 vault")
    assert not target.exists()
    assert restored(backup, target, good).code == 0
