"""The form for complaints: sealed in a real browser, opened by two custodians, and nothing in between."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from registry.commands.supervision.complaints_inbox import Kept
from registry.evidence.inbox import InboxFiles
from registry.v1 import supervision_pb2 as act
from registry_client.supervision.complaints import Desk, Report, sealed_request
from registry_client.supervision.sealing import hand_over, open_sealed
from registry_web.portal.complaints import LODGED_AT_ONCE, TRACKED_AT_ONCE
from tests.registry_web.browser import PHONE, chromium, visiting
from tests.registry_web.portal.town import Portal, portal_of
from tests.servicer.supervision.marks import everything_on_disk
from tests.supervision.custodians_at_work import KEY, Custody
from tests.support.served import serving
from tests.support.spine import ORIGIN, found_spine, furnish

__all__ = ["chromium"]
MONDAY = date(2026, 3, 2)
SAID, WHO = "密言六一八: 后厨有老鼠🐀", "密名六一八, 电话13999999999"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Custody, Any]]:
    """A registry with an evidence store and three custodians, and where portals may be put before it."""
    directory = tmp_path_factory.mktemp("reported")
    spine = furnish(found_spine(directory / "registry", MONDAY), [KEY], delivered=False)
    with serving(spine) as served:
        yield served, Custody.at(spine), directory


@pytest.fixture
def portal(office: tuple[Any, Custody, Any]) -> Iterator[Portal]:
    """A portal of its own for each test: it counts how often somebody comes."""
    with portal_of(office[0], office[2]) as running:
        yield running


@pytest.fixture
def bureau(office: tuple[Any, Custody, Any]) -> Custody:
    return office[1]


def kept(portal: Portal, number: str) -> Kept:
    found = InboxFiles(portal.spine.directory / "evidence" / "inbox").find(number)
    assert found is not None
    return found


def opened(bureau: Custody, blob: bytes) -> str:
    message = hand_over(blob, bureau.private("乙"), bureau.public("丙"))
    return open_sealed(blob, bureau.private("丙"), message).decode()


def desk(bureau: Custody) -> Desk:
    return Desk(ORIGIN, bureau.code, "局", tuple(bureau.public(name) for name in ("甲", "乙", "丙")))


def sealed_json(bureau: Custody, **changes: Any) -> tuple[dict[str, Any], str]:
    """What the script sends, and the code."""
    made = sealed_request(Report(kind=act.COMPLAINT_KIND_REPORT, category="其他", text=SAID), desk(bureau))
    blobs = {name: b64encode(getattr(made.message, name)).decode() for name in ("content", "reporter")}
    texts = {"subject_code": "", "subject_name": "", "category": "其他", "region": "", "kind": "2"}
    digest = b64encode(made.message.code_sha256).decode()
    sent = {"number": made.number, "department": bureau.code, "code_sha256": digest} | texts | blobs
    return sent | changes, made.code


# --- in the browser -------------------------------------------------------------------------------


def filled(page: Any, url: str) -> None:
    page.goto(f"{url}/complaints")
    page.wait_for_selector("body[data-ready]")
    page.select_option("#kind", label="举报")
    page.fill("#text", SAID)
    page.fill("#reporter", WHO)


@pytest.mark.parametrize("size", [(1280, 800), PHONE], ids=["desktop", "phone"])
def test_what_is_written_leaves_the_browser_sealed_and_two_custodians_read_it(
    chromium: Any, portal: Portal, bureau: Custody, size: tuple[int, int]
) -> None:
    with visiting(chromium, size) as visit:
        page, bodies = visit.page, list[str]()
        page.on("request", lambda request: bodies.append(request.post_data or ""))
        filled(page, portal.url)
        assert page.evaluate("document.body.dataset.ready") == "here"
        assert page.is_visible("#sealed-here")
        assert not page.is_visible("#sealed-there")
        page.click("#complaint button")
        page.wait_for_selector("#received:not([hidden])")
        number, code = page.inner_text("#number"), page.inner_text("#code")
        assert page.input_value("#text") == ""
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert visit.faults(portal.url) == []
    (sent,) = filter(None, bodies)
    assert not [mark for mark in ("密言", "密名", "13999999999", code) if mark in sent]
    request = kept(portal, number).request
    assert (opened(bureau, request.content), opened(bureau, request.reporter)) == (SAID, WHO)
    assert request.code_sha256 == sha256(code.encode()).digest()
    assert "已收到，待登记" in portal.post("/complaints/track", number=number, code=code).text


def test_a_browser_without_x25519_says_so_before_anything_is_sent(
    chromium: Any, portal: Portal, bureau: Custody
) -> None:
    with visiting(chromium) as visit:
        page = visit.page
        page.add_init_script(
            "const made = crypto.subtle.generateKey.bind(crypto.subtle);"
            "crypto.subtle.generateKey = (given, ...rest) =>"
            " given.name === 'X25519' ? Promise.reject(new Error('no')) : made(given, ...rest);"
        )
        filled(page, portal.url)
        assert page.is_visible("#sealed-there")
        assert not page.is_visible("#sealed-here")
        page.click("#complaint button")
        page.wait_for_selector("#number")
        number = page.inner_text("#number")
    assert opened(bureau, kept(portal, number).request.content) == SAID


def test_a_fault_is_shown_and_what_was_written_stays(chromium: Any, portal: Portal) -> None:
    with visiting(chromium) as visit:
        filled(visit.page, portal.url)
        visit.page.fill("#subject_name", "老板电话13800138000")
        visit.page.click("#complaint button")
        visit.page.wait_for_selector("#faults:not([hidden])")
        assert "手机号码" in visit.page.inner_text("#faults")
        assert visit.page.input_value("#text") == SAID


CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")


def test_every_text_stands_out_and_nothing_scrolls_sideways(chromium: Any, portal: Portal) -> None:
    with visiting(chromium, PHONE) as visit:
        for path in ("/complaints", "/complaints/track", "/complaints/statistics"):
            visit.page.goto(f"{portal.url}{path}?lang=en")
            assert visit.page.evaluate(CONTRAST) == [], path
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert visit.faults(portal.url) == []


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/complaints", "/complaints/track", "/complaints/statistics"])
def test_the_pages_are_whole_in_both_languages(portal: Portal, path: str) -> None:
    for language in ("zh", "en"):
        answer = portal.get(path, params={"lang": language})
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_form_is_not_kept_by_a_browser_that_others_use(portal: Portal) -> None:
    assert portal.get("/complaints").headers["cache-control"] == "no-store"


def test_without_script_the_server_seals_and_keeps_nothing_in_clear(
    portal: Portal, bureau: Custody, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = portal.post(
        "/complaints", department=bureau.code, kind="2", category="其他", text=SAID, reporter=WHO,
        subject_code="", subject_name="", region="",
    )  # fmt: skip
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "密言" not in page.text
    for mark in ("密言六一八", "密名六一八", "13999999999"):
        assert mark not in caplog.text
        assert not everything_on_disk(portal.spine.directory.parent, mark.encode())


def test_a_sealed_report_sent_twice_is_one(portal: Portal, bureau: Custody) -> None:
    sent, _ = sealed_json(bureau)
    first = portal.client.post("/complaints/lodge", json=sent)
    assert first.json() == {"number": sent["number"], "received_on": "2026-03-02"}
    assert portal.client.post("/complaints/lodge", json=sent).json() == first.json()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000, b'{"number":1}', b"x" * 400_000]
)
def test_what_no_script_of_ours_sent_is_refused(portal: Portal, body: bytes) -> None:
    answer = portal.client.post("/complaints/lodge", content=body)
    assert answer.status_code in (400, 413)
    assert answer.json()["reasons"]


@pytest.mark.parametrize(
    "change",
    [
        {"content": "!"},
        {"kind": "x"},
        {"kind": "999999999999"},
        {"kind": float("inf")},
        {"kind": float("nan")},
        {"department": 3},
        {"number": None},
        {"region": "\ud800"},
    ],
)
def test_what_is_misspelt_is_refused(portal: Portal, bureau: Custody, change: dict[str, Any]) -> None:
    sent, _ = sealed_json(bureau, **change)
    answer = portal.client.post("/complaints/lodge", content=json.dumps(sent))
    assert answer.status_code == 400


def test_an_address_that_floods_the_form_is_turned_away(portal: Portal, bureau: Custody) -> None:
    codes = []
    for _ in range(int(LODGED_AT_ONCE) + 2):
        sent, _ = sealed_json(bureau)
        codes.append(portal.client.post("/complaints/lodge", json=sent).status_code)
    assert codes[0] == 200
    assert codes[-1] == 429


def test_another_page_makes_nobody_lodge_or_track(portal: Portal, bureau: Custody) -> None:
    sent, code = sealed_json(bureau)
    elsewhere = {"sec-fetch-site": "cross-site"}
    forged = portal.client.post("/complaints/lodge", json=sent, headers=elsewhere)
    assert forged.status_code == 403
    assert InboxFiles(portal.spine.directory / "evidence" / "inbox").find(sent["number"]) is None
    for path in ("/complaints", "/complaints/track"):
        assert portal.client.post(path, data={"number": "", "code": ""}, headers=elsewhere).status_code == 403
    portal.client.post("/complaints/lodge", json=sent)
    told = portal.post("/complaints/track", number=sent["number"], code=code)
    assert (told.status_code, told.headers["cache-control"]) == (200, "no-store")


def test_guessing_codes_gets_nowhere(portal: Portal, bureau: Custody) -> None:
    sent, code = sealed_json(bureau)
    portal.client.post("/complaints/lodge", json=sent)
    wrong = [
        portal.post("/complaints/track", number=sent["number"], code="0" * 20).status_code
        for _ in range(int(TRACKED_AT_ONCE) + 2)
    ]
    assert wrong[0] == 404
    assert wrong[-1] == 429
    assert portal.post("/complaints/track", number=sent["number"], code=code).status_code == 429


def test_where_nobody_can_open_nothing_can_be_lodged(office: tuple[Any, Custody, Any]) -> None:
    with portal_of(office[0], office[2]) as portal:
        refused = portal.post(
            "/complaints", department="11130900DEM0000000", kind="2", category="其他", text=SAID
        )
        assert refused.status_code == 400
        assert SAID not in refused.text
