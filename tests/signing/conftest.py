"""Hardware that exists in tests only: tokens of SoftHSM, and a device by GM/T 0018."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.signing.token_module import module_at
from tests.support.compiled import compiled
from tests.support.soft_sdf import SoftDevice
from tests.support.softhsm import SoftToken


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    """An empty token; what the test opened is closed behind it."""
    token = SoftToken.create(tmp_path, monkeypatch)
    yield token
    module_at(str(token.library)).reset()


@pytest.fixture(scope="session")
def sdf_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of the soft device."""
    return compiled("soft_sdf.c", tmp_path_factory.mktemp("sdf"))


@pytest.fixture
def device(sdf_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftDevice:
    """An empty device."""
    return SoftDevice.create(sdf_library, tmp_path, monkeypatch)
