"""A bureau at work for the tests of a module, with pages by which anything may be proposed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.registry_web.browser import chromium, desktop, phone
from tests.registry_web.console_core.office import Office, office
from tests.registry_web.console_core.trial_pages import trial_pages

__all__ = ["bureau", "chromium", "desktop", "phone"]


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Registry, signing component and console, shared by the tests of a module."""
    with office(tmp_path_factory.mktemp("office"), pages_of=trial_pages) as made:
        yield made
