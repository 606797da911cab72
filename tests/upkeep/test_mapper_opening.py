"""The map of a registry that starts while its store is away, or slow: tried again, and told as behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from registry.provenance.map_buckets import Buckets
from registry.store.interface import StoreError
from registry.upkeep import mapper as module
from registry.upkeep.mapper import MapBehindError
from tests.support.spine import Spine, found_spine, furnish
from tests.upkeep.mapping import PATIENCE_S, check, eventually, fine, key_of, mapping, prove


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["市场监管"], delivered=False)
    yield spine
    spine.engine.close()


def test_store_that_is_away_at_the_start_is_tried_again(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine(spine, 1)
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    map_buckets, tried = spine.engine.store.map_buckets, 0

    def away() -> Buckets:
        nonlocal tried
        tried += 1
        if tried < 3:
            raise StoreError("数据库连接中断, 未确认任何内容; 请稍后重试")
        return map_buckets()

    monkeypatch.setattr(spine.engine.store, "map_buckets", away)
    with mapping(spine) as mapper:
        evidence = prove(mapper, spine, key_of(1))
        assert mapper.failure == ""
    check(evidence)
    assert tried == 3


def test_what_no_state_covers_is_told_while_the_tree_is_built(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mapping(spine) as mapper:
        prove(mapper, spine)
    built, map_buckets = Event(), spine.engine.store.map_buckets

    def slow() -> Buckets:
        built.wait(PATIENCE_S)
        return map_buckets()

    monkeypatch.setattr(spine.engine.store, "map_buckets", slow)
    try:
        with mapping(spine) as mapper:
            assert eventually(lambda: mapper.uncovered == spine.position + 1), "there is nothing yet"
            late = fine(spine, 1)
            assert mapper.uncovered == late
            with pytest.raises(MapBehindError):
                mapper.require(late, 0.05)
            built.set()
            prove(mapper, spine, position=late)
            assert eventually(lambda: mapper.uncovered is None)
        built.clear()
        early = fine(spine, 2)
        with mapping(spine) as mapper:
            assert eventually(lambda: mapper.uncovered == early)
            built.set()
    finally:
        built.set()
