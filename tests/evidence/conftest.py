from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.evidence import Site
from tests.support.object_storage import Storage, running_storage

MakeSite = Callable[..., Site]


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """One object storage for all tests; skips, and says why, where there is none."""
    with running_storage(tmp_path_factory.mktemp("storage")) as storage:
        yield storage


@pytest.fixture(params=["directory", "object storage"])
def make_site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeSite]:
    """Opens an evidence store, by either way in which objects may lie."""
    settings = None
    if request.param != "directory":
        settings = request.getfixturevalue("storage").settings
    sites: list[Site] = []

    def make(**options: Any) -> Site:
        sites.append(Site(tmp_path / "evidence", storage=settings, **options))
        return sites[-1]

    yield make
    for site in sites:
        site.keep.close()


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site()
