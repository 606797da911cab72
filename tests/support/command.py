"""The ``registry`` command as its operator meets it: how it ended, what it printed and what it changed.

run = registry("verify", "--directory", installation)
assert_one_line(run, "log.key")
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from registry.__main__ import main
from tests.support.events import person, placed, withdrawal
from tests.support.served import exit_ban, short_ban
from tests.support.spine import found_spine, furnish

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 60
PROGRESS = re.compile(r"  [0-9,]+/[0-9,]+ .*剩余 [0-9]+ 秒")


@dataclass(frozen=True, slots=True)
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str


def command(*arguments: str | Path) -> list[str]:
    """The words of a command line."""
    return [sys.executable, "-m", "registry", *map(str, arguments)]


def registry(*arguments: str | Path) -> Run:
    """Runs ``registry`` in a process of its own, to its end."""
    done = subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    return Run(done.returncode, done.stdout, done.stderr)


def of_module(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a module of this checkout (``python -m``), as the Makefile does."""
    words = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def in_process(*arguments: str | Path) -> Run:
    """Runs ``registry`` here, which is quicker, but for ``serve``; an exception that escapes is raised."""
    umask = os.umask(0o022)
    done = CliRunner().invoke(main, [*map(str, arguments)])
    os.umask(umask)  # The command sets its own.
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Run(done.exit_code, done.stdout, done.stderr)


def assert_one_line(run: Run, *words: str) -> None:
    """The command failed and said why in one line, in which these words stand; how far it was, which a slow
    machine is told, stands in lines of its own."""
    assert run.code > 0, run
    lines = [line for line in run.err.splitlines() if not PROGRESS.match(line)]
    assert len(lines) == 1, run.err
    assert lines[0].startswith("Error: ")
    for word in words:
        assert word in lines[0]


def digests(directory: Path) -> dict[str, str]:
    """SHA-256 of every file, by its name in the directory. A lock has no content."""
    files = [path for path in directory.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(directory)): sha256(path.read_bytes()).hexdigest() for path in files}


def installation(directory: Path) -> Path:
    """An installation with some thirty statements and a refusal, which nobody serves."""
    spine = furnish(found_spine(directory))
    placed(spine.say("财政", "ban-1", event=short_ban(1)))
    placed(spine.say("财政", "ban-1-back", withdrawal=withdrawal("财政", "ban-1")))
    placed(spine.say("法院", "exit-1", event=exit_ban(person(1))))
    spine.say("财政", "refused", event=short_ban(2, "2036-03-01"))
    spine.engine.close()
    return directory


def mount(*arguments: str) -> None:
    """Mounts something, or skips the test where that is not allowed."""
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
