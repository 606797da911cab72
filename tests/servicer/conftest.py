"""One served registry with the eight departments for all tests of a module."""

from collections.abc import Iterator

import pytest

from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="module", params=["writer", "reader"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """By the process that writes, and by one that reads beside it and answers at once: nobody may notice."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("served") / "registry"))
    by_reader = request.param == "reader"
    with serving(spine, by_reader=by_reader, at_once=by_reader) as running:
        yield running
