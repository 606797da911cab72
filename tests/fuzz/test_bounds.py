"""Inputs that ask for much (zip bombs, nesting, huge numbers, claimed lengths) meet each parser's own bounds.

They run in one process that bounds itself to half a gigabyte more than it has at its start, see ``hostile``.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from fuzz.places import ROOT
from tests.fuzz.hostile import CPU_S

PARSERS = (
    "statement", "envelope", "receipt", "batch header", "paper", "gateway", "snapshot header", "delta header",
    "printing", "lodged", "office", "saved answer", "tender", "edition", "settings", "policy", "note",
    "checkpoint", "witness", "snapshot", "table", "index", "sealed", "der", "time stamp", "token", "issuers",
    "authenticator", "assertion", "xlsx", "csv", "edition zip", "draw package", "pdf attachments",
    "pdf pages",
)  # fmt: skip


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    command = [sys.executable, "-m", "tests.fuzz.hostile"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10 * CPU_S, check=False)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    return dict(line.split("\t", 1) for line in done.stdout.splitlines())


def test_nothing_that_asks_for_much_gets_it(told: dict[str, str]) -> None:
    assert told.pop("all") == "done"
    assert {name: what for name, what in told.items() if what not in ("refused", "taken")} == {}


@pytest.mark.parametrize("parser", PARSERS)
def test_each_parser_was_given_some(parser: str, told: dict[str, str]) -> None:
    assert any(name.partition(":")[0] == parser for name in told)
