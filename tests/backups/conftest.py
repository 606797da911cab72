"""An installation and its backups, made once for all tests here. Not to be changed: copy them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.command import in_process, installation
from tests.support.events import placed
from tests.support.served import short_ban
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation."""
    return installation(tmp_path_factory.mktemp("good") / "registry")


@pytest.fixture(scope="session")
def whole(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup."""
    backup = tmp_path_factory.mktemp("backups") / "backup"
    assert in_process("backup", "--directory", good, "--to", backup).code == 0
    return backup


@pytest.fixture
def backup(whole: Path, tmp_path: Path) -> Path:
    """A copy of the backup."""
    return Path(shutil.copytree(whole, tmp_path / "backup"))


@pytest.fixture
def storeless(good: Path, tmp_path: Path) -> Path:
    """A copy of the installation without its store."""
    copy = Path(shutil.copytree(good, tmp_path / "registry"))
    for path in copy.glob("registry.db*"):
        path.unlink()
    return copy


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An installation, and a backup from before its last statement."""
    home = tmp_path_factory.mktemp("grown")
    spine, old = furnish(found_spine(home / "registry"), ["财政"]), home / "old"
    placed(spine.say("财政", event=short_ban(1)))
    assert in_process("backup", "--directory", spine.directory, "--to", old).code == 0
    placed(spine.say("财政", event=short_ban(2)))
    spine.engine.close()
    return spine.directory, old
