"""The portal's pages over HTTP: what they show, what they refuse, and what they never repeat."""

from __future__ import annotations

import csv
import io
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.registry_web.portal.town import (
    BANNED,
    FINED,
    HOSTILE,
    LISTED,
    MANY,
    PLAIN,
    WITHDRAWN,
    Portal,
    code_of,
    portal_of,
)
from tests.support.events import firm, person, placed, withdrawal

PAGES = ("/", "/bans", "/cases", "/about", "/verify", "/help/objection", "/help/repair")
NUMBER = person(1).identifier.value


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_both_languages(portal: Portal, path: str) -> None:
    for language, tag in (("zh", "zh-CN"), ("en", "en")):
        answer = portal.get(path, params={"lang": language})
        assert answer.status_code == 200
        assert f'<html lang="{tag}">' in answer.text
        assert not re.search(r"\{[0-9%{]", answer.text), "a place that was not filled in"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_language_is_remembered_by_the_only_cookie(portal: Portal) -> None:
    answer = portal.get("/", params={"lang": "en"})
    assert set(answer.cookies) == {"lang"}
    portal.client.cookies.set("lang", "en")
    try:
        assert '<html lang="en">' in portal.get("/bans").text
    finally:
        portal.client.cookies.clear()


def test_a_ban_is_shown_with_its_article_its_clocks_and_the_way_out(portal: Portal) -> None:
    page = portal.post("/organisation", code=code_of(BANNED)).text
    for said in (
        "一至三年内禁止参加政府采购活动",
        "2026-03-01 至 2028-03-01",
        "政府采购法 第七十七条",
        "行政复议",
    ):
        assert said in page
    for said in ("效力", "公示", "可以申请修复", "这不是评分", "没有信息，不能证明没有"):
        assert said in page


def test_restrictions_that_follow_from_lists_are_named_by_their_list(portal: Portal) -> None:
    page = portal.post("/organisation", code=code_of(LISTED)).text
    assert page.count("失信被执行人名单") >= 2
    assert "拖欠农民工工资失信联合惩戒对象名单" in page


def test_a_fine_is_shown_with_the_words_of_the_official_form(portal: Portal) -> None:
    page = portal.post("/organisation", code=code_of(FINED)).text
    assert "处罚类别" in page
    assert "罚款金额（万元）" in page


def test_a_code_leads_from_the_search_box_to_the_organisation(portal: Portal) -> None:
    spaced = " ".join(code_of(PLAIN)[at : at + 4] for at in range(0, 18, 4)).lower()
    page = portal.post("/search", q=spaced).text
    assert firm(PLAIN).name in page
    assert "没有从公示信息产生的限制" in page


def test_a_name_leads_to_a_list_whose_buttons_post_the_code(portal: Portal) -> None:
    answer = portal.post("/search", q="沧州第4号")
    assert firm(PLAIN).name in answer.text
    assert f'<input type="hidden" name="code" value="{code_of(PLAIN)}">' in answer.text


def test_a_code_that_nobody_recorded_says_so_and_that_it_proves_nothing(portal: Portal) -> None:
    page = portal.post("/organisation", code=code_of(8080)).text
    assert "登记系统没有这一代码的任何登记" in page
    assert "没有登记不等于没有问题" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (code_of(PLAIN)[:-1] + "0", "校验码不符"),
        ("911309020000000000", "末三位为“000”"),
        ("91130902DEM00001", "应为18位，实为16位"),
        ("9113O902DEM000014X", "字母I、O、S、V、Z从不使用"),
        ("DEM000014", "9位的是组织机构代码"),
        ("沧", "两个字以上"),
        ("   ", "两个字以上"),
        ("长" * 101, "最多100个字"),
    ],
)
def test_what_is_neither_name_nor_code_is_told_in_one_line(portal: Portal, typed: str, said: str) -> None:
    answer = portal.post("/search", q=typed)
    assert answer.status_code == 400
    assert said in answer.text
    assert answer.text.count('id="q-fault"') == 1


