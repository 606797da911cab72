"""The pages of supervision in Chromium, with something on each: nothing is refused, nothing overflows a
telephone, every text is readable in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.registry_web.browser import DESKTOP, PHONE, chromium, visiting
from tests.registry_web.console_core import office as core
from tests.registry_web.console_core.office import Office, office
from tests.registry_web.console_pages.screens import cookie_of
from tests.registry_web.console_pages.supervised import PORTAL, supervise, supervision_screens
from tests.registry_web.portal.town import Portal, portal_of
from tests.support.draws import storing

__all__ = ["chromium"]
CONTRAST = (Path(__file__).parents[1] / "portal" / "contrast.js").read_text("utf-8")
LOOKS = ((PHONE, "en", "light"), (DESKTOP, "zh", "dark"))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Portal]]:
    """A town under supervision: its console, and a portal before the same registry."""
    directory = tmp_path_factory.mktemp("supervised")
    with patch.object(core, "found_spine", storing), office(directory) as bureau:
        supervise(bureau)
        (directory / "portal").mkdir()
        with portal_of(bureau.served, directory / "portal") as portal:
            yield bureau, portal
        bureau.spine.engine.upkeep.mapper.close()


@pytest.mark.parametrize(("size", "language", "scheme"), LOOKS, ids=["phone", "dark"])
def test_the_console_shows_every_page_of_supervision_without_a_fault(
    chromium: Any, town: tuple[Office, Portal], size: tuple[int, int], language: str, scheme: str
) -> None:
    bureau, _ = town
    for screen in supervision_screens(bureau):
        with visiting(chromium, size, color_scheme=scheme) as visit:
            spoken = {"name": "lang", "value": language, "url": bureau.url}
            visit.page.context.add_cookies([cookie_of(bureau, screen.login), spoken])
            screen.open(visit.page, bureau.url)
            assert faults(visit, bureau.url) == [], screen.name


@pytest.mark.parametrize(("size", "language", "scheme"), LOOKS, ids=["phone", "dark"])
def test_the_portal_shows_every_page_of_supervision_without_a_fault(
    chromium: Any, town: tuple[Office, Portal], size: tuple[int, int], language: str, scheme: str
) -> None:
    _, portal = town
    with visiting(chromium, size, color_scheme=scheme) as visit:
        for path in PORTAL:
            visit.page.goto(f"{portal.url}/{path}?lang={language}")
            assert faults(visit, portal.url) == [], path


def faults(visit: Any, home: str) -> list[Any]:
    """What is wrong with the page that is open."""
    wide = visit.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*visit.faults(home), *(["too wide"] if wide else []), *visit.page.evaluate(CONTRAST)]


def test_the_pages_of_supervision_on_the_portal_have_one_bar_of_tabs(town: tuple[Office, Portal]) -> None:
    _, portal = town
    tabs = ("matters", "rules", "intermediaries", "draws", "plans", "inspections", "associations")
    for path in tabs:
        page = portal.get(f"/{path}").text
        bar = page.partition('<ul class="tabs">')[2].partition("</ul>")[0]
        assert [bar.count(f'href="/{each}"') for each in tabs] == [1] * len(tabs)
        assert f'href="/{path}" aria-current="page"' in bar
        assert '<a href="/matters" aria-current="page">审批与监管</a>' in page
