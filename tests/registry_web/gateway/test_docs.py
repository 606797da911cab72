"""docs/gateway.md: its examples run as they stand, and what it says of figures and reasons is so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from registry.access.identity import CallerRole
from registry_web.gateway.asking import DEFAULT_WAIT_S, LONGEST_WAIT_S
from registry_web.gateway.json_text import MAX_VALUES
from registry_web.gateway.limits import HELD_BYTES, MAX_BODY_BYTES, SMALL_BYTES, Limits
from registry_web.gateway.problems import TITLES
from tests.support.gateway import Gateway

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs/gateway.md").read_text("utf-8")
MIB = 1024 * 1024


def block(kind: str) -> str:
    """The only block of a kind in the document."""
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.mark.parametrize("kind", ["bash", "python"])
def test_the_examples_run_as_they_stand(kind: str, running: Gateway, tmp_path: Path) -> None:
    token = running.faced.token(running.faced.served.system(CallerRole.PROCUREMENT_SYSTEM, "tender-platform"))
    program = ["bash", "-e"] if kind == "bash" else [sys.executable]
    run = subprocess.run(
        [*program, "-c", block(kind)],
        cwd=tmp_path,
        env={**os.environ, "GATEWAY": running.url, "TOKEN": token, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "VERDICT_INDETERMINATE" in run.stdout
    if kind == "python":
        assert json.loads((tmp_path / "receipt.json").read_text("utf-8"))["answer"]


def test_an_example_with_a_wrong_token_says_why_in_a_line(running: Gateway, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", block("python")],
        cwd=tmp_path,
        env={**os.environ, "GATEWAY": running.url, "TOKEN": "wrong", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert run.stderr.startswith("UNAUTHENTICATED: ")


def test_its_figures_are_those_of_the_code() -> None:
    limits = Limits()
    assert f"至多{MAX_BODY_BYTES // MIB} MiB、{MAX_VALUES // 10_000}万个值" in DOCUMENT
    assert f"1至{LONGEST_WAIT_S}，不写为{DEFAULT_WAIT_S}" in DOCUMENT
    assert (
        f"每个令牌每秒{limits.calls.per_s}次（可积{limits.calls.burst}次，{SMALL_BYTES // 1024} KiB"
        in DOCUMENT
    )
    assert f"每个地址每秒{limits.addresses.per_s}次（可积{limits.addresses.burst:,}次）" in DOCUMENT
    assert f"{limits.tries.burst}个，此后每{1 / limits.tries.per_s:.0f}秒一个" in DOCUMENT
    assert f"至多同时持有{HELD_BYTES // MIB} MiB" in DOCUMENT


def test_every_status_of_a_problem_is_in_its_table() -> None:
    table = set(re.findall(r"\b[45][0-9]{2}\b", DOCUMENT[DOCUMENT.index("| HTTP |") :]))
    assert {str(status) for status in TITLES} - {"405", "421"} <= table
