"""One served registry with the eight departments for all tests of a module."""

from collections.abc import Iterator

import pytest

from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(furnish(found_spine(tmp_path_factory.mktemp("served") / "registry"))) as running:
        yield running
