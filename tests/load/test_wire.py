"""Whoever may begin lets the thread that reads the wire read first, and does not wait for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from registry.load.lanes import Bounds
from registry.load.wire import LAG_S, MOST_S, Wire
from tests.load.serving import CHECK, serving
from tests.support.served import DEADLINE_S


def took_s(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


class Clock:
    """Stands still but for what a test adds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def behind(wire: Wire, clock: Clock) -> None:
    """The reader has had something to read for longer than that is borne."""
    wire.busy()
    clock.now += 2 * LAG_S


def test_nobody_waits_for_a_reader_that_has_nothing_to_read_or_only_just() -> None:
    clock = Clock()
    wire = Wire(clock)
    assert min(took_s(wire.let_read) for _ in range(20)) < LAG_S
    wire.busy()
    told = [wire.is_behind]
    clock.now += 2 * LAG_S
    told.append(wire.is_behind)
    wire.clear()
    assert [*told, wire.is_behind] == [False, True, False]


def test_a_reader_that_never_has_done_delays_work_and_does_not_stop_it() -> None:
    clock = Clock()
    wire = Wire(clock)
    behind(wire, clock)
    waits = [took_s(wire.let_read) for _ in range(10)]
    assert min(waits) >= MOST_S
    assert wire.is_behind


def test_who_waits_goes_on_when_everything_is_read() -> None:
    clock = Clock()
    wire = Wire(clock)
    behind(wire, clock)
    waits: list[float] = []
    for _ in range(10):
        waiting = Thread(target=lambda: waits.append(took_s(wire.let_read)))
        waiting.start()
        wire.clear()
        waiting.join(DEADLINE_S)
        behind(wire, clock)
    assert min(waits) < MOST_S


def test_who_waits_too_long_is_refused_in_time_though_the_sweeper_had_nothing_to_do(tmp_path: Path) -> None:
    """It slept for half a second where nobody waited, and whoever came meanwhile was told as late as that."""
    with serving(tmp_path, Bounds(running=1, vital=1, wait_s=0.05, turn_s=600.0)) as served:
        first = served.unary("first", CHECK).future(b"question", timeout=2 * DEADLINE_S)
        assert served.slow.begun.get(timeout=DEADLINE_S) == "first"
        ask = served.unary("second", CHECK)
        waits = [took_s(ask.future(b"question", timeout=DEADLINE_S).exception) for _ in range(5)]
        served.slow.go.set()
        assert first.result() == b"question"
    assert min(waits) < 0.4


def test_a_call_that_waits_without_saying_so_holds_nobody_up_for_long(tmp_path: Path) -> None:
    with serving(tmp_path, Bounds()) as served:
        first = served.unary("first", CHECK).future(b"question", timeout=2 * DEADLINE_S)
        assert served.slow.begun.get(timeout=DEADLINE_S) == "first"
        second = served.unary("second", CHECK).future(b"question", timeout=2 * DEADLINE_S)
        assert served.slow.begun.get(timeout=DEADLINE_S) == "second"
        served.slow.go.set()
        assert first.result() == second.result() == b"question"
