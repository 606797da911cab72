"""The administrator's way in a real browser, at desktop and phone width; every page fits and is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.registry_web import browser
from tests.registry_web.browser import DESKTOP, PHONE, Visit, running_chromium, visiting
from tests.registry_web.console_core.office import PIN, Office
from tests.registry_web.console_pages.screens import console_screens, cookie_of, fill_draft, furnish

CONTRAST = (Path(browser.__file__).parent / "portal" / "contrast.js").read_text("utf-8")
SIZES = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]


@pytest.fixture(scope="module")
def furnished(bureau: Office) -> Office:
    furnish(bureau)
    return bureau


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with running_chromium() as started:
        yield started


def enter(visit: Visit, bureau: Office, login: str, path: str) -> Any:
    """Opens a page as an official; those before him are forgotten."""
    visit.page.context.clear_cookies()
    visit.page.context.add_cookies([cookie_of(bureau, login)])
    visit.page.goto(bureau.url + path)
    return visit.page


def sign(page: Any) -> None:
    """Signs what the page shows, and waits for what becomes of it."""
    page.fill("#pin", PIN)
    page.get_by_role("button", name="签名并提交").click()
    page.get_by_text("登记系统已收下并记入日志").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_a_case_is_drafted_previewed_signed_and_reviewed(
    furnished: Office, chromium: Any, size: tuple[int, int]
) -> None:
    case = f"CSCZ-2026-W{size[0]}"
    with visiting(chromium, size) as visit:
        page = enter(visit, furnished, "handler", "/")
        page.get_by_role("link", name="禁入案件").click()
        page.get_by_role("link", name="新立案").click()
        fill_draft(page, case=case)
        sent: list[bytes] = []
        page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
        page.get_by_role("button", name="预览影响").click()
        page.get_by_role("button", name="核对并签名").wait_for()
        assert "禁止" in page.locator("#preview").inner_text()
        assert not any(b"%PDF the bid" in content for content in sent)
        page.get_by_role("button", name="核对并签名").click()
        sign(page)

        page = enter(visit, furnished, "handler", f"/bans/case/{case}")
        assert "您没有这一岗位" in page.locator("li.now").inner_text()
        page = enter(visit, furnished, "lawyer", "/")
        page.locator("tr", has_text=case).get_by_role("link", name="法制审核").click()
        page.get_by_label("合法, 可以继续办理").check()
        page.fill("#opinion", "事实清楚, 适用法律正确")
        page.fill("#on", "2026-11-21")
        page.get_by_role("button", name="核对并签名").click()
        assert "您没有办理过本案的其他步骤" in page.inner_text("main")
        sign(page)
        page = enter(visit, furnished, "chief", f"/bans/case/{case}")
        assert "法制审核通过" in page.inner_text("h1")
        assert visit.faults(furnished.url) == []


@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_complains_of_nothing_and_asks_nobody_else(
    furnished: Office, chromium: Any, size: tuple[int, int]
) -> None:
    wide, unnamed, faint = [], [], []
    with visiting(chromium, size) as visit:
        for login in dict.fromkeys(screen.login for screen in console_screens()):
            visit.page.context.clear_cookies()
            visit.page.context.add_cookies([cookie_of(furnished, login)])
            for screen in console_screens():
                if screen.login != login:
                    continue
                visit.page.set_viewport_size({"width": size[0], "height": size[1]})
                answer = visit.page.goto(furnished.url + screen.path)
                assert answer.status == 200, screen.name
                screen.steps(visit.page)
                for share in (1, 2) if size == DESKTOP else (1,):  # Read at 200 %: half as wide.
                    visit.page.set_viewport_size({"width": size[0] // share, "height": size[1]})
                    if visit.page.evaluate(_TOO_WIDE):
                        wide.append(f"{screen.name} at {share}00 %")
                unnamed += [f"{screen.name}: {each}" for each in visit.page.evaluate(_UNNAMED)]
                visit.page.evaluate(_UNFOLD)
                faint += [f"{screen.name}: {each}" for each in visit.page.evaluate(CONTRAST)]
        assert wide == []
        assert unnamed == []
        assert faint == []
        assert visit.faults(furnished.url) == []


_UNFOLD = "document.querySelectorAll('details').forEach((each) => (each.open = true))"
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
_UNNAMED = """
[...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")].filter((each) => {
  const labels = each.labels ? [...each.labels].map((label) => label.textContent).join("") : "";
  return !(labels || each.textContent || each.getAttribute("aria-label") || each.title || "").trim();
}).map((each) => each.outerHTML.slice(0, 80))
"""


def test_a_form_is_filled_in_and_sent_with_the_keyboard_alone(furnished: Office, chromium: Any) -> None:
    with visiting(chromium, DESKTOP) as visit:
        page = enter(visit, furnished, "lawyer", "/bans/case/CSCZ-2026-003/step/review")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.focus("input[name=lawful]")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("事实清楚")
        page.focus("button[value=sign]")
        page.keyboard.press("Enter")
        page.locator("#pin").wait_for()
        page.go_back()
        page.fill("#opinion", "")
        page.focus("button[value=sign]")
        page.keyboard.press("Enter")
        page.locator("#faults").wait_for()
        assert page.evaluate("document.activeElement.id") == "faults"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.url.endswith("#opinion")


def test_the_page_speaks_english_when_asked_and_remembers(furnished: Office, chromium: Any) -> None:
    with visiting(chromium, DESKTOP) as visit:
        page = enter(visit, furnished, "handler", "/?lang=en")
        assert page.inner_text("h1") == "Work"
        page.goto(f"{furnished.url}/bans/case/CSCZ-2026-002")
        assert "Defence" in page.inner_text("main")
        assert page.locator("html").get_attribute("lang") == "en"
