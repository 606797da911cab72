"""A furnished registry for the tests of the law.

It is shared by the tests of a module, each of which names subjects of its own: what one test states
says nothing about the subjects of another.
"""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path_factory.mktemp("law") / "registry"))
    yield furnished
    furnished.engine.close()


@pytest.fixture
def early(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A furnished registry of its own on 2026-05-06, a Wednesday, before anything was publicised."""
    furnished = furnish(found_spine(tmp_path_factory.mktemp("early") / "registry", date(2026, 5, 6)))
    yield furnished
    furnished.engine.close()
