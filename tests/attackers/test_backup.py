"""(a) The attacker holds the database and puts a backup in its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry.engine import StartError
from registry.v1 import verdict_pb2
from registry.v1.receipt_pb2 import Receipt
from registry.witness.submission import CheckpointSubmission
from tests.attackers.scene import BARRED, FREE, Scene, Watcher
from tests.support.events import licence, placed
from tests.support.tampering import Copy
from tests.witness.running import post, witness_of


def test_a_backup_put_back_is_refused_by_the_second_store(before: Scene, scene: Scene, copy: Copy) -> None:
    shutil.copy(before.directory / "registry.db", copy.config.store)
    with pytest.raises(StartError, match="日志头已签到"), scene.opened(copy.config.home):
        pass


def put_back(before: Scene, copy: Copy) -> None:
    """The store and the second store as they were before the ban."""
    for name in ("registry.db", "head"):
        place = copy.config.home / name
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        given = before.directory / name
        shutil.copytree(given, place) if given.is_dir() else shutil.copy(given, place)


def test_a_backup_put_back_with_the_second_store_is_noticed_by_the_follower(
    before: Scene, scene: Scene, copy: Copy, watcher: Watcher
) -> None:
    with scene.running(copy.config.home) as stage:
        assert watcher.look(stage.url) == []
    put_back(before, copy)
    with scene.running(copy.config.home) as stage:
        assert watcher.look(stage.url) == ["SHRUNK"]
        for _ in range(3):
            placed(stage.spine.say("市场监管", event=licence("市场监管", FREE)))
        assert watcher.look(stage.url) == ["FORK"]


def test_a_backup_put_back_with_the_second_store_is_not_cosigned_and_older_receipts_convict_it(
    before: Scene, scene: Scene, copy: Copy, kept: dict[str, Receipt], tmp_path: Path
) -> None:
    """The registry's own checks find nothing: everything that it holds fits."""
    with witness_of(scene.known(), directory=tmp_path / "witness") as witness:
        with scene.running(copy.config.home) as stage:
            size = stage.spine.engine.state.size
            assert post(witness.port, CheckpointSubmission(0, (), stage.note).encode()).status == 200
        put_back(before, copy)
        assert copy.verify() == []
        assert copy.rebuild() == []
        with scene.running(copy.config.home) as stage:
            for _ in range(3):
                placed(stage.spine.say("市场监管", event=licence("市场监管", FREE)))
            proof = stage.prove(size, stage.spine.engine.state.size)
            assert post(witness.port, CheckpointSubmission(size, proof, stage.note).encode()).status == 422
            receipt = stage.receipt(BARRED)
    assert (scene.report(receipt).ok, scene.report(receipt).verdict) == (True, verdict_pb2.VERDICT_CLEAR)
    filed = scene.report(kept["barred"])
    assert (filed.ok, filed.verdict) == (True, verdict_pb2.VERDICT_BLOCKED)
