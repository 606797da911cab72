"""The town and its portal, once for all tests of a module; and browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.registry_web.browser import chromium, desktop, phone
from tests.registry_web.portal.town import Portal, town

__all__ = ["chromium", "desktop", "phone"]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with town(tmp_path_factory.mktemp("town")) as running:
        yield running
