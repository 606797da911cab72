"""A registry whose mapper was away while much was imported: its late states are taken, and told if forged."""

from __future__ import annotations

import pytest

from registry.follow import chains, follower
from tests.follow.conftest import Watch
from tests.follow.made_log import MadeLog

STATES = (64, 128, 300, 301, 600, 900)


@pytest.fixture
def log() -> MadeLog:
    log = MadeLog()
    log.genesis()
    return log


@pytest.fixture(autouse=True)
def _few_loose_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MOST_LOOSE", 40)
    monkeypatch.setattr(follower, "SAVED_EVERY", 1)


def imported(log: MadeLog) -> None:
    """Far more subjects than chains are kept loose, without a state."""
    log.add(*(f"firm {number}" for number in range(900)))


def test_states_that_come_late_are_no_alarm(watch: Watch) -> None:
    imported(watch.log)
    assert watch.look() == []
    for size in STATES:
        watch.log.map_state(size)
        watch.log.add(f"firm {size}", f"another {size}")
        assert watch.look() == []


def test_states_that_come_late_are_no_alarm_to_a_follower_that_comes_later_still(watch: Watch) -> None:
    imported(watch.log)
    for size in STATES:
        watch.log.map_state(size)
    assert watch.look() == []


def test_states_that_come_late_are_no_alarm_to_a_follower_that_is_started_anew(watch: Watch) -> None:
    imported(watch.log)
    assert watch.look() == []
    for size in STATES:
        watch.again()
        watch.log.map_state(size)
        assert watch.look() == []


@pytest.mark.parametrize("forged", STATES)
@pytest.mark.parametrize("started_anew", [False, True])
def test_a_state_that_comes_late_and_leaves_a_subject_out_is_told(
    watch: Watch, forged: int, started_anew: bool
) -> None:
    imported(watch.log)
    assert watch.look() == []
    for size in STATES:
        without = watch.log.map_root(size - 1)
        watch.log.map_state(size, root=without if size == forged else None)
    if started_anew:
        watch.again()
    assert watch.look() == ["MAP"]


def test_a_state_that_goes_back_behind_a_late_one_is_told(watch: Watch) -> None:
    imported(watch.log)
    for size in (300, 299):
        watch.log.map_state(size)
    assert watch.look() == ["MAP"]
