"""What a break in copying, a stop or a kill costs a follower: not its whole history again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry.follow import copying, follower
from registry.follow.chains import Chains
from tests.follow.conftest import Watch

APART_S = follower.SAVED_APART_S


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The position of each leaf that is linked, as often as it is."""
    link, positions = Chains.link, list[int]()

    def noted(chains: Chains, leaf: bytes) -> int | None:
        positions.append(chains.size)
        return link(chains, leaf)

    monkeypatch.setattr(Chains, "link", noted)
    return positions


@pytest.fixture(autouse=True)
def _saved_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "SAVED_EVERY", 500)


def after_a_power_failure(watch: Watch, directory: Path) -> Watch:
    """A follower of what another one, which still runs, has on the disk."""
    shutil.copytree(watch.directory, directory)
    return Watch(watch.served, watch.url, directory, watch.policy)


def test_a_page_withheld_round_after_round_has_no_leaf_linked_twice(watch: Watch, linked: list[int]) -> None:
    log = watch.log
    log.grow(2000)
    log.pages["tile/entries/005"] = None
    assert watch.look(5) == ["MISSING"]
    log.pages.clear()
    assert watch.look() == []
    assert linked == list(range(log.size))


def test_states_behind_a_break_are_no_alarm_however_often_and_wherever_it_is_settled(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settled at 1024, broken off at 1792, both states checked; settled at 1536, before them; and again."""
    log = watch.log
    log.grow(1600)
    log.map_state(1590)
    log.map_state(1600)
    log.grow(2000)
    log.pages["tile/entries/007.p/208"] = log.pages["tile/entries/007"] = None
    for bundles in (4, 2):
        monkeypatch.setattr(copying, "SETTLED_BUNDLES", bundles)
        watch.look()
    assert watch.follower
    assert watch.follower.size == 1536
    log.pages.clear()
    log.map_state(1595)
    assert watch.look() == ["MAP"]
    assert f"映射状态覆盖1595条, 应在1600至{log.size - 1}条之间" in watch.said[-1]


def test_a_follower_that_is_killed_links_again_what_came_since_it_wrote_its_chains(
    watch: Watch, linked: list[int], tmp_path: Path
) -> None:
    log = watch.log
    watch.look()
    watch.elapsed_s = APART_S
    log.grow(1500)
    watch.look()
    written = log.size
    log.grow(1700)
    watch.look()
    linked.clear()
    anew = after_a_power_failure(watch, tmp_path / "anew")
    log.grow(1800)
    log.map_state(1650)
    assert anew.look() == []
    anew.stop()
    assert linked == list(range(written, log.size))


def test_a_log_without_states_is_not_linked_again_either(
    watch: Watch, linked: list[int], tmp_path: Path
) -> None:
    log = watch.served.log = watch.log.twin(300)
    log.grow(1500)
    watch.look()
    linked.clear()
    watch.again()
    log.grow(1800)
    assert watch.look() == []
    assert linked == list(range(1500, 1800))
    log.map_state(700)
    assert watch.look() == []


def test_a_long_copy_writes_its_chains_on_the_way(
    watch: Watch, linked: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(copying, "SETTLED_BUNDLES", 2)
    watch.start().close()
    watch.follower = watch.start()
    watch.elapsed_s = APART_S
    watch.log.grow(2000)
    watch.log.pages["tile/entries/007.p/208"] = watch.log.pages["tile/entries/007"] = None
    watch.look()
    watch.log.pages.clear()
    linked.clear()
    anew = after_a_power_failure(watch, tmp_path / "anew")
    assert anew.look() == []
    anew.stop()
    assert linked == list(range(512, 2000))


def test_chains_are_not_written_at_every_turn(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[int] = []
    monkeypatch.setattr(Chains, "save", lambda chains, _: saved.append(chains.size))
    monkeypatch.setattr(copying, "SETTLED_BUNDLES", 1)
    watch.look()
    watch.log.grow(3000)
    watch.look()
    assert saved == []
    for seconds in range(1, 20):
        watch.elapsed_s = seconds * APART_S
        watch.log.grow(3000 + seconds * 100)
        watch.look()
    assert len(saved) == 4
    watch.again()
    assert len(saved) == 4


def test_a_follower_that_is_told_to_stop_while_it_links_stops_and_goes_on_there(
    watch: Watch, linked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.log.grow(3000)
    watch.look()
    monkeypatch.setattr(follower, "SAVED_EVERY", 10_000)
    watch.stop()
    monkeypatch.setattr(follower, "SAVED_EVERY", 1)
    linked.clear()
    watch.log.grow(3100)
    watch.stopped = lambda: len(linked) >= 1000
    assert watch.look() == []
    assert len(linked) == 1024
    watch.stopped = lambda: False
    watch.again()
    assert watch.look() == []
    assert watch.mirrored().size == watch.log.size
    assert linked == list(range(watch.log.size))
