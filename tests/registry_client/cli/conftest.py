"""Runs ``registryctl`` as a caller with credentials, in a terminal of 80 columns."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from registry_client.cli.group import registryctl

_FIVE_NUMBERS = re.compile(r"((?:\s+\d+){5})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run left behind."""

    exit_code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """Lines of standard output, without the blanks that fill them up."""
        return [line.rstrip() for line in self.output.splitlines()]

    @property
    def text(self) -> str:
        """Standard output without blanks and line ends, however it was folded."""
        return "".join(self.output.split())

    @property
    def counts(self) -> list[int]:
        """Of the last line that ends with five numbers: rows, accepted, known, refused, not sent."""
        return [int(number) for number in _FIVE_NUMBERS.findall(self.output)[-1].split()]

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Standard output read as JSON Lines."""
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def widest(self) -> int:
        """Columns of the widest line."""
        return max(map(cell_len, self.output.splitlines()), default=0)


Ctl = Callable[..., Run]


@pytest.fixture
def ctl(target: str, credentials: Path) -> Ctl:
    """Runs a command; ``entered`` is what stands in standard input."""

    def run(*arguments: str | Path, entered: str = "", **environment: str) -> Run:
        given = {"REGISTRY_TARGET": target, "REGISTRY_CREDENTIALS": str(credentials), "COLUMNS": "80"}
        done = CliRunner().invoke(
            registryctl, [str(each) for each in arguments], input=entered, env=given | environment
        )
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Run(done.exit_code, done.stdout, done.stderr)

    return run
