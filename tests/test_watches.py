"""Waiting for subjects to be touched: who is woken, by what, and how many may wait."""

from __future__ import annotations

import time
from threading import Thread, Timer

import pytest

from registry.index import Index
from registry.sanctions.ground import SubjectRecord
from registry.watches import MAX_WATCHES, TooManyWatchesError, Watch, Watches

SOON_S, LONG_S = 0.05, 10.0


def waited(watch: Watch, timeout_s: float) -> tuple[bool, float]:
    """Whether a subject was touched, and after how long."""
    started = time.monotonic()
    touched = watch.wait(timeout_s)
    return touched, time.monotonic() - started


def test_watcher_is_woken_by_a_statement_about_its_subject() -> None:
    index = Index()
    with index.watches.open() as watch:
        watch.look_for(["F1", "F2"])
        later = Timer(SOON_S, index.apply, ([SubjectRecord("F2")], 7))
        later.start()
        touched, seconds = waited(watch, LONG_S)
        later.join()
        assert touched
        assert seconds < LONG_S / 2
        assert index.position == 7


def test_statement_about_others_wakes_nobody() -> None:
    index = Index()
    with index.watches.open() as watch:
        watch.look_for(["F1"])
        index.apply([SubjectRecord("F2"), SubjectRecord("F3")], 7)
        assert waited(watch, SOON_S)[0] is False


def test_touch_is_told_once_and_not_lost_while_nobody_waits() -> None:
    index = Index()
    with index.watches.open() as watch:
        watch.look_for(["F1"])
        index.apply([SubjectRecord("F1")], 1)
        index.apply([SubjectRecord("F1")], 2)
        assert waited(watch, LONG_S)[0] is True
        assert waited(watch, SOON_S)[0] is False


def test_position_has_moved_when_the_watcher_learns_of_the_touch() -> None:
    index = Index()
    seen: list[int] = []
    with index.watches.open() as watch:
        watch.look_for(["F1"])

        def follow() -> None:
            while not seen or seen[-1] < 999:
                if watch.wait(LONG_S):
                    seen.append(index.position)

        follower = Thread(target=follow)
        follower.start()
        for position in range(1000):
            index.apply([SubjectRecord("F1")], position)
        follower.join(LONG_S)
        assert not follower.is_alive()
    assert seen[-1] == 999


def test_subjects_named_anew_replace_the_earlier_ones() -> None:
    watch = Watch()
    watch.look_for(["F1"])
    watch.look_for(["F2"])
    watch.touch(["F1"])
    assert watch.wait(SOON_S) is False
    watch.touch(["F2"])
    assert watch.wait(SOON_S) is True


@pytest.mark.parametrize("sleep", ["wait", "pause"])
def test_ended_watch_sleeps_no_more(sleep: str) -> None:
    watch = Watch()
    ender = Timer(SOON_S, watch.end)
    ender.start()
    started = time.monotonic()
    getattr(watch, sleep)(LONG_S)
    ender.join()
    assert time.monotonic() - started < LONG_S / 2
    assert watch.ended


def test_pause_lasts_whatever_is_touched() -> None:
    watch = Watch()
    watch.look_for(["F1"])
    watch.touch(["F1"])
    started = time.monotonic()
    watch.pause(SOON_S)
    assert time.monotonic() - started >= SOON_S * 0.9
    assert watch.wait(SOON_S) is True


def test_only_so_many_watch_at_a_time_and_whoever_ends_makes_room() -> None:
    watches = Watches()
    opened = [watches.open() for _ in range(MAX_WATCHES)]
    for each in opened:
        each.__enter__()
    with pytest.raises(TooManyWatchesError), watches.open():
        pass
    opened.pop().__exit__(None, None, None)
    with watches.open():
        assert len(watches) == MAX_WATCHES
    for each in opened:
        each.__exit__(None, None, None)
    assert len(watches) == 0
