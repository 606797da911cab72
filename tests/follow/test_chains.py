"""Chains and map as a follower keeps them, however far states lag behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.follow import chains as module
from registry.follow.chains import Chains
from tests.follow.made_log import MadeLog


@pytest.fixture
def log() -> MadeLog:
    log = MadeLog()
    log.grow(500)
    return log


def linked(log: MadeLog, chains: Chains, end: int) -> Chains:
    for leaf in log.leaves[chains.size : end]:
        assert chains.link(leaf) is None
    return chains


def of(log: MadeLog) -> Chains:
    return Chains(lambda first, end: log.leaves[first:end])


def beside(chains: Chains) -> int:
    return len(chains._loose) + (chains._packed.count() if chains._packed else 0)


def test_the_map_of_any_size_between_the_last_state_and_the_end_can_be_had(log: MadeLog) -> None:
    chains = of(log)
    for end, size in ((10, 0), (10, 10), (200, 11), (200, 150), (200, 150), (500, 499), (500, 500)):
        assert linked(log, chains, end).map_root(size) == log.map_root(size)


def test_the_map_does_not_go_back_or_beyond_the_end(log: MadeLog) -> None:
    chains = linked(log, of(log), 300)
    assert chains.map_root(301) is None
    assert chains.map_root(200) is not None
    assert chains.map_root(199) is None


def test_without_states_the_chains_beside_the_map_are_packed_until_it_has_come_up_with_them(
    log: MadeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_LOOSE", 50)
    chains = of(log)
    for end in range(1, 500):
        linked(log, chains, end)
        assert len(chains._loose) <= 50
    assert beside(chains) >= 97
    for size in (*range(0, 450, 7), 499):
        assert chains.map_root(size) == log.map_root(size)
    assert beside(chains) == 0


def test_a_broken_chain_is_seen_wherever_the_one_that_it_breaks_is_kept(
    log: MadeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = log.leaves[402]
    for most, size in ((1000, 0), (50, 0), (1000, 450)):
        monkeypatch.setattr(module, "MOST_LOOSE", most)
        chains = linked(log, of(log), 450)
        chains.map_root(size)
        assert chains.link(good) == 5


@pytest.mark.parametrize("size", [0, 1, 130, 500])
@pytest.mark.parametrize("most", [1000, 60])
def test_what_was_written_is_read_back_and_gone_on_from(
    log: MadeLog, tmp_path: Path, size: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_LOOSE", most)
    chains = linked(log, of(log), 500)
    chains.map_root(size)
    chains.save(tmp_path / "chains")
    again = Chains.load(tmp_path / "chains", lambda first, end: log.leaves[first:end], most=500)
    assert (again.size, again.map_size) == (500, size)
    log.grow(600)
    for at in (size, 500, 560, 600):
        assert linked(log, again, 600).map_root(at) == log.map_root(at)


def test_what_is_damaged_or_of_another_time_is_built_anew(log: MadeLog, tmp_path: Path) -> None:
    path = tmp_path / "chains"
    chains = linked(log, of(log), 450)
    chains.map_root(400)
    chains.save(path)
    good = path.read_bytes()
    cut, changed = good[:60] + good[61:], good[:90] + bytes([good[90] ^ 1]) + good[91:]
    head, count = bytes([good[0] ^ 1]) + good[1:], good[:43] + b"\xff" * 8 + good[51:]
    lengths = (b"", good[:40], good[:-1], good[:-72], good + b"\0", good + bytes(72))
    for content in (*lengths, head, count, cut, changed):
        path.write_bytes(content)
        assert Chains.load(path, lambda first, end: log.leaves[first:end], most=500).size == 0
    path.write_bytes(good)
    assert Chains.load(path, lambda first, end: log.leaves[first:end], most=449).size == 0
    assert Chains.load(path, lambda first, end: log.leaves[first:end], most=450).size == 450


def test_what_is_no_leaf_has_a_position_and_no_subject(log: MadeLog) -> None:
    log.put(b"no leaf")
    log.grow(520)
    chains = linked(log, of(log), 520)
    assert chains.size == 520
    assert chains.map_root(520) == log.map_root(520)
