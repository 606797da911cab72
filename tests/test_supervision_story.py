"""The whole way, as ``make demo-supervision`` tells it: from a filed rule to credit and out of it again.

Filed rule → plan → committed rosters → a draw that a third party repeats → visits with evidence → a finding
outside the remit referred → penalty decided → credit event → restriction → tender screened → repair →
restriction gone; and the report names the one step that was late."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.supervision.__main__ import play


def test_from_a_filed_rule_to_a_restriction_and_out_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(tmp_path / "story") == []
    told = capsys.readouterr().out
    for said in (
        "抽取相符",
        "抽取不符：1项",
        "处罚决定以后: 禁止",
        "修复以后: 未见限制",
        "决定是否受理移送",
        "逐字节一致",
    ):
        assert said in told, said
    assert "检查、告知和公示以后(都不是信用信息): 未见限制" in told.replace("\n", "")
