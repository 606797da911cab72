"""The finance bureau at work (``console_core.office``), one for all tests here, and officials at forms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.registry_web.console_core.office import Office, office
from tests.registry_web.console_pages.forms import At


@pytest.fixture(scope="session")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The bureau, its registry, signing component and console running."""
    with office(tmp_path_factory.mktemp("bureau")) as made:
        yield made


@pytest.fixture
def at(bureau: Office) -> Iterator[At]:
    """Officials by their account: ``at("handler").get("/")``."""
    made = At(bureau)
    yield made
    for clerk in made.clerks.values():
        clerk.client.close()
