"""An official in a real browser: invited, signed in, an act signed with the authenticator, signed out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.registry_web.browser import Visit
from tests.registry_web.console_core.office import PIN, Office
from tests.support.events import firm

PASSWORD = "石榴 河灯 三月 琥珀 窗台 北斗"


@contextmanager
def authenticator(page: Any) -> Iterator[Any]:
    """A virtual authenticator in the browser (WebAuthn, CDP)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield session, made["authenticatorId"]


def bind(bureau: Office, login: str, official_id: str) -> None:
    """As `registry-web signer-key bind` does."""
    credentials = bureau.accounts.credentials(bureau.account(login).number)
    assert credentials
    for held in bureau.ring.of_official(bureau.spine.code("财政"), official_id):
        bureau.ring.bind(held.keyid, credentials)


def enter(bureau: Office, page: Any, login: str) -> None:
    page.goto(f"{bureau.url}/sign-in?next=/me")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/me")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_invited_signed_in_an_act_signed_and_signed_out(
    bureau: Office, request: pytest.FixtureRequest, size: str
) -> None:
    visit: Visit = request.getfixturevalue(size)
    page = visit.page
    login, official_id = "handler", "B-11"
    token = bureau.accounts.reset(login)
    with authenticator(page):
        page.goto(f"{bureau.url}/invite#{token}")
        assert page.input_value("#token") == token
        assert token not in page.url  # Nor in the history.
        page.click("main button")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/sign-in?said=settled")
        enter(bureau, page, login)
        bind(bureau, login, official_id)
        assert page.locator("main h1").inner_text() == f"示例{official_id}"
        case = f"W-{size}"
        bureau.bans.subjects[case] = firm(9100 + len(size))
        place = proposed(bureau, page, bureau.bans.body("ban_draft", case))
        page.goto(bureau.url + place)
        assert case in page.inner_text("main")
        page.fill("#pin", PIN)
        page.click(".confirm button")
        page.wait_for_selector("text=登记系统已收下并记入日志")
        page.reload()
        page.go_back()
        page.goto(bureau.url + place)
        assert "登记系统已收下" in page.inner_text("main")
        page.goto(f"{bureau.url}/me")
        assert "市场禁入: 立案拟定" in page.inner_text("main")
        page.click(".aside button")
        page.wait_for_url("**/sign-in")
        page.goto(f"{bureau.url}/me")
        assert "/sign-in" in page.url
    assert visit.faults(bureau.url) == []


def proposed(bureau: Office, page: Any, body: Any) -> str:
    """Proposes a body in the browser's own session; the address of the act."""
    page.goto(bureau.url + "/")
    made: str = page.evaluate(
        """async ([body]) => {
            const csrf = document.querySelector('[name=csrf]').value;
            const form = new URLSearchParams({csrf, kind: 'ban_draft', body, title: '立案拟定'});
            return (await fetch('/try', {method: 'POST', body: form})).url;
        }""",
        [body.SerializeToString().hex()],
    )
    return made.removeprefix(bureau.url)


def test_an_authenticator_that_does_not_verify_its_user_does_not_sign_in(
    bureau: Office, desktop: Visit
) -> None:
    page = desktop.page
    token = bureau.accounts.reset("lawyer")
    with authenticator(page) as (session, name):
        page.goto(f"{bureau.url}/invite#{token}")
        page.click("main button")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/sign-in?said=settled")
        session.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
        page.goto(f"{bureau.url}/sign-in")
        page.fill("#login", "lawyer")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_selector("[data-said]:visible")
        assert re.search("第二因素没有完成", page.inner_text("main"))
        page.goto(f"{bureau.url}/me")
        assert "/sign-in" in page.url


def test_pages_are_usable_by_keyboard_and_at_twice_the_size(bureau: Office, desktop: Visit) -> None:
    page = desktop.page
    page.goto(f"{bureau.url}/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert {"login", "password", "继续"} <= set(seen)
    page.set_viewport_size({"width": 640, "height": 400})  # As 1280 at 200 %.
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
