"""A tutorial run as its reader runs it: the commands of its page, and what the page says that they print.

    ```sh tutorial              commands for the shell; `exit=1` after it says that the last one ends so
    ```sh registrar             the same, where the page shows what somebody else does
    ```json tutorial=act.json   a file that the reader writes; so for csv, toml, python
    ```text output              what the commands before it print, in what matters: each line is there, in
                                order; `…` stands for anything, and blanks do not count

All other fences are only read. The page's ports are exchanged for free ones, and its dates are moved on by
whole years as years pass, so that what it calls past is past and what is in force is in force.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.support.command import ROOT

PORT = "8443"
FURTHER = ("8491", "8492", "8493")
"""Ports of the web faces."""
WRITTEN_ON = date(2026, 11, 20)
BLOCK_S = 60
_FENCE = re.compile(r"^```(\w+) +(\S.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DAY = re.compile(r"\b(20\d\d)(?=-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced part of a page that is more than read."""

    language: str
    words: tuple[str, ...]
    content: str
    line: int

    @property
    def exit(self) -> int:
        """How its commands end."""
        return next((int(word.partition("=")[2]) for word in self.words if word.startswith("exit=")), 0)

    @property
    def file(self) -> str:
        """The file that it is, if it is one."""
        return next((word.partition("=")[2] for word in self.words if word.startswith("tutorial=")), "")


def fences(page: str) -> Iterator[Fence]:
    """The parts of a page that are run, written or compared."""
    for found in _FENCE.finditer(page):
        words = tuple(found[2].split())
        assert {"tutorial", "registrar", "output"} & {word.partition("=")[0] for word in words}, found[0]
        yield Fence(found[1], words, found[3], page.count("\n", 0, found.start()) + 1)


def brought_to(page: str, today: date, port: str) -> str:
    """A page as it reads today, with another port."""
    passed = today.year - WRITTEN_ON.year - ((today.month, today.day) < (WRITTEN_ON.month, WRITTEN_ON.day))
    page = _DAY.sub(lambda found: str(int(found[1]) + passed), page).replace(PORT, port)
    for further in FURTHER:
        page = page.replace(further, free_port()) if further in page else page
    return page


def free_port() -> str:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


_AROUND = """\
trap 'code=$?; export -p > "$HOME/.kept"; pwd > "$HOME/.place"; exit $code' EXIT
[ ! -f "$HOME/.kept" ] || . "$HOME/.kept"
[ ! -f "$HOME/.place" ] || cd "$(cat "$HOME/.place")"
set -e -o pipefail
"""


class Shell:
    """Where a page's commands are run: what is exported, the place, and what runs behind stay to the end."""

    def __init__(self, directory: Path, **more: str) -> None:
        path = f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"
        known = {
            "PATH": path,
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "COLUMNS": "80",
            "TZ": "Asia/Shanghai",
        }
        self._directory, self._environment = directory, known | more
        self._begun: list[int] = []

    def run(self, commands: str) -> tuple[int, str]:
        """How commands end, and what they print; the first that fails ends them."""
        bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-c", _AROUND + commands],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd=self._directory, env=self._environment, text=True, encoding="utf-8", start_new_session=True,
        )  # fmt: skip
        self._begun.append(bash.pid)
        printed, _ = bash.communicate(timeout=BLOCK_S)
        return bash.returncode, printed

    def close(self) -> None:
        """Ends whatever was left running."""
        for group in self._begun:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGTERM)


def run_page(page: str, shell: Shell, directory: Path) -> Iterator[tuple[Fence, str]]:
    """Runs a page to its end; each fence with what its commands printed. AssertionError where it differs."""
    printed = ""
    for fence in fences(page):
        if fence.file:
            (directory / fence.file).write_text(fence.content, encoding="utf-8")
        elif fence.language == "sh":
            code, printed = shell.run(fence.content)
            assert code == fence.exit, f"line {fence.line}: exit {code}\n{fence.content}\n{printed}"
        else:
            assert (missing := first_missing(fence.content, printed)) is None, (
                f"line {fence.line}: not printed: {missing}\n{printed}"
            )
        yield fence, printed


def first_missing(expected: str, printed: str) -> str | None:
    """The first line that is expected and does not come, after the ones before it."""
    lines = iter(_bare(line) for line in printed.splitlines())
    for line in filter(None, map(_bare, expected.splitlines())):
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        if not any(re.search(pattern, each) for each in lines):
            return line
    return None


def _bare(line: str) -> str:
    return "".join(line.split())
