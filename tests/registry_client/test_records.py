"""The SDK's listings go through every page, and through no state but that of the first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.access.identity import CallerRole
from registry_client import Credentials, Registry
from tests.registry_client.cli.served_office import office_of
from tests.support.events import ban, firm, list_entry, placed
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("sdk") / "registry"))
    for number in range(1, 6):
        event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(spine.say("财政", event=event))
        entry = list_entry("税务", firm(number), "L-03", "2025-03-01", "2028-02-29")
        placed(spine.say("税务", event=entry))
    with serving(spine) as running:
        yield running


@pytest.fixture
def registry(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    directory = tmp_path_factory.mktemp("sdk") / "portal"
    office_of(served, directory, served.system(CallerRole.PROCUREMENT_SYSTEM))
    with Registry(served.target, Credentials.load(directory)) as registry:
        yield registry


def test_every_page_is_fetched_in_order(registry: Registry) -> None:
    codes = [firm(number).identifier.value for number in range(1, 6)]
    for page_size in (1, 2, 1000):
        bans = registry.records.market_bans(page_size=page_size)
        assert [row.subject.value for row in bans] == codes
        assert [row.subject.value for row in registry.records.listed("L-03", page_size=page_size)] == codes


def test_what_is_recorded_after_the_first_page_is_not_in_the_listing(
    registry: Registry, served: Served
) -> None:
    bans = registry.records.market_bans(page_size=2)
    late = ban("财政", firm(6), "M-PRO-01", "2026-03-01", "2028-03-01")
    placed(served.spine.say("财政", event=late))
    assert len(list(bans)) == 5
    assert len(list(bans)) == 5, "and it can be gone through again"
    assert len(list(registry.records.market_bans())) == 6
