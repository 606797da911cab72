"""The second store as a file: exchanged whole or not at all, by one process, never over another's head."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.store.head import MAX_HEAD_BYTES, HeadFile
from registry.store.interface import StoreBusyError, StoreError

ROOT = Path(__file__).resolve().parents[2]
FIRST, SECOND = "log\n1\nroot\n\n— log c2ln\n", "log\n2\nroot\n\n— log c2ln\n"
HOLDER = """
import sys
from pathlib import Path
from registry.store.head import HeadFile
head = HeadFile(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""
CUT_SHORT = """
import resource, sys
from pathlib import Path
from registry.store.head import HeadFile
from registry.store.interface import StoreError
head = HeadFile(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (8, resource.RLIM_INFINITY))
try:
    head.swap(head.read(), "a checkpoint longer than eight bytes")
except StoreError as error:
    print(error)
"""


@pytest.fixture
def head(tmp_path: Path) -> Iterator[HeadFile]:
    opened = HeadFile(tmp_path / "checkpoint")
    yield opened
    opened.close()


def test_head_is_what_was_put_there_last(head: HeadFile, tmp_path: Path) -> None:
    assert head.read() is None
    head.swap(None, FIRST)
    assert head.read() == FIRST
    head.swap(FIRST, SECOND)
    assert head.read() == SECOND
    assert sorted(each.name for each in tmp_path.iterdir()) == ["checkpoint", "checkpoint.lock"]


def test_head_is_for_the_registry_s_account_alone(head: HeadFile, tmp_path: Path) -> None:
    head.swap(None, FIRST)
    assert (tmp_path / "checkpoint").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("expected", [None, SECOND, FIRST + "\n"])
def test_head_that_is_not_the_one_expected_is_not_written_over(head: HeadFile, expected: str | None) -> None:
    head.swap(None, FIRST)
    with pytest.raises(StoreError, match="已被改动或移走"):
        head.swap(expected, SECOND)
    assert head.read() == FIRST


def test_head_that_is_gone_is_not_made_again_in_silence(head: HeadFile, tmp_path: Path) -> None:
    head.swap(None, FIRST)
    (tmp_path / "checkpoint").unlink()
    with pytest.raises(StoreError, match="已被改动或移走"):
        head.swap(FIRST, SECOND)
    assert head.read() is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a" * (MAX_HEAD_BYTES + 1)])
def test_file_that_cannot_be_a_checkpoint_is_refused(head: HeadFile, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "checkpoint").write_bytes(content)
    with pytest.raises(StoreError, match="不是签名的检查点"):
        head.read()


def test_remains_of_an_exchange_that_was_cut_off_do_no_harm(head: HeadFile, tmp_path: Path) -> None:
    head.swap(None, FIRST)
    (tmp_path / "checkpoint.new").write_bytes(b"half a check")
    assert head.read() == FIRST
    head.swap(FIRST, SECOND)
    assert head.read() == SECOND


def test_full_disk_leaves_the_old_head_in_place(head: HeadFile, tmp_path: Path) -> None:
    head.swap(None, FIRST)
    head.close()
    run = [sys.executable, "-c", CUT_SHORT, str(tmp_path / "checkpoint")]
    said = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, check=True)
    assert "不能写入" in said.stdout
    assert HeadFile(tmp_path / "checkpoint").read() == FIRST


def test_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="不存在"):
        HeadFile(tmp_path / "missing" / "checkpoint")


@pytest.mark.skipif(not os.path.ismount("/proc"), reason="needs /proc, on which nobody can create a file")
def test_read_only_disk_is_told_at_once() -> None:
    with pytest.raises(StoreError, match="不能锁定"):
        HeadFile(Path("/proc/checkpoint"))


def test_second_process_is_refused_until_the_first_is_gone(head: HeadFile, tmp_path: Path) -> None:
    head.close()
    path = tmp_path / "checkpoint"
    run = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError, match="正被另一进程写入"):
            HeadFile(path)
        holder.kill()
    again = HeadFile(path)
    again.swap(None, FIRST)
    assert again.read() == FIRST
    again.close()
