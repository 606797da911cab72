"""Officials who fill in forms of the console over HTTP, as a browser without script would.

    handler = at("handler")
    outcome = handler.act("/bans/case/C-1/step/notice", {"document_number": "…", …}, {"receipt": b"…"})
    assert outcome.accepted

``act`` posts a form, reads the page on which it is signed, signs with the PIN, and answers what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx

from tests.registry_web.console_core.office import PIN, Office, csrf_of, hidden, own

_TAG = re.compile(r"<[^>]+>")
Files = Mapping[str, bytes]


def words(page: httpx.Response) -> str:
    """What a page says within its main part, without markup."""
    main = page.text.partition("<main")[2]
    return " ".join(unescape(_TAG.sub(" ", main)).split())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: its own faults, or what the registry said to the act."""

    page: httpx.Response
    signed: httpx.Response | None = None
    """The page on which it was signed; None where it did not come so far."""

    @property
    def text(self) -> str:
        """What the last page says."""
        return words(self.page)

    @property
    def accepted(self) -> bool:
        """Whether the registry has it."""
        return self.signed is not None and "已收下并记入日志" in self.text

    @property
    def position(self) -> int:
        """Where it stands in the log."""
        found = re.search(r'class="figure">(\d+)<', self.page.text)
        assert found, self.text
        return int(found[1])


@dataclass(slots=True)
class Clerk:
    """An official at his desk."""

    office: Office
    login: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        cookies = {"session": self.office.session(self.login)}
        self.client = httpx.Client(base_url=self.office.url, cookies=cookies, trust_env=False, timeout=60)

    def get(self, path: str) -> httpx.Response:
        """A page."""
        return self.client.get(path)

    def read(self, path: str) -> str:
        """What a page says; it must be there."""
        page = self.get(path)
        assert page.status_code == 200, (path, page.status_code, words(page))
        return words(page)

    def post(
        self, path: str, fields: Mapping[str, Any], files: Files | None = None, *, at: str = ""
    ) -> httpx.Response:
        """Posts a form whose page is at the same address, or ``at`` another."""
        page = self.get(at or path)
        data = {"csrf": csrf_of(page), **fields}
        sent = {name: (f"{name}.txt", content) for name, content in (files or {}).items()}
        return self.client.post(path, data=data, files=sent or None, headers=own(self.office.url))

    def act(
        self, path: str, fields: Mapping[str, Any], files: Files | None = None, pin: str = PIN, **more: str
    ) -> Outcome:
        """Posts a form, signs the act that it becomes, and answers what became of it. ``more`` is filled in
        where it is signed."""
        posted = self.post(path, {"do": "sign", **fields}, files)
        if posted.status_code != 303:
            return Outcome(posted)
        shown = self.client.get(posted.headers["location"])
        assert shown.status_code == 200, words(shown)
        if 'name="pin"' not in shown.text:
            return Outcome(shown, shown)  # The same content was signed before.
        given = {"csrf": csrf_of(shown), "digest": hidden(shown, "digest"), "pin": pin, "answer": "", **more}
        done = self.client.post(shown.url.path, data=given, headers=own(self.office.url))
        page = self.client.get(done.headers["location"]) if done.status_code == 303 else done
        return Outcome(page, shown)


@dataclass(slots=True)
class At:
    """Officials by account, each with one session."""

    office: Office
    clerks: dict[str, Clerk] = field(default_factory=dict)

    def __call__(self, login: str) -> Clerk:
        """One of them."""
        if login not in self.clerks:
            self.clerks[login] = Clerk(self.office, login)
        return self.clerks[login]
