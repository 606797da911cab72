"""A secret that others may read is no secret: every program refuses it, and says what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.provenance.secret_file import OpenSecretError, read_secret_file
from tests.support.command import assert_one_line, installation, registry

SECRETS = ("keys/vault.key", "keys/log.key", "keys/receipt.key", "tls/server.key")


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o700])
def test_own_secret_is_read(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"x" * 10)
    path.chmod(mode)
    assert read_secret_file(path) == b"x" * 10
    assert read_secret_file(path, 4) == b"x" * 5, "one more than the largest, so that too long is seen"


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o620, 0o660, 0o644, 0o777])
def test_secret_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"x")
    path.chmod(mode)
    with pytest.raises(OpenSecretError, match=rf"mode {mode:04o}\); chmod 600"):
        read_secret_file(path)


def test_group_may_read_what_is_roots_and_nothing_else(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    path = tmp_path / "secret"
    path.write_bytes(b"x")
    path.chmod(0o640)
    assert read_secret_file(path) == b"x"
    os.chown(path, 12345, -1)
    with pytest.raises(OpenSecretError):
        read_secret_file(path)


def test_link_is_as_open_as_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "secret").chmod(0o644)
    (tmp_path / "link").symlink_to("secret")
    with pytest.raises(OpenSecretError):
        read_secret_file(tmp_path / "link")


@pytest.mark.parametrize("name", SECRETS)
def test_registry_does_not_start_with_a_secret_that_others_may_read(tmp_path: Path, name: str) -> None:
    directory = installation(tmp_path)
    (directory / name).chmod(0o644)
    run = registry("serve", "--directory", directory)
    assert_one_line(run, name.rpartition("/")[2], "chmod 600")
    assert run.code != 0
