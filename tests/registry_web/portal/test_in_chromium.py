"""The portal in a real browser: the ways a citizen and an officer go, and verification on the page itself."""

from __future__ import annotations

import zlib
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson

from registry.provenance.answer import seal_receipt
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_SIGNED, Receipt
from registry_papers.answers import Printing, answer_paper
from tests.receipts_of_releases.folder import FOLDER
from tests.registry_papers.fonts_here import need_font
from tests.registry_web.browser import DESKTOP, PHONE, Visit, visiting
from tests.registry_web.portal.forgeries import forgeries
from tests.registry_web.portal.screens import Shown, portal_screens
from tests.registry_web.portal.town import BANNED, HOSTILE, LISTED, Portal, code_of
from tests.support.events import firm
from tests.verification.world import content_of, policy_text

PAGES = ("/", "/bans", "/cases", "/about", "/verify", "/help/objection", "/help/repair")
GOOD, BAD = "核验通过", "核验不通过"
UNCHECKED = "没有核验，请用服务器核验或registryctl"


def opened(visit: Visit, url: str) -> Any:
    """A page, once its scripts are ready."""
    visit.page.goto(url)
    if "/verify" in url:
        visit.page.wait_for_selector("body[data-ready]")
    return visit.page


def chosen(page: Any, name: str, content: bytes) -> str:
    """The heading of the result for a file."""
    page.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    return heading(page)


def heading(page: Any) -> str:
    page.wait_for_selector("#result .outcome:not(.wait) h2")
    return str(page.inner_text("#result .outcome h2"))


def by_server(page: Any) -> str:
    """The heading of the server's result for what was given last."""
    page.click("#whole")
    page.wait_for_selector("#result h2:has-text('服务器完整核验')")
    return heading(page)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_asks_elsewhere_complains_or_scrolls_sideways(
    chromium: Any, portal: Portal, language: str, size: tuple[int, int]
) -> None:
    with visiting(chromium, size) as visit:
        for path in PAGES:
            page = opened(visit, f"{portal.url}{path}?lang={language}")
            assert visit.faults(portal.url) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")


def test_every_text_on_every_page_stands_out_from_its_ground(chromium: Any, portal: Portal) -> None:
    receipt = portal.world.check(firm(BANNED).identifier)
    forged = next(each for each in forgeries(receipt) if each.line == "answer signature").content
    shown = Shown(
        code_of(LISTED), "沧州第1号", code_of(8080), content_of(receipt), content_of(receipt), forged
    )
    with visiting(chromium) as visit:
        for screen in portal_screens(shown):
            screen.open(visit.page, portal.url)
            visit.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
            assert visit.page.evaluate(CONTRAST) == [], screen.name


