"""``make demo-bans`` does what it shows: it ends with status 0 only if every step had the result that law
asks for."""

from __future__ import annotations

import subprocess
import sys


def test_a_ban_a_repair_and_a_revocation_go_from_first_step_to_last() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "demo.procedures"], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = "".join(run.stdout.split())
    for article in ("行政处罚法第六十四条", "行政处罚法第五十八条"):
        assert article in told
    assert "决定送达以后,政府采购:禁止" in told
    assert "提前解除以后,政府采购:未见限制" in told
    assert "修复以后,招投标:需研判M-BUS-14" in told
    assert "尚未确认0条" in told
    assert "逐字节一致" in told
