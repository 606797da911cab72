"""A log that withholds a page at the right moment: nothing that it hides behind that is passed over."""

from __future__ import annotations

import pytest

from registry.follow import copying, follower
from tests.follow.conftest import Watch
from tests.follow.made_log import MadeLog


@pytest.fixture
def log() -> MadeLog:
    log = MadeLog()
    log.genesis()
    log.grow(300)
    return log


def settled_in_the_end(watch: Watch) -> list[str]:
    """The alarms of a round that breaks off, of the next ones, and of a follower started anew."""
    told = watch.look()
    assert not (watch.directory / "checkpoint").exists()
    told += watch.look(2)
    assert watch.mirrored().size == watch.log.size
    watch.again()
    return told + watch.look()


def test_a_false_anchor_is_told_though_the_page_that_shows_it_is_withheld_once(watch: Watch) -> None:
    watch.log.anchor(250, watch.log.now_ms, root=bytes(32))
    watch.log.grow(400)
    watch.log.withheld["tile/0/000"] = 2  # The first is for the mirror, the second for the anchor's root.
    assert settled_in_the_end(watch) == ["MISSING", "ANCHOR"]


def test_a_good_anchor_and_a_map_state_behind_a_break_are_no_alarm(watch: Watch) -> None:
    log = watch.log
    for size in (250, 260):
        log.map_state(size)
        log.anchor(size, log.now_ms)
    log.grow(600)
    log.map_state()
    log.withheld["tile/entries/002.p/89"] = 1
    log.withheld["tile/entries/002"] = 1
    assert settled_in_the_end(watch) == ["MISSING"]


def test_a_time_that_goes_back_where_copying_broke_off_is_told(watch: Watch) -> None:
    log = watch.served.log = MadeLog(watch.log.origin, watch.log.signers)
    log.genesis()
    log.grow(256)
    log.now_ms -= 100_000
    log.add("甲")
    log.now_ms += 100_000
    log.grow(600)
    log.withheld["tile/entries/001"] = 1
    assert settled_in_the_end(watch) == ["MISSING", "TIME"]


def test_what_was_told_before_a_break_is_neither_lost_nor_told_twice(watch: Watch) -> None:
    log = watch.log
    log.map_state(root=bytes(32))
    log.put(b"no leaf")
    log.grow(600)
    log.map_state(root=bytes(32))
    for name in ("tile/entries/002.p/89", "tile/entries/002"):
        log.pages[name] = None
    assert watch.look(3) == ["MAP", "LEAF", "MISSING"]
    log.pages.clear()
    assert watch.look(2) == ["MAP"]
    assert watch.mirrored().size == log.size
    assert len((watch.directory / "follow/alarms.log").read_text("utf-8").splitlines()) == 4


def test_a_break_does_not_hide_a_map_state_from_the_follower_that_is_started_next(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The map is written at a stop only where it is that of what is settled."""
    monkeypatch.setattr(copying, "SETTLED_BUNDLES", 2)
    monkeypatch.setattr(follower, "SAVED_EVERY", 1)
    log = watch.log
    log.grow(600)
    log.map_state(500)
    log.map_state(510)
    log.grow(900)
    log.withheld["tile/entries/003.p/132"] = 1
    log.withheld["tile/entries/003"] = 1
    assert watch.look() == ["MISSING"]
    watch.again()
    assert watch.look() == []
    assert watch.mirrored().size == log.size


def test_a_follower_is_started_anew_after_a_break_behind_a_page_that_became_full(watch: Watch) -> None:
    watch.look()
    assert watch.mirrored().size == 300
    watch.log.grow(900)
    watch.log.withheld["tile/entries/002"] = 1
    assert watch.look() == ["MISSING"]
    watch.again()
    assert watch.look() == []
    assert watch.mirrored().size == 900
