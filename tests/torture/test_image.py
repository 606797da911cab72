from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from torture.disk.image import Disk
from torture.disk.journal import Change, Kind

ROUNDS = range(60)
Crash = Callable[[list[Change]], set[tuple[tuple[str, bytes], ...]]]


def change(kind: Kind, handle: int = 0, *, at: int = 0, first: bytes = b"", second: bytes = b"") -> Change:
    return Change(kind, handle, at, 0, first, second)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "log").write_bytes(b"old.")
    return tmp_path / "disk"


@pytest.fixture
def crash(root: Path, tmp_path: Path) -> Crash:
    """Everything that may be there after the power failed behind some changes."""

    def crashed(changes: list[Change]) -> set[tuple[tuple[str, bytes], ...]]:
        disk = Disk(root, root)
        for each in changes:
            disk.take(each)
        found = set()
        for seed in ROUNDS:
            target = tmp_path / f"{len(changes)}-{seed}"
            disk.crash(target, Random(seed), torn=False)
            found.add(tuple(sorted((each.name, each.read_bytes()) for each in target.iterdir())))
        return found

    return crashed


def opened(root: Path, handle: int, name: str) -> Change:
    path = os.fsencode(root / name if name else root)
    return change(Kind.OPEN, handle, first=path)


def test_what_was_not_synced_may_be_there_or_not(root: Path, crash: Crash) -> None:
    changes = [opened(root, 1, "log"), change(Kind.WRITE, 1, first=b"new!")]
    assert crash(changes) == {(("log", b"old."),), (("log", b"new!"),)}


def test_what_was_synced_is_there(root: Path, crash: Crash) -> None:
    changes = [
        opened(root, 1, "log"),
        change(Kind.WRITE, 1, first=b"new!"),
        change(Kind.SYNC_BEGUN, 1),
        change(Kind.SYNC_DONE, 1),
    ]
    assert crash(changes) == {(("log", b"new!"),)}


def test_sync_covers_what_was_written_before_it_began(root: Path, crash: Crash) -> None:
    changes = [
        opened(root, 1, "log"),
        change(Kind.WRITE, 1, first=b"one."),
        change(Kind.SYNC_BEGUN, 1),
        change(Kind.WRITE, 1, at=4, first=b"two."),
        change(Kind.SYNC_DONE, 1),
    ]
    assert crash(changes) == {(("log", b"one."),), (("log", b"one.two."),)}


def test_later_write_may_be_there_without_the_earlier(root: Path, crash: Crash) -> None:
    changes = [
        opened(root, 1, "log"),
        change(Kind.WRITE, 1, at=4, first=b"one."),
        change(Kind.WRITE, 1, at=8, first=b"two."),
    ]
    assert (("log", b"old.\0\0\0\0two."),) in crash(changes)


def test_renamed_file_bears_its_new_name_once_the_directory_is_synced(root: Path, crash: Crash) -> None:
    new = [
        opened(root, 1, "log.new"),
        change(Kind.WRITE, 1, first=b"new!"),
        change(Kind.SYNC_BEGUN, 1),
        change(Kind.SYNC_DONE, 1),
        change(Kind.RENAME, first=os.fsencode(root / "log.new"), second=os.fsencode(root / "log")),
    ]
    assert crash(new) == {
        (("log", b"old."),),
        (("log", b"old."), ("log.new", b"new!")),
        (("log", b"new!"),),
    }
    synced = [opened(root, 2, ""), change(Kind.SYNC_BEGUN, 2), change(Kind.SYNC_DONE, 2)]
    assert crash(new + synced) == {(("log", b"new!"),)}


def test_failed_sync_forgets_what_no_later_one_brings_back(root: Path, crash: Crash) -> None:
    changes = [
        opened(root, 1, "log"),
        change(Kind.WRITE, 1, at=4, first=b"lost"),
        change(Kind.SYNC_BEGUN, 1),
        change(Kind.SYNC_FAILED, 1),
        change(Kind.WRITE, 1, at=8, first=b"kept"),
        change(Kind.SYNC_BEGUN, 1),
        change(Kind.SYNC_DONE, 1),
    ]
    assert crash(changes) == {(("log", b"old.lostkept"),), (("log", b"old.\0\0\0\0kept"),)}


def test_torn_write_is_there_by_sectors(root: Path, tmp_path: Path) -> None:
    disk = Disk(root, root)
    for each in [opened(root, 1, "log"), change(Kind.WRITE, 1, first=b"x" * 2048)]:
        disk.take(each)
    found = set()
    for seed in ROUNDS:
        disk.crash(tmp_path / str(seed), Random(seed), torn=True)
        content = (tmp_path / str(seed) / "log").read_bytes()
        found.add(tuple(content[at : at + 512].count(b"x") for at in range(0, 2048, 512)))
    assert len(found) > 4
    assert all(count in (0, 512) for counts in found for count in counts)
