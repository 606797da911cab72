"""What was revoked is revoked after a restore too, or the operator is told what must be revoked again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from registry.config import load_config
from tests.support.backing import reseal
from tests.support.command import Run, assert_one_line, in_process

LISTED = '[paths]\nrevoked_certificates = "tls/revoked.crl"\n'


@pytest.fixture
def revoking(good: Path, tmp_path: Path) -> Path:
    """An installation in which a certificate and a token were revoked."""
    site = Path(shutil.copytree(good, tmp_path / "site"))
    done = [certificate(site, "setup")]
    path = site / "registry.toml"
    path.write_text(path.read_text("utf-8").replace("[paths]\n", LISTED), "utf-8")
    done.append(certificate(site, "revoke", "registrar"))
    issuing = ("--directory", site, "--role", "system/procurement", "--caller", "platform")
    done.append(in_process("token", "issue", *issuing))
    named = re.search("编号 ([0-9a-f]+)", done[-1].err)
    assert named
    done.append(in_process("token", "revoke", "--directory", site, named[1]))
    assert [run.code for run in done] == [0] * 4, done
    return site


def certificate(site: Path, command: str, *arguments: str | Path) -> Run:
    return in_process("certificate", command, "--directory", site, *arguments)


def restored(site: Path, backup: Path, target: Path) -> Run:
    return in_process("restore", "--from", backup, "--directory", target, "--keys", site)


def listed(site: Path) -> str:
    return certificate(site, "list").out + in_process("token", "list", "--directory", site).out


def test_whoever_was_revoked_stays_so_and_the_operator_is_told_since_when_he_must_look(
    revoking: Path, tmp_path: Path
) -> None:
    backup, target = tmp_path / "backup", tmp_path / "x"
    assert in_process("backup", "--directory", revoking, "--to", backup).code == 0
    run = restored(revoking, backup, target)
    assert run.code == 0, run.err
    assert re.search("证书吊销名单截至 .* \\(1 张\\): 此后吊销的证书须再吊销", run.out)
    assert re.search("令牌吊销名单是 .* 的: 此后吊销的令牌须再吊销", run.out)
    assert listed(target) == listed(revoking)
    assert "已吊销 1张" in listed(target)
    assert "已吊销 1个" in listed(target)


def test_caller_is_revoked_by_the_name_that_his_certificate_and_token_had(
    revoking: Path, tmp_path: Path
) -> None:
    backup, target = tmp_path / "backup", tmp_path / "x"
    assert in_process("backup", "--directory", revoking, "--to", backup).code == 0
    assert restored(revoking, backup, target).code == 0
    assert (target / "tokens/issued").read_bytes() == (revoking / "tokens/issued").read_bytes()
    assert [path.name for path in (target / "clients/registrar").iterdir()] == ["cert.pem"]
    assert certificate(target, "revoke", "registrar").code == 0


def test_list_that_is_in_no_backup_is_told_and_is_not_made_empty_without_a_word(
    revoking: Path, tmp_path: Path
) -> None:
    backup, target = tmp_path / "backup", tmp_path / "x"
    (revoking / "tls/revoked.crl").rename(tmp_path / "revoked.crl")
    (revoking / "tokens/revoked").unlink()
    assert in_process("backup", "--directory", revoking, "--to", backup).code == 0
    run = restored(revoking, backup, target)
    assert run.code == 0, run.err
    assert f"缺少证书吊销名单 {target}/tls/revoked.crl" in run.out
    assert "setup --anew 重新建立, 再以 registry certificate revoke 重新吊销此前的全部证书" in run.out
    assert f"缺少令牌吊销名单 {target}/tokens/revoked" in run.out
    assert_one_line(certificate(target, "setup"), "tls/revoked.crl 不存在: 请从备份取回", "--anew")
    assert not (target / "tls/revoked.crl").exists()
    assert certificate(target, "setup", "--anew").code == 0
    assert_one_line(certificate(target, "setup", "--anew"), "已存在")


def test_list_that_cannot_be_read_is_told(revoking: Path, tmp_path: Path) -> None:
    backup, target = tmp_path / "backup", tmp_path / "x"
    assert in_process("backup", "--directory", revoking, "--to", backup).code == 0
    (backup / "tls/revoked.crl").write_bytes(b"")
    reseal(backup, "tls/revoked.crl")
    run = restored(revoking, backup, target)
    assert "tls/revoked.crl 不能读取" in run.out
    assert load_config(target).revoked_certificates == target / "tls/revoked.crl"


def test_store_alone_that_was_put_back_leaves_the_lists_as_they_are(revoking: Path, whole: Path) -> None:
    before = listed(revoking)
    for path in revoking.glob("registry.db*"):
        path.unlink()
    run = in_process("restore", "--from", whole, "--directory", revoking)
    assert run.code == 0, run.err
    assert "吊销" not in run.out
    assert listed(revoking) == before
