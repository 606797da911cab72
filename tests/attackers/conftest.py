from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.v1.receipt_pb2 import Receipt
from tests.attackers.scene import BARRED, FREE, UNKNOWN, Scene, Watcher
from tests.support.tampering import Copy


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The installation before the ban was stated: what a backup holds."""
    return Scene.found(tmp_path_factory.mktemp("attackers") / "registry")


@pytest.fixture(scope="session")
def scene(before: Scene, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The installation with the ban."""
    directory = before.copy(tmp_path_factory.mktemp("barred")).config.home
    before.barred(directory)
    return Scene(directory, before.signers, before.clock, before.policy, before.numbers)


@pytest.fixture(scope="session")
def kept(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Receipt]]:
    """Receipts that honest people filed before the attack."""
    directory = scene.copy(tmp_path_factory.mktemp("kept")).config.home
    with scene.running(directory) as stage:
        yield {
            "barred": stage.receipt(BARRED),
            "free": stage.receipt(FREE),
            "unknown": stage.receipt(UNKNOWN),
        }


@pytest.fixture
def copy(scene: Scene, tmp_path: Path) -> Copy:
    """The installation in the attacker's hands, with everything in it."""
    held = tmp_path / "held"
    held.mkdir()
    return scene.copy(held)


@pytest.fixture
def watcher(scene: Scene, tmp_path: Path) -> Watcher:
    """A follower that has seen nothing yet."""
    return Watcher(scene, tmp_path / "mirror")
