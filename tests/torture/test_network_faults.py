"""Faults of the network and of the database: a round of some, and that every message of a commit has one.

All of them, with their rounds: ``make torture``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from torture.fault import Fault
from torture.network import cuts
from torture.network.faults import FAULTS
from torture.network.ground import no_postgres
from torture.network.kept import let_go
from torture.rounds import all_faults, scaled

SHORT = [fault for fault in FAULTS if fault.short]


@pytest.fixture(scope="module", autouse=True)
def _servers() -> Iterator[None]:
    yield
    let_go()


def run(fault: Fault, seed: int, directory: Path) -> None:
    """One round, in which something was at stake and nothing of it was lost."""
    if lacking := fault.missing():
        pytest.skip(lacking)
    losses = fault.run(seed, directory)
    assert losses.none, (losses, losses.told)


@pytest.mark.parametrize("fault", SHORT, ids=[fault.name for fault in SHORT])
def test_round_of_a_fault_loses_nothing(fault: Fault, tmp_path: Path) -> None:
    run(fault, 1, tmp_path)


def test_commit_whose_answer_is_lost_is_acknowledged_once(tmp_path: Path) -> None:
    fault = next(each for each in cuts.FAULTS if each.name == "cut: answer lost")
    if not (lacking := fault.missing()):
        run(fault, cuts.messages_of_commit() - 1, tmp_path)
    else:
        pytest.skip(lacking)


def test_each_message_of_a_commit_is_struck_in_turn() -> None:
    if lacking := no_postgres():
        pytest.skip(lacking)
    counts = scaled(all_faults(), 1000)
    for fault in cuts.FAULTS[:2]:
        assert counts[fault.name] >= cuts.messages_of_commit()
