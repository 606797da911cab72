"""``make demo`` runs from the founding to the refused forgery, and ends with status 0 only if every verdict
is the one the sample data are made for."""

from __future__ import annotations

import re
import subprocess
import sys


def test_the_demonstration_goes_from_first_step_to_last() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "demo"], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = "".join(run.stdout.split())
    assert "个结论与样例的预期逐一比对:0个不符" in told
    assert re.search("一并撤回现在,以序号[0-9]+为准:未见限制", told)
    assert "与当时的答案完全相同" in told
    assert "回执不予采信" in told
