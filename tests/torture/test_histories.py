"""A short history of concurrent clients of a served registry, judged; ``make histories`` makes long ones."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.support.served import serving
from torture.histories.clients import recorded
from torture.histories.grounds import town
from torture.histories.judge import judge
from torture.histories.record import ANSWERED, CHECK, FULLY

SECONDS = 1.5


@pytest.mark.parametrize("by_reader", [False, True], ids=["writer", "reader"])
def test_what_concurrent_clients_are_told_has_an_order(tmp_path: Path, *, by_reader: bool) -> None:
    with serving(town(tmp_path / "registry"), by_reader=by_reader) as served:
        history = recorded(served, Random(4), writers=2, askers=3, meanwhile=lambda: time.sleep(SECONDS))
    judgement = judge(history)
    assert judgement.holds, "\n".join(map(str, judgement.breaches))
    checks = [one for one in history if one.kind == CHECK and one.outcome == ANSWERED]
    assert len(checks) > 10
    assert len(history) - len(checks) > 5
    # The same history with one answer that forgets a ban does not pass.
    blocked = next(one for one in checks if one.hits and one.level == FULLY)
    forgetful = replace(blocked, hits=(), verdict="CLEAR")
    assert not judge([forgetful if one is blocked else one for one in history]).holds
