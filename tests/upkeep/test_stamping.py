from __future__ import annotations

from dataclasses import dataclass

import pytest

from registry.errors import RegistryError, status_of
from registry.upkeep.stamping import LoggedTimes, StampingState
from registry.v1 import error_reason_pb2 as reasons

NOON_MS = 1_795_600_000_000
HOUR_S = 3600
MAX_AGE_S = 24 * HOUR_S


@dataclass
class Clocks:
    """The host's clock, which can be set, and one that only goes on."""

    wall_ms: int = NOON_MS
    steady_s: float = 5.0

    def pass_s(self, seconds: float) -> None:
        self.wall_ms += int(seconds * 1000)
        self.steady_s += seconds

    def state(self, anchored_ms: int | None, last_ms: int = NOON_MS - 1) -> StampingState:
        logged = LoggedTimes(last_ms, anchored_ms)
        return StampingState(MAX_AGE_S, logged, clock=lambda: self.wall_ms, steady=lambda: self.steady_s)


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def reason(state: StampingState) -> str:
    with pytest.raises(RegistryError) as refused:
        state.check()
    return str(refused.value)


def test_nothing_is_taken_before_the_first_stamp(clocks: Clocks) -> None:
    state = clocks.state(anchored_ms=None)
    assert reason(state) == "尚未取得可信时间戳, 暂停接收新的陈述; 查询不受影响, 恢复后自动接收。"
    state.succeeded()
    state.check()


def test_refusal_can_be_tried_again(clocks: Clocks) -> None:
    with pytest.raises(RegistryError) as refused:
        clocks.state(anchored_ms=None).check()
    status = status_of(refused.value)
    assert refused.value.faults[0].reason == reasons.ERROR_REASON_STAMPING_FAILED
    assert status.code.name == "UNAVAILABLE"
    assert b"RetryInfo" in dict(status.trailing_metadata)["grpc-status-details-bin"]


def test_what_is_older_than_the_limit_refuses_until_the_next_success(clocks: Clocks) -> None:
    state = clocks.state(anchored_ms=None)
    state.succeeded()
    clocks.pass_s(MAX_AGE_S)
    state.check()
    clocks.pass_s(1)
    assert "已有24小时未取得可信时间戳(上限24小时)" in reason(state)
    state.succeeded()
    state.check()
    assert state.age_s == 0


def test_age_outlives_a_restart(clocks: Clocks) -> None:
    anchored = NOON_MS - 23 * HOUR_S * 1000
    state = clocks.state(anchored)
    assert state.age_s == 23 * HOUR_S
    clocks.pass_s(HOUR_S + 1)
    assert not state.is_open


def test_clock_set_back_makes_the_last_success_no_younger(clocks: Clocks) -> None:
    state = clocks.state(anchored_ms=None)
    state.succeeded()
    clocks.pass_s(20 * HOUR_S)
    clocks.wall_ms -= 365 * MAX_AGE_S * 1000
    assert state.age_s == 20 * HOUR_S
    clocks.pass_s(5 * HOUR_S)
    assert not state.is_open


def test_clock_set_forward_refuses_until_the_next_success_and_no_longer(clocks: Clocks) -> None:
    state = clocks.state(anchored_ms=None)
    state.succeeded()
    clocks.wall_ms += 365 * MAX_AGE_S * 1000
    assert reason(state)
    state.succeeded()
    state.check()
    clocks.wall_ms -= 365 * MAX_AGE_S * 1000
    state.check()


def test_start_with_a_clock_behind_the_log_waits_for_a_success(clocks: Clocks) -> None:
    state = clocks.state(anchored_ms=NOON_MS - 1000, last_ms=NOON_MS + 1)
    assert state.age_s is None
    assert reason(state)
    state.succeeded()
    state.check()


def test_clock_set_back_while_stopped_and_then_right_again_does_not_help(clocks: Clocks) -> None:
    anchored = NOON_MS - 30 * HOUR_S * 1000
    clocks.wall_ms = anchored + 1000  # As if the last success were a second old.
    state = clocks.state(anchored, last_ms=anchored)
    state.check()  # Nothing in the log is newer: it cannot be told from the truth.
    clocks.wall_ms = NOON_MS
    assert reason(state)


@pytest.mark.parametrize(("age_s", "words"), [(90, "90秒"), (600, "10分钟"), (7200, "2小时")])
def test_age_is_told_in_words(clocks: Clocks, age_s: int, words: str) -> None:
    state = StampingState(
        60, LoggedTimes(0, NOON_MS), clock=lambda: clocks.wall_ms, steady=lambda: clocks.steady_s
    )
    clocks.pass_s(age_s)
    assert f"已有{words}未取得可信时间戳(上限60秒)" in reason(state)
