"""Running ``registryctl`` as its users do: a process of its own, with the credentials of one caller."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from demo.showing import WIDTH, plain, say
from demo.town import TownError


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, and how it ended."""

    code: int
    text: str

    @property
    def objects(self) -> list[Any]:
        """The JSON objects it printed."""
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]


class Served(Protocol):
    """A served registry, with the certificates of its callers beside it."""

    directory: Path
    target: str


@dataclass(frozen=True, slots=True)
class Control:
    """``registryctl`` for one caller; ``papers`` is the folder in which its files lie."""

    town: Served
    caller: str
    papers: Path

    def run(self, *arguments: str) -> Ran:
        """Runs a command. Raises TownError where it could not be done at all (status 2 or 3)."""
        command = [sys.executable, "-c", "from registry_client.cli import main; main()", *arguments]
        credentials = self.town.directory / "clients" / self.caller
        done = subprocess.run(
            [*command, "--target", self.town.target, "--credentials", str(credentials.resolve())],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.papers,
            env=os.environ | {"COLUMNS": str(WIDTH)},
        )
        if done.returncode > 1:
            raise TownError(f"registryctl {' '.join(arguments)}: {done.stderr.strip()}")
        return Ran(done.returncode, done.stdout + done.stderr)

    def shown(self, *arguments: str) -> Ran:
        """Runs a command and shows it with what it prints."""
        say(f"[dim]$ registryctl {' '.join(arguments)}[/dim]")
        ran = self.run(*arguments)
        plain(*(line for line in ran.text.splitlines() if line.strip()))
        return ran

    def write(self, name: str, content: Any) -> str:
        """Writes a JSON file among the papers; answers its name."""
        (self.papers / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        return name
