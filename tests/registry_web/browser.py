"""Real Chromium for tests of pages; every test that needs it is skipped with one line where it is missing.

Import the fixtures ``chromium``, ``desktop`` and ``phone`` into a ``conftest.py``:

    def test_…(desktop: Visit, portal: Portal) -> None:
        desktop.page.goto(portal.url)
        assert desktop.faults(portal.url) == []

``Visit.faults`` is what nobody wants to see: a request to somewhere else, a message of the console (breaches
of the content security policy are among them), an exception of a script. One Chromium serves a module:
Playwright keeps an event loop in the thread as long as it runs, so it must not outlive those that want it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = "/usr/bin/chromium"
DESKTOP = (1280, 800)
PHONE = (390, 844)
_PATIENCE_MS = 15_000


@dataclass(slots=True)
class Visit:
    """One reader's browser window, with what it asked for and what it complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    received: dict[str, int] = field(default_factory=dict)

    def faults(self, home: str) -> list[str]:
        """Complaints, and requests that went elsewhere than to ``home``."""
        return self.complaints + [f"request to {url}" for url in self.requests if not _stays(url, home)]

    def forget(self) -> None:
        """Starts the records anew."""
        for kept in (self.requests, self.complaints, self.received):
            kept.clear()


def _stays(url: str, home: str) -> bool:
    asked, own = urlsplit(url), urlsplit(home)
    return asked.scheme in ("data", "blob", "about") or asked[:2] == own[:2]


@contextmanager
def running_chromium() -> Iterator[Any]:
    """Chromium while the block runs. Skips the test where it, or Playwright, is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra dev)")
    program = CHROMIUM if os.path.exists(CHROMIUM) else shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed (package chromium)")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=sandbox)
        try:
            yield started
        finally:
            started.close()


@contextmanager
def visiting(chromium: Any, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[Visit]:
    """A new context of that size: no cookies, nothing kept. ``options`` are those of ``new_context``."""
    phone = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2} if size == PHONE else {}
    settings = {"viewport": {"width": size[0], "height": size[1]}, "locale": "zh-CN", **phone, **options}
    context = chromium.new_context(**settings)
    context.set_default_timeout(_PATIENCE_MS)
    try:
        yield watched(context.new_page())
    finally:
        context.close()


def watched(page: Any) -> Visit:
    """A visit that records what the page does."""
    visit = Visit(page)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("console", lambda message: _heard(visit, message))
    page.on("pageerror", lambda error: visit.complaints.append(f"exception: {error}"))
    page.on("requestfinished", lambda request: _weighed(visit, request))
    return visit


def _heard(visit: Visit, message: Any) -> None:
    if message.type in ("error", "warning"):
        visit.complaints.append(f"{message.type}: {message.text}")


def _weighed(visit: Visit, request: Any) -> None:
    sizes = request.sizes()
    visit.received[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Chromium for all tests of a module."""
    with running_chromium() as started:
        yield started


@pytest.fixture
def desktop(chromium: Any) -> Iterator[Visit]:
    """A new window of 1280 × 800."""
    with visiting(chromium, DESKTOP) as visit:
        yield visit


@pytest.fixture
def phone(chromium: Any) -> Iterator[Visit]:
    """A new window of a telephone, 390 × 844."""
    with visiting(chromium, PHONE) as visit:
        yield visit
