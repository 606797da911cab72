"""The whole check on the server: receipts, forged ones, PDFs, what is neither, and too much at once."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_SIGNED
from registry_papers.answers import Printing, answer_paper
from registry_web.paper_check import _state, examined
from registry_web.portal.whole_check import COMING, COMING_OF_ONE, WholeCheck, WholeCheckError
from tests.registry_papers.fonts_here import need_font
from tests.registry_web.portal.forgeries import forgeries
from tests.registry_web.portal.town import BANNED, Portal
from tests.support.events import firm
from tests.verification.world import content_of, policy_text

JSON = {"accept": "application/json"}


def uploaded(portal: Portal, content: bytes, name: str = "回执.pb") -> dict[str, object]:
    """What the page's script is told of a file."""
    answer = portal.client.post("/verify", files={"file": (name, content)}, headers=JSON)
    found: dict[str, object] = json.loads(answer.content)
    return found


@pytest.fixture(scope="module")
def receipt(portal: Portal) -> bytes:
    return content_of(portal.world.check(firm(BANNED).identifier))


def test_a_receipt_is_worked_out_again_line_by_line(portal: Portal, receipt: bytes) -> None:
    found = uploaded(portal, receipt)
    assert (found["state"], found["verdict"], found["level"]) == ("good", "VERDICT_BLOCKED", "PROOF")
    lines = found["lines"]
    assert isinstance(lines, list)
    assert {"keys", "mandate", "edition", "verdict"} <= {line["name"] for line in lines}


def test_without_scripts_the_same_is_a_page_in_words(portal: Portal, receipt: bytes) -> None:
    page = portal.client.post("/verify", files={"file": ("x.pb", receipt)}).text
    assert "服务器完整核验：通过" in page
    assert "<strong>禁止</strong>" in page
    pasted = portal.post("/verify", text=b64encode(receipt).decode()).text
    assert "服务器完整核验：通过" in pasted


def test_no_forgery_passes(portal: Portal, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    policy.write_text(policy_text(portal.spine))
    for forged in forgeries(portal.world.check(firm(BANNED).identifier)):
        found = examined(forged.content, policy)
        assert (found["ok"], found["state"]) == (False, "bad"), forged.name
    page = portal.client.post("/verify", files={"file": ("x.pb", forged.content)}).text
    assert "不通过，不得采信" in page
    assert "<strong>禁止</strong>" not in page, "nothing of what a forged one says is told as its verdict"


def test_a_page_that_says_otherwise_than_its_receipt_fails(portal: Portal, receipt: bytes) -> None:
    need_font()
    pdf = answer_paper(receipt, Printing(verify_at=f"{portal.url}/verify")).pdf()
    found = uploaded(portal, pdf, "回执.pdf")
    assert (found["state"], found["verdict"]) == ("good", "VERDICT_BLOCKED")
    clear = content_of(portal.world.check(firm(4041).identifier))
    other = answer_paper(clear, Printing(verify_at=f"{portal.url}/verify")).pdf()
    lying = uploaded(portal, pdf[:20_000] + other[20_000:], "回执.pdf")
    assert lying["state"] == "bad"
    assert uploaded(portal, pdf + b"% a seal\n", "回执.pdf")["state"] == "warn"
    page = portal.client.post("/verify", files={"file": ("回执.pdf", pdf + b"% a seal\n")}).text
    assert "服务器完整核验：签名成立，但有的内容没有证明或者没有核对" in page
    assert uploaded(portal, pdf[:-2000], "回执.pdf")["state"] == "bad"


@pytest.mark.parametrize(
    ("name", "outcome", "state"),
    [
        ("page", "OK", "good"),
        ("page", "CLAIMED", "warn"),
        ("page", "SKIPPED", "warn"),
        ("page", "FAILED", "bad"),
        ("beside", "CLAIMED", "good"),
        ("shortfall", "CLAIMED", "warn"),
    ],
)
def test_what_nobody_compared_is_not_headed_as_passed(name: str, outcome: str, state: str) -> None:
    found = (("form", "OK"), (name, outcome))
    lines = [{"name": each, "outcome": how, "detail": ""} for each, how in found]
    assert _state(lines) == state


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"text": "不是回执"}, "既不是JSON，也不是base64"),
        ({}, "请选择文件"),
        ({"text": "AAAA"}, "不得采信"),
        ({"text": '{"version": 1}'}, "不得采信"),
    ],
)
def test_what_is_no_receipt_is_told_in_one_line(portal: Portal, form: dict[str, str], said: str) -> None:
    answer = portal.client.post("/verify", data=form)
    assert said in answer.text
    assert "服务器完整核验：通过" not in answer.text


def test_another_sites_page_cannot_make_a_reader_upload(portal: Portal, receipt: bytes) -> None:
    files = {"file": ("x.pb", receipt)}
    answer = portal.client.post("/verify", files=files, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, "请在本站的页面上核验" in answer.text) == (403, True)


def test_a_file_beyond_twenty_megabytes_is_not_read(portal: Portal) -> None:
    assert portal.client.post("/verify", files={"file": ("x", b"x" * (20 << 20) + b"y")}).status_code == 400
    assert portal.client.post("/verify", files={"file": ("x", b"x" * (22 << 20))}).status_code == 413


def test_one_client_has_one_file_checked_at_a_time(portal: Portal, receipt: bytes) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: uploaded(portal, receipt), range(4)))
    assert [each["state"] for each in answers if "state" in each], "one of them was checked"
    assert [each["fault"] for each in answers if "fault" in each], "the others were told to wait"
    assert uploaded(portal, receipt)["state"] == "good", "and afterwards the next is checked"


def test_only_so_many_files_come_in_at_a_time(tmp_path: Path) -> None:
    check = WholeCheck(tmp_path / "policy")
    with ExitStack() as coming:
        for number in range(COMING):
            coming.enter_context(check.coming(f"203.0.113.{number // COMING_OF_ONE}"))
            if number == COMING_OF_ONE - 1:
                with pytest.raises(WholeCheckError), check.coming("203.0.113.0"):
                    pass
        with pytest.raises(WholeCheckError), check.coming("198.51.100.1"):
            pass
    with check.coming("203.0.113.0"):
        pass


def test_the_policy_is_that_of_the_file_now(portal: Portal) -> None:
    served = portal.get("/verify/policy")
    assert served.text == policy_text(portal.spine)
    assert served.headers["cache-control"] == "no-cache"


def test_a_shortfall_is_amber_and_a_missing_policy_no_pass(portal: Portal, tmp_path: Path) -> None:
    signed = content_of(portal.world.check(firm(BANNED).identifier, evidence=EVIDENCE_LEVEL_SIGNED))
    policy = tmp_path / "policy"
    assert examined(signed, policy)["state"] == "bad"
    policy.write_text(policy_text(portal.spine))
    assert examined(signed, policy)["state"] == "good"


async def _ended(policy: Path, content: bytes) -> str:
    try:
        await WholeCheck(policy, timeout_s=0.05).of(content, "client")
    except WholeCheckError as error:
        return str(error)
    return ""


def test_a_check_that_takes_too_long_is_ended_and_is_no_pass(tmp_path: Path, receipt: bytes) -> None:
    assert "没有能够核验" in asyncio.run(_ended(tmp_path / "policy", receipt))
