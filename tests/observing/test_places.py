"""How old the newest backup is (a whole one: from increments alone nothing comes back); was it tried?"""

from __future__ import annotations

import math
import os
from datetime import datetime, timedelta
from pathlib import Path

from registry.backups.manifest import MANIFEST, STORE_FILE
from registry.observing.places import newest_backup_s
from registry.observing.rehearsals import Rehearsed, passed_s


def made(directory: Path, at_s: int, *names: str) -> None:
    directory.mkdir(parents=True)
    for name in names:
        (directory / name).write_bytes(b"")
        os.utime(directory / name, (at_s, at_s))


def test_increments_and_what_was_not_finished_make_no_backup_newer(tmp_path: Path) -> None:
    assert newest_backup_s(tmp_path / "absent") == -math.inf
    made(tmp_path / "whole", 1_000, MANIFEST, STORE_FILE)
    made(tmp_path / "increment", 2_000, MANIFEST, "rows.gz")
    made(tmp_path / "broken-off", 3_000, STORE_FILE)
    assert newest_backup_s(tmp_path) == 1_000


def test_what_a_rehearsal_left_tells_when_the_backup_was_taken_that_passed(tmp_path: Path) -> None:
    file, taken = tmp_path / "result.json", datetime.fromisoformat("2026-11-26T02:30:00+08:00")
    assert passed_s(Rehearsed.read(file)) == -math.inf
    tried = Rehearsed(passed=True, tried_at=taken + timedelta(hours=1), taken_at=taken, size=7)
    tried.write(file)
    assert Rehearsed.read(file) == tried
    assert passed_s(tried) == taken.timestamp()
    Rehearsed(passed=False, tried_at=tried.tried_at, taken_at=taken, size=7).write(file)
    assert passed_s(Rehearsed.read(file)) == -math.inf
    for content in (b"", b"{}", b"[" * 5_000, b"\xff", file.read_bytes().replace(b"+08:00", b"")):
        file.write_bytes(content)
        assert Rehearsed.read(file) is None
