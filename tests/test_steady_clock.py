from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from registry.access.identity import Caller
from registry.commands.submission import Rejection
from registry.engine import start_engine
from registry.steady_clock import TOLERANCE_S, ClockJumpedError, SteadyClock
from registry.store.interface import StoreError
from registry.v1 import restriction_service_pb2, subject_pb2, verdict_pb2
from tests.support.events import ban, firm
from tests.support.spine import ROLE_OF_DOMAIN, TODAY, Spine, found_spine, furnish

SECOND = 1_000_000_000


class Clocks:
    """The wall's clock and the time since boot, each as a test sets it."""

    def __init__(self) -> None:
        self.wall_ns = 1_800_000_000 * SECOND
        self.passed_ns = 50 * SECOND
        self.clock = SteadyClock(lambda: self.wall_ns, lambda: self.passed_ns)

    def pass_by(self, seconds: float, *, wall_s: float | None = None) -> None:
        self.passed_ns += int(seconds * SECOND)
        self.wall_ns += int((seconds if wall_s is None else wall_s) * SECOND)


def test_clock_that_goes_on_evenly_is_the_walls() -> None:
    clocks = Clocks()
    clocks.pass_by(86_400 * 30)
    assert clocks.clock() == clocks.wall_ns // 1_000_000


@pytest.mark.parametrize("jump_s", [TOLERANCE_S + 1, -TOLERANCE_S - 1, 86_400 * 365 * 40, -86_400 * 365 * 40])
def test_clock_that_jumps_tells_no_time_until_it_is_back(jump_s: float) -> None:
    clocks = Clocks()
    clocks.pass_by(10, wall_s=10 + jump_s)
    for _ in range(2):
        with pytest.raises(ClockJumpedError, match="系统时钟发生跳变"):
            clocks.clock()
    clocks.pass_by(3600)
    with pytest.raises(ClockJumpedError):
        clocks.clock()
    clocks.pass_by(10, wall_s=10 - jump_s)
    assert clocks.clock() == clocks.wall_ns // 1_000_000


def test_small_corrections_are_taken_as_they_come_and_add_up_to_no_jump() -> None:
    clocks = Clocks()
    for _ in range(100):
        clocks.pass_by(60, wall_s=60 + TOLERANCE_S / 2)
        assert clocks.clock() == clocks.wall_ns // 1_000_000


def test_machine_that_slept_has_not_jumped() -> None:
    """CLOCK_BOOTTIME goes on meanwhile, as the wall's clock does."""
    clocks = Clocks()
    clocks.pass_by(86_400 * 3)
    assert clocks.clock() == clocks.wall_ns // 1_000_000


@pytest.fixture
def spine(tmp_path: Path) -> Spine:
    return furnish(found_spine(tmp_path / "registry"), ["财政", "市场监管", "法院", "税务"])


def _asked_now(spine: Spine) -> verdict_pb2.Verdict.ValueType:
    request = restriction_service_pb2.CheckRequest()
    request.purpose.domain = subject_pb2.DOMAIN_PROCUREMENT
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    ask = spine.engine.ask
    caller = Caller(ROLE_OF_DOMAIN[subject_pb2.DOMAIN_PROCUREMENT], "asker", spine.config.origin)
    matter = ask.settle(request, caller, 1.0)
    found = ask.find(subject_pb2.IDENTIFIER_TYPE_USCC, firm(1).identifier.value)
    return ask.decide(found, matter.question, matter).verdict


def test_ban_in_force_is_never_to_come_by_a_clock_that_is_behind_the_log(spine: Spine) -> None:
    said = spine.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-11-20", "2028-11-20"))
    assert not isinstance(said, Rejection), said
    assert _asked_now(spine) == verdict_pb2.VERDICT_BLOCKED
    spine.clock.move_to(TODAY - timedelta(days=9))
    with pytest.raises(StoreError, match="系统时钟早于最后一条陈述的收到时间"):
        _asked_now(spine)
    spine.clock.move_to(TODAY)
    assert _asked_now(spine) == verdict_pb2.VERDICT_BLOCKED
    spine.engine.close()


def test_clock_a_little_behind_the_log_counts_as_the_time_of_the_last_receipt(spine: Spine) -> None:
    received_ms = spine.engine.state.received_ms(spine.position)
    spine.clock.now_ms = received_ms - 1000
    assert spine.engine.ask.now_ms() == received_ms
    spine.engine.close()


def test_nothing_is_received_by_a_clock_that_jumped(spine: Spine) -> None:
    spine.engine.close()
    clocks = Clocks()
    clocks.wall_ns = spine.clock() * 1_000_000
    clocks.clock = SteadyClock(lambda: clocks.wall_ns, lambda: clocks.passed_ns)
    spine.engine = start_engine(spine.config, clocks.clock)
    before = spine.position
    clocks.pass_by(1, wall_s=86_400 * 400)
    with pytest.raises(StoreError, match="系统时钟发生跳变"):
        spine.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-11-20", "2028-11-20"))
    assert spine.position == before
    clocks.pass_by(1, wall_s=1 - 86_400 * 400)
    said = spine.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-11-20", "2028-11-20"))
    assert not isinstance(said, Rejection)
    spine.engine.close()
