"""How old the newest backup is: a whole one, for from increments alone nothing comes back."""

from __future__ import annotations

import math
import os
from pathlib import Path

from registry.backups.manifest import MANIFEST, STORE_FILE
from registry.observing.places import newest_backup_s


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
