"""What a command saves is there whole, or not at all."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from registry_client.cli.failures import Failure
from registry_client.cli.saved_files import save_new


def test_a_disk_that_is_full_leaves_no_half_file_under_the_name(tmp_path: Path) -> None:
    path, (soft, hard) = tmp_path / "名录.csv", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(Failure, match="无法写入"):
            save_new(path, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not path.exists()
    save_new(path, b"x" * 100_000)
    with pytest.raises(Failure):
        save_new(path, b"y")
    assert path.read_bytes() == b"x" * 100_000