def test_at_twice_the_size_nothing_is_cut_off(chromium: Any, portal: Portal) -> None:
    with visiting(chromium, (640, 400)) as visit:  # 1280 × 800 at 200 %.
        for path in PAGES:
            page = opened(visit, f"{portal.url}{path}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_citizen_finds_a_firm_with_the_keyboard_alone(desktop: Visit, portal: Portal) -> None:
    page = opened(desktop, portal.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#q")
    page.keyboard.type("沧州第1号")
    page.keyboard.press("Enter")
    page.wait_for_selector("button.name")
    page.focus("button.name")
    page.keyboard.press("Enter")
    page.wait_for_selector("#restrictions")
    assert page.inner_text("h1") == firm(BANNED).name
    assert page.url == f"{portal.url}/organisation"
    assert not [url for url in desktop.requests if code_of(BANNED) in url or "%E6" in url]
    page.go_back()
    assert page.inner_text("h1") == "查询结果", "and back again without being asked to post anew"
    page.go_forward()
    page.wait_for_selector("#restrictions")
    page.click(".top .aside button")
    page.wait_for_selector("html[lang=en]")
    assert "Restrictions that follow" in page.inner_text("#restrictions-title")
    assert page.inner_text("h1") == firm(BANNED).name
    assert desktop.faults(portal.url) == []


def test_a_hostile_name_does_nothing(phone: Visit, portal: Portal) -> None:
    page = opened(phone, portal.url)
    page.fill("#q", code_of(HOSTILE))
    page.click(".search button")
    page.wait_for_selector("#restrictions")
    assert "<script>alert(1)</script>" in page.inner_text("h1")
    assert page.query_selector("main img, main script") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.faults(portal.url) == []


def test_first_page_weighs_little_and_comes_soon(chromium: Any, portal: Portal) -> None:
    with visiting(chromium) as visit:
        page = opened(visit, portal.url)
        took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        assert sum(visit.received.values()) < 150_000
        assert took < 1000


# --- verification ---------------------------------------------------------------------------------


@pytest.fixture
def proven(portal: Portal) -> bytes:
    return content_of(portal.world.check(firm(BANNED).identifier))


def test_a_receipt_is_verified_without_leaving_the_device(
    desktop: Visit, portal: Portal, proven: bytes
) -> None:
    page = opened(desktop, f"{portal.url}/verify")
    desktop.forget()
    assert chosen(page, "回执.pb", proven).startswith(GOOD)
    assert page.inner_text(".told .verdict strong") == "禁止"
    told = page.inner_text(".told")
    for said in (code_of(BANNED), "政府采购", "案1", "序号", "2026.4", "一至三年内禁止参加"):
        assert said in told
    page.click("#result details summary")
    lines = page.inner_text("#result .checks")
    assert "部门签名" in lines
    assert "不在浏览器里核验" in lines
    assert desktop.requests == []
    assert desktop.faults(portal.url) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_way_of_giving_it_leads_to_the_same(chromium: Any, portal: Portal, language: str) -> None:
    receipt = portal.world.check(firm(LISTED).identifier, evidence=EVIDENCE_LEVEL_SIGNED)
    content = content_of(receipt)
    verified = {"zh": GOOD, "en": "Verified"}[language]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = urlsafe_b64encode(packer.compress(content) + packer.flush()).decode().rstrip("=")
    with visiting(chromium) as visit:
        page = opened(visit, f"{portal.url}/verify?lang={language}")
        assert chosen(page, "x.json", MessageToJson(receipt).encode()).startswith(verified)
        for text in (
            b64encode(content).decode(),
            MessageToJson(receipt),
            f"https://credit.example/verify#r={packed}",
        ):
            page.evaluate("document.getElementById('paste').open = true")
            page.fill("#text", text)
            page.click("#check-text")
            assert heading(page).startswith(verified)
        opened(visit, "about:blank")
        page = opened(visit, f"{portal.url}/verify#r={packed}")
        assert heading(page).startswith(verified)
        assert "#" not in page.url, "what the code held does not stay in the address bar"
        assert visit.faults(portal.url) == []


DROP = """(bytes) => {
  const given = new DataTransfer();
  given.items.add(new File([new Uint8Array(bytes)], "dropped.pb"));
  const dropped = new DragEvent("drop", { dataTransfer: given, cancelable: true });
  document.getElementById("drop").dispatchEvent(dropped);
}"""


def test_a_file_may_be_dropped_and_then_checked_on_the_server_too(
    desktop: Visit, portal: Portal, proven: bytes
) -> None:
    page = opened(desktop, f"{portal.url}/verify")
    page.evaluate(DROP, list(proven))
    assert heading(page).startswith(GOOD)
    assert by_server(page) == "服务器完整核验：通过"
    assert "2026.4" in page.inner_text("#result .checks")


def test_what_is_told_is_of_what_was_given_last(desktop: Visit, portal: Portal, proven: bytes) -> None:
    forged = next(
        each for each in forgeries(portal.world.check(firm(BANNED).identifier)) if each.line == "form"
    )
    page = opened(desktop, f"{portal.url}/verify")
    assert chosen(page, "right.pb", proven).startswith(GOOD)
    page.evaluate("document.getElementById('paste').open = true")
    page.fill("#text", b64encode(forged.content).decode())
    page.click("#check-text")
    assert heading(page).startswith(BAD)
    assert by_server(page) == "服务器完整核验：不通过，不得采信", "the file chosen is not looked at"

    def late(route: Any) -> None:
        page.fill("#text", b64encode(forged.content).decode())
        page.click("#check-text")
        page.wait_for_selector("#result .outcome.bad")
        route.continue_()

    assert chosen(page, "again.pb", proven).startswith(GOOD)
    page.route("**/verify", late)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click("#whole")
    page.wait_for_selector("#whole:not([disabled])")
    assert heading(page).startswith(BAD)


def test_a_digest_alone_is_never_green_and_names_one_paper(
    desktop: Visit, portal: Portal, proven: bytes
) -> None:
    digest = urlsafe_b64encode(sha256(proven).digest()).decode().rstrip("=")
    page = opened(desktop, f"{portal.url}/verify#d={digest}&k=check")
    assert page.inner_text("#result h2") == "还不能核验"
    assert page.query_selector("#result .outcome.good") is None
    other = content_of(portal.world.check(firm(LISTED).identifier))
    assert chosen(page, "other.pb", other).startswith(BAD)
    assert "指纹不同" in page.inner_text("#result")
    assert page.query_selector(".told") is None
    assert by_server(page) == "服务器完整核验：不是二维码所指的那一份", "the server knows of no code"
    assert "指纹不同" in page.inner_text("#result .outcome.bad")
    assert "回执写明的结论" not in page.inner_text("#result")
    assert chosen(page, "right.pb", proven).startswith(GOOD)
    assert by_server(page) == "服务器完整核验：通过"
    nonsense = {"name": "p", "mimeType": "text/plain", "buffer": b"log nonsense\n"}
    page.set_input_files("#policy-file", nonsense)
    page.wait_for_selector("#policy-now.bad")
    assert chosen(page, "again.pb", proven) == "没有核验"
    assert by_server(page) == "服务器完整核验：没有与二维码核对"
    assert page.query_selector("#result .outcome.good") is None


def test_no_forgery_is_green_and_nothing_it_says_is_told(desktop: Visit, portal: Portal) -> None:
    page = opened(desktop, f"{portal.url}/verify")
    for forged in forgeries(portal.world.check(firm(BANNED).identifier)):
        said = chosen(page, f"{forged.name}.pb", forged.content)
        assert said.startswith((BAD, "没有核验")), forged.name
        assert page.query_selector(".told") is None, forged.name
    assert desktop.faults(portal.url) == []


def test_of_a_pdf_the_receipt_counts_and_not_the_page(phone: Visit, portal: Portal, proven: bytes) -> None:
    need_font()
    pdf = answer_paper(proven, Printing(verify_at=f"{portal.url}/verify")).pdf()
    page = opened(phone, f"{portal.url}/verify")
    assert chosen(page, "回执.pdf", pdf).startswith(GOOD)
    assert page.inner_text(".told .verdict strong") == "禁止"
    assert "PDF页面上写的不作数" in page.inner_text("#result")
    assert by_server(page) == "服务器完整核验：通过"
    assert "逐字节一致" in page.inner_text("#result")
    assert chosen(page, "x.pdf", pdf[:50_000]) == "没有核验"
    assert phone.faults(portal.url) == []


def test_sm2_is_said_to_be_beyond_the_browser(desktop: Visit, portal: Portal) -> None:
    folder = FOLDER / "0.1.0"
    page = opened(desktop, f"{portal.url}/verify")
    own = {"name": "sm2.policy", "mimeType": "text/plain", "buffer": (folder / "sm2.policy").read_bytes()}
    page.set_input_files("#policy-file", own)
    page.wait_for_selector("#policy-now.good")
    assert chosen(page, "sm2.pb", (folder / "sm2.pb").read_bytes()) == UNCHECKED
    assert "SM2 签名" in page.inner_text("#result .checks")
    assert page.query_selector(".told") is None


NO_ED25519 = """const known = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = async (format, key, algorithm, ...rest) => {
  if (algorithm.name === "Ed25519") throw new DOMException("unknown", "NotSupportedError");
  return known(format, key, algorithm, ...rest);
};"""


def test_a_browser_that_cannot_check_the_signature_says_so_and_tells_nothing(
    desktop: Visit, portal: Portal, proven: bytes
) -> None:
    desktop.page.add_init_script(NO_ED25519)
    page = opened(desktop, f"{portal.url}/verify")
    forged = Receipt.FromString(proven)
    forged.signature.signatures[0].sig = bytes(64)
    assert chosen(page, "forged.pb", content_of(seal_receipt(forged))) == UNCHECKED
    said = page.inner_text("#result")
    assert page.query_selector(".told") is None
    assert "禁止" not in said
    assert "签名和所附证明在本浏览器里成立" not in said
    page.click("#result button")
    page.wait_for_selector("#result h2:has-text('服务器完整核验')")
    assert heading(page) == "服务器完整核验：不通过，不得采信"


def test_a_readers_own_policy_decides(desktop: Visit, portal: Portal, proven: bytes, tmp_path: Path) -> None:
    page = opened(desktop, f"{portal.url}/verify")
    stranger = (FOLDER / "0.1.0" / "policy").read_bytes()
    page.set_input_files("#policy-file", {"name": "p", "mimeType": "text/plain", "buffer": stranger})
    page.wait_for_selector("#policy-now.good")
    assert chosen(page, "x.pb", proven).startswith(BAD)
    page.set_input_files("#policy-file", {"name": "p", "mimeType": "text/plain", "buffer": b"log nonsense\n"})
    page.wait_for_selector("#policy-now.bad")
    assert page.query_selector("#result .outcome") is None, "what another policy said is no longer told"
    assert chosen(page, "y.pb", proven) == "没有核验"
    mine = policy_text(portal.spine).encode()
    page.set_input_files("#policy-file", {"name": "q", "mimeType": "text/plain", "buffer": mine})
    page.wait_for_selector("#policy-now.good")
    assert chosen(page, "z.pb", proven).startswith(GOOD)


def test_without_scripts_the_server_verifies(chromium: Any, portal: Portal, proven: bytes) -> None:
    with visiting(chromium, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{portal.url}/verify")
        page.set_input_files("#file", {"name": "x.pb", "mimeType": "x/y", "buffer": proven})
        page.click("#whole")
        assert "服务器完整核验：通过" in page.inner_text("#result")
        assert "禁止" in page.inner_text("#result .big")