@pytest.mark.parametrize("path", ["/search", "/organisation"])
@pytest.mark.parametrize(
    "written", [NUMBER, f" {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]} ", f"示例某{NUMBER}"]
)
def test_a_citizens_number_is_refused_and_neither_repeated_nor_logged(
    portal: Portal, path: str, written: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = portal.post(path, q=written, code=written)
    assert answer.status_code == 400
    assert "不提供自然人的任何信息" in answer.text
    told = answer.text + caplog.text + str(answer.headers)
    assert NUMBER[6:] not in told.replace(" ", "")


def test_a_listed_person_is_on_no_page(portal: Portal) -> None:
    pages = [portal.get(path).text for path in ("/bans", "/cases", "/bans.csv")]
    assert not any("示例某" in page or "1309**" in page or NUMBER in page for page in pages)


def test_search_and_organisation_are_no_addresses(portal: Portal) -> None:
    for path in ("/search", "/organisation"):
        answer = portal.get(path, params={"q": code_of(BANNED), "lang": "en"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=en")


def test_a_hostile_name_is_text_everywhere(portal: Portal) -> None:
    pages = [portal.get("/bans").text, portal.post("/organisation", code=code_of(HOSTILE)).text]
    pages += [portal.post("/search", q="<script>alert(1)</script>'\"").text]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[1]


# --- listings -------------------------------------------------------------------------------------


def test_the_list_of_bans_is_leafed_by_token_to_its_end(portal: Portal) -> None:
    names, address = set[str](), "/bans?domain=bidding"
    for _ in range(20):
        page = portal.get(address).text
        names |= set(re.findall(r">(沧州第[0-9]+号\(示例\)有限公司)<", page))
        following = re.search(r'class="button main" href="([^"]+)"', page)
        if following is None:
            break
        address = following[1].replace("&amp;", "&")
        assert "domain=bidding" in address
    assert names == {firm(number).name for number in MANY}


def test_filters_leave_out_what_they_say(portal: Portal) -> None:
    procurement = portal.get("/bans", params={"domain": "procurement"}).text
    assert firm(BANNED).name in procurement
    assert "M-BID-02" not in procurement
    assert firm(BANNED).name in portal.get("/bans", params={"measure": "m-pro-01"}).text
    assert "没有符合条件的市场禁入" in portal.get("/bans", params={"measure": "M-BUS-03"}).text


def test_every_fault_of_the_filters_is_told_at_once(portal: Portal) -> None:
    answer = portal.get(
        "/bans", params={"domain": "moon", "measure": "1", "region": "<b>", "page": "x" * 5000}
    )
    assert answer.status_code == 400
    for said in ("领域不在", "措施代码应", "6位行政区划", "页码不能识别"):
        assert said in answer.text
    assert portal.get("/bans", params={"page": "not-a-token"}).status_code == 400


def test_the_csv_has_every_page_opens_in_spreadsheets_and_runs_nothing(portal: Portal) -> None:
    answer = portal.get("/bans.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"] == 'attachment; filename="market-bans-20261123.csv"'
    heading, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heading[:2] == ["名称", "统一社会信用代码"]
    assert {row[1] for row in rows} >= {code_of(number) for number in (BANNED, HOSTILE, *MANY)}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    (hostile,) = (row for row in rows if row[1] == code_of(HOSTILE))
    assert hostile[0].startswith("'=cmd")


def test_what_is_withdrawn_is_gone_from_every_page_at_once(portal: Portal) -> None:
    subject = firm(WITHDRAWN)
    assert subject.name in portal.get("/bans").text + portal.get("/bans.csv").text
    placed(portal.spine.say("财政", withdrawal=withdrawal("财政", "to-withdraw")))
    assert subject.name not in portal.get("/bans").text + portal.get("/bans.csv").text
    assert "一至三年内禁止" not in portal.post("/organisation", code=subject.identifier.value).text


def test_typical_cases_are_the_serious_lists_newest_first(portal: Portal) -> None:
    page = portal.get("/cases").text
    assert page.index("拖欠农民工工资失信联合惩戒对象名单") < page.index("失信被执行人名单")
    assert "责令限期支付逾期未支付" in page


def test_the_charts_numbers_are_in_tables_too(portal: Portal) -> None:
    page = portal.get("/").text
    assert page.count('<svg class="chart') == 2
    running = re.search(r'<th scope="row">2026-11</th>((?:<td class="number">[0-9,]+</td>)+)', page)
    assert running is not None
    in_force = len(MANY) + 2  # The two lists bring one restriction of bidding each about.
    assert f'<td class="number">{in_force}</td>' in running[1]


# --- bounds ---------------------------------------------------------------------------------------


def test_pages_of_errors_are_in_the_same_style(portal: Portal) -> None:
    missing = portal.get("/no/such/page")
    assert missing.status_code == 404
    assert "没有这个页面" in missing.text
    assert 'class="site"' in missing.text
    assert portal.client.post("/bans").status_code == 405


def test_forms_beyond_their_bounds_are_refused(portal: Portal) -> None:
    many = {f"f{number}": "x" for number in range(40)}
    assert portal.client.post("/search", files={"q": ("q", b"x")}, data=many).status_code == 400
    assert portal.client.post("/search", content=b"q=" + b"x" * (22 << 20)).status_code == 413
    encoded = {"content-type": "application/x-www-form-urlencoded"}
    for path in ("/search", "/organisation", "/verify", "/complaints/track"):  # No field is opened by these.
        answer = portal.client.post(path, content=b"&" * 500_000, headers=encoded)
        assert (answer.status_code, "提交的内容" in answer.text) == (413, True)


def test_another_host_is_not_answered(portal: Portal) -> None:
    assert portal.get("/", headers={"host": "evil.example"}).status_code == 421


def test_the_first_page_is_light(portal: Portal) -> None:
    page = portal.get("/", headers={"accept-encoding": "gzip"})
    parts = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    sizes = [int(portal.get(part).headers["content-length"]) for part in parts]
    assert int(page.headers["content-length"]) + sum(sizes) < 40_000
    assert page.elapsed.total_seconds() < 1.0


def test_without_the_registry_pages_say_so_and_help_is_still_there(portal: Portal, tmp_path: Path) -> None:
    gone = replace(portal.world.served, target="127.0.0.1:9", channels={})
    with portal_of(gone, tmp_path) as lost:
        first = lost.get("/")
        assert (first.status_code, "统计数字暂时不能取得" in first.text) == (200, True)
        for answer in (lost.post("/search", q="沧州第4号"), lost.get("/bans"), lost.get("/bans.csv")):
            assert (answer.status_code, "登记系统暂时没有应答" in answer.text) == (503, True)
        assert lost.get("/help/objection").status_code == 200
        (tmp_path / "verify.policy").unlink()
        broken = lost.get("/verify")
        assert (broken.status_code, 'class="site"' in broken.text) == (500, True)
        assert str(tmp_path) not in broken.text


def test_whoever_asks_too_often_is_told_to_wait_on_a_page_like_the_others(
    portal: Portal, tmp_path: Path
) -> None:
    with portal_of(portal.world.served, tmp_path) as another:
        answers = [another.post("/organisation", code=code_of(PLAIN)) for _ in range(130)]
        assert {answer.status_code for answer in answers[:100]} == {200}
        assert answers[-1].status_code == 429
        assert "查询过于频繁" in answers[-1].text
        assert another.get("/help/repair").status_code == 200, "pages that ask nothing are still there"
