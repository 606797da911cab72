from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.history import write_rich_history
from tests.support.served import serving
from tests.support.spine import found_spine, furnish
from tests.verification.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("verification") / "registry"))
    write_rich_history(spine)
    spine.deliver()
    spine.reopen()
    mapper = spine.engine.upkeep.mapper
    mapper.start()
    with serving(spine) as running:
        yield World(running)
        mapper.close()
