"""What a power failure leaves of evidence: what was acknowledged, also by a process that found it there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.evidence.keep import MAX_PART
from tests.support.evidence import Site, content_of


class Killed(BaseException):
    """The process is gone here; what it wrote is in the system's memory, not on the disk."""


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Of each file, by its number, how many bytes are on the disk; of a directory, that its names are."""
    on_disk: dict[int, int] = {}

    def noting(sync: Callable[[int], None]) -> Callable[[int], None]:
        def done(handle: int) -> None:
            sync(handle)
            on_disk[os.fstat(handle).st_ino] = os.fstat(handle).st_size

        return done

    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, noting(getattr(os, name)))
    return on_disk


@pytest.mark.parametrize("parts", [1, 2], ids=["the first part", "the last part"])
def test_what_a_killed_process_left_is_on_the_disk_before_it_is_acknowledged(
    tmp_path: Path, synced: dict[int, int], monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    site, content = Site(tmp_path / "evidence"), content_of(2 * MAX_PART)
    site.begin(content)
    for at in range(parts - 1):
        site.send(content, at * MAX_PART)

    def killed(_handle: int) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", killed)
        patched.setattr(os, "ftruncate", killed)
        with pytest.raises(Killed):
            site.send(content, (parts - 1) * MAX_PART)
    uploads = tmp_path / "evidence" / "uploads"
    synced.pop(uploads.stat().st_ino, None)
    (staged,) = uploads.iterdir()
    found = staged.stat()
    assert synced.get(found.st_ino, 0) < found.st_size
    site.reopen()
    held = site.begin(content)
    assert held.offset == parts * MAX_PART
    assert held.complete == (parts == 2)
    assert synced[found.st_ino] == found.st_size
    assert uploads.stat().st_ino in synced, "nor is its name lost"
    site.keep.close()
