"""A process that is killed so that it would leave its memory behind leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import ROOT
from tests.support.spine import found_spine

PATIENCE_S = 60
UNLIMITED = 'ulimit -c unlimited 2>/dev/null; exec "$@"'
UNITS = sorted(
    path for path in (ROOT / "deploy").rglob("*.service") if "ExecStart=" in path.read_text("utf-8")
)


def ended_by_abort(directory: Path, *words: str | Path) -> list[str]:
    """Starts a program where core files are allowed, aborts it when it serves; the files it left."""
    directory.mkdir()
    process = subprocess.Popen(
        ["sh", "-c", UNLIMITED, "sh", sys.executable, "-m", *map(str, words)],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'clients'}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline(), "it serves"
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert "Max core file size        0                    0" in limits
    process.send_signal(signal.SIGABRT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == -signal.SIGABRT
    return sorted(path.name for path in directory.iterdir())


def test_registry_leaves_no_core_file(tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")
    spine.engine.close()
    words = ("registry", "serve", "--directory", spine.directory)
    assert ended_by_abort(tmp_path / "work", *words) == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: f"{unit.parent.name}/{unit.name}")
def test_units_allow_no_core_file(unit: Path) -> None:
    assert "\nLimitCORE=0\n" in unit.read_text("utf-8")
