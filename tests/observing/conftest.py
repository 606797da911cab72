"""One registry that is seen, for all tests of a module that change nothing for good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.observed import Seen, observed
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("seen") / "registry"), ["财政", "法院"])
    with observed(spine) as running:
        yield running
