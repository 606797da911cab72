"""Archives in the open format: imported, checked by their own script, and given sums that agree."""

from __future__ import annotations

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from registry.archive.format import SUMS
from tests.support.command import Run, in_process


def emptied(directory: Path, place: Path) -> Path:
    """A copy of an installation without its store."""
    shutil.copytree(directory, place)
    for path in place.glob("registry.db*"):
        path.unlink()
    return place


def script(archive: Path, *arguments: str | Path) -> Run:
    """Runs the script that lies in an archive, where nothing of the project can be found."""
    command = [sys.executable, "-I", "verify_export.py", ".", *map(str, arguments)]
    done = subprocess.run(command, cwd=archive, capture_output=True, text=True, timeout=60, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


def summed(archive: Path) -> None:
    """Has the sums agree with what lies there, as whoever may write to an archive can."""
    names = [path.relative_to(archive).as_posix() for path in archive.rglob("*") if path.is_file()]
    rows = [f"{sha256((archive / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(names)
            if name != SUMS]  # fmt: skip
    (archive / SUMS).write_text("".join(rows), "utf-8")


def imported(archive: Path, directory: Path, *arguments: str | Path) -> Run:
    return in_process("import", "--directory", directory, "--open", archive, *arguments)
