"""A short history of concurrent clients of a served registry, judged; ``make histories`` makes long ones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.support.served import serving
from torture.histories.clients import Book, recorded
from torture.histories.grounds import town
from torture.histories.judge import judge
from torture.histories.record import ANSWERED, CHECK, FULLY, Operation

SECONDS, PATIENCE_S = 1.5, 60.0
WRITES, ANSWERS = 6, 11
"""What makes a history, however slow the machine."""


def some_time(book: Book) -> None:
    """So long as it takes for a history to be one, at least SECONDS."""
    until = time.monotonic() + PATIENCE_S
    time.sleep(SECONDS)
    while time.monotonic() < until and not _enough(list(book.operations)):
        time.sleep(0.1)


def _enough(history: Sequence[Operation]) -> bool:
    answered = [one for one in history if one.kind == CHECK and one.outcome == ANSWERED]
    enough = len(answered) >= ANSWERS and sum(one.kind != CHECK for one in history) >= WRITES
    return enough and any(one.hits and one.level == FULLY for one in answered)


@pytest.mark.parametrize("by_reader", [False, True], ids=["writer", "reader"])
def test_what_concurrent_clients_are_told_has_an_order(tmp_path: Path, *, by_reader: bool) -> None:
    with serving(town(tmp_path / "registry"), by_reader=by_reader) as served:
        history = recorded(served, Random(4), writers=2, askers=3, meanwhile=some_time)
    judgement = judge(history)
    assert judgement.holds, "\n".join(map(str, judgement.breaches))
    assert _enough(history)
    # The same history with one answer that forgets a ban does not pass.
    blocked = next(one for one in history if one.hits and one.level == FULLY)
    forgetful = replace(blocked, hits=(), verdict="CLEAR")
    assert not judge([forgetful if one is blocked else one for one in history]).holds
