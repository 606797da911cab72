"""A backup that is still being made is none: nothing follows it, and nothing is cleared away for it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path

from tests.support.command import ROOT, in_process

UNIT = ROOT / "deploy/systemd/registry-increment.service"
DAY_S = 86_400


def test_increment_does_not_follow_a_backup_that_has_its_manifest_but_not_its_name(
    grown: tuple[Path, Path], tmp_path: Path
) -> None:
    directory, old = grown
    shutil.copytree(old, tmp_path / "monday")
    making = Path(shutil.copytree(old, tmp_path / "tuesday.x1y2.registry-backup-unfinished"))
    content = json.loads((making / "manifest.json").read_text("utf-8"))
    content["taken_at"] = "2126-11-26T02:30:00+08:00"
    (making / "manifest.json").write_text(json.dumps(content), "utf-8")
    run = in_process("backup", "--directory", directory, "--since", tmp_path, "--to", tmp_path / "since")
    assert run.code == 0, run.err
    assert f"接续 {tmp_path / 'monday'}" in run.out
    assert in_process("rehearse", "--from", tmp_path / "since", "--directory", directory).code == 0


def cleared(place: Path) -> None:
    """Runs what the unit runs after each increment, on another directory."""
    (line,) = [each for each in UNIT.read_text("utf-8").splitlines() if each.startswith("ExecStartPost=")]
    words = shlex.split(line.partition("=")[2].replace("$$", "$").replace("%%", "%"))
    subprocess.run([word.replace("/srv/backup", str(place)) for word in words], check=True, timeout=60)


def aged(directory: Path, days: float) -> None:
    directory.mkdir()
    at = time.time() - days * DAY_S
    os.utime(directory, (at, at))


def test_increments_of_the_newest_backup_are_kept_while_the_next_one_is_made(tmp_path: Path) -> None:
    aged(tmp_path / "registry-2026-11-20T0230", 6)
    aged(tmp_path / "since-2026-11-19T1000", 7)
    aged(tmp_path / "since-2026-11-21T1000", 5)
    aged(tmp_path / "registry-2026-11-26T0230.x1y2.registry-backup-unfinished", 0)
    cleared(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "registry-2026-11-20T0230",
        "registry-2026-11-26T0230.x1y2.registry-backup-unfinished",
        "since-2026-11-21T1000",
    ]
