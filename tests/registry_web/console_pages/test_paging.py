"""Long lists: a page at a time, nothing twice, nothing left out, whatever is recorded meanwhile."""

from __future__ import annotations

import re
from html import unescape

from demo.departments import OPERATOR
from registry_web.console.pages.one_page import ROWS
from tests.registry_web.console_core.office import Office
from tests.registry_web.console_pages.forms import At, Clerk
from tests.support.ban_cases import KEY
from tests.support.events import firm, penalty

MANY = ROWS + 7


def pages(clerk: Clerk, path: str, pattern: str) -> list[list[str]]:
    """What a pattern finds on each page of a listing, following it to its end."""
    found = []
    while path:
        text = clerk.get(path).text
        found.append(re.findall(pattern, text))
        following = re.search(r'<a class="button" href="([^"]+)" rel="next">', text)
        path = unescape(following[1]) if following else ""
    return found


def test_refusals_come_newest_first_page_by_page_and_are_the_departments_own(bureau: Office, at: At) -> None:
    for number in range(MANY):
        bureau.spine.say(KEY, f"RF-{number:03}", event=penalty(KEY, firm(300), "2027-03-01"))
        if number % 5 == 0:
            bureau.spine.say(OPERATOR.key, f"RO-{number}", event=penalty(KEY, firm(301), "2027-03-01"))
    found = pages(at("handler"), "/statements/refused", r">(RF-\d+)<")
    assert [len(page) for page in found[:1]] == [ROWS]
    told = [each for page in found for each in page]
    assert told == [f"RF-{number:03}" for number in reversed(range(MANY))]
    assert "RO-" not in at("handler").get("/statements/refused").text


def test_statements_are_paged_by_token_while_more_come_in(bureau: Office, at: At) -> None:
    for number in range(MANY):
        bureau.spine.say(KEY, f"PG-{number:03}", event=penalty(KEY, firm(310 + number), "2026-03-01"))
    first = at("handler").get("/statements").text
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    bureau.spine.say(KEY, "PG-late", event=penalty(KEY, firm(399), "2026-03-01"))
    second = at("handler").get(unescape(following[1])).text
    shown = re.findall(r">(PG-\w+)<", first) + re.findall(r">(PG-\w+)<", second)
    assert shown == [f"PG-{number:03}" for number in reversed(range(MANY))]


def test_no_page_links_to_an_identifier(bureau: Office, at: At) -> None:
    code = re.compile(r"9[1-3]\d{6}[0-9A-Z]{10}|\d{17}[0-9X]|11130900DEM\w+")
    for login in ("handler", "registrar", "auditor"):
        for path in ("/", "/bans", "/due", "/remedies?all=1", "/statements", "/directory", "/notices?all=1"):
            page = at(login).get(path)
            if page.status_code == 200:
                links = re.findall(r'(?:href|action)="([^"]*)"', page.text)
                assert [each for each in links if code.search(each)] == []
