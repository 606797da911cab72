"""The portal's screens, each as a name and the steps that lead to it: for pictures in the documents.

    for screen in portal_screens(shown):
        screen.open(page, portal.url)
        page.screenshot(path=f"{screen.name}.png", full_page=True)

``Shown`` says what a registry has to show: one organisation with bans or lists, a name that finds several,
and receipts that were just given. The language is the browser's cookie: ``page.goto(f"{url}/?lang=en")``
before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show."""

    code: str
    name: str
    unknown: str
    blocked: bytes
    signed: bytes
    forged: bytes
    pdf: bytes = b""


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen and how one comes to it."""

    name: str
    open: Callable[[Any, str], None]


def portal_screens(shown: Shown) -> tuple[Screen, ...]:
    """Every screen of the portal."""
    plain = {
        "home": "/", "bans": "/bans", "cases": "/cases", "objection": "/help/objection",
        "repair": "/help/repair", "about": "/about", "missing": "/no-such-page",
    }  # fmt: skip
    screens = [Screen(f"portal-{name}", partial(_page, path)) for name, path in plain.items()]
    searched = {
        "search": shown.name,
        "organisation": shown.code,
        "unknown": shown.unknown,
        "typo": shown.code[:-1],
    }
    screens += [Screen(f"portal-{name}", partial(_searched, text)) for name, text in searched.items()]
    screens.append(Screen("portal-verify", _verify))
    files = {"blocked": ("receipt.pb", shown.blocked), "signed": ("receipt.pb", shown.signed)}
    files |= {"forged": ("receipt.pb", shown.forged)}
    files |= {"pdf": ("receipt.pdf", shown.pdf)} if shown.pdf else {}
    screens += [Screen(f"portal-verify-{name}", partial(_verified, file)) for name, file in files.items()]
    screens.append(Screen("portal-verify-server", partial(_by_server, files["blocked"])))
    return tuple(screens)


def _page(path: str, page: Any, url: str) -> None:
    page.goto(url + path)


def _searched(text: str, page: Any, url: str) -> None:
    page.goto(url)
    page.fill("#q", text)
    with page.expect_navigation():
        page.press("#q", "Enter")


def _verify(page: Any, url: str) -> None:
    page.goto(f"{url}/verify")
    page.wait_for_selector("body[data-ready]")


def _verified(file: tuple[str, bytes], page: Any, url: str) -> None:
    _verify(page, url)
    name, content = file
    page.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.wait_for_selector("#result .outcome:not(.wait)")


def _by_server(file: tuple[str, bytes], page: Any, url: str) -> None:
    _verified(file, page, url)
    page.click("#whole")
    page.wait_for_selector("#result details[open]")
