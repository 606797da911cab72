"""Results of inspections on the portal: what is shown, that it is no credit, and what never is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest

from registry_web.portal.inspections import link_of
from tests.registry_web.portal.town import Portal, portal_of
from tests.support.events import firm, licence, placed
from tests.support.served import serving
from tests.support.spine import found_spine, furnish
from tests.support.visits import SUBJECT, Bureau, finding

HOSTILE = firm(7500)
HOSTILE.name = "=cmd|'/C'!A0<script>alert(1)</script>(示例)"
SECRETS = ("I-1", "I-2", "冀执法", "积水", "堵塞", "示例街7号", "现场照片")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    directory = tmp_path_factory.mktemp("inspected")
    bureau = Bureau.at(furnish(found_spine(directory / "registry")))
    placed(bureau.spine.say("市场监管", event=licence("市场监管", SUBJECT)))
    found = [finding(), finding(outside=True, fact="安全出口堵塞")]
    bureau.taken(bureau.record("JC-shown", findings=found))
    bureau.taken(bureau.publish("JC-shown"))
    bureau.taken(bureau.recheck("JC-shown"))
    bureau.taken(bureau.record("JC-hidden"))
    bureau.taken(bureau.record("JC-hostile", subject=HOSTILE))
    bureau.taken(bureau.publish("JC-hostile", place="javascript:alert(1)"))
    for number in range(30):
        nothing = {"results": [1], "findings": [], "rectify_by": "", "evidence": []}
        bureau.taken(bureau.record(f"JC-many-{number}", subject=firm(7501 + number), **nothing))
        bureau.taken(bureau.publish(f"JC-many-{number}", place="市局门前公告栏"))
    with serving(bureau.spine) as served, portal_of(served, directory) as running:
        yield running


def all_pages(portal: Portal) -> str:
    page = portal.get("/inspections").text
    told = page
    while more := re.search(r'href="(/inspections\?page=[^"]+)"', page):
        page = portal.get(more[1].replace("&amp;", "&")).text
        told += page
    return told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_that_it_is_no_evaluation_of_credit(portal: Portal, language: str) -> None:
    page = portal.get("/inspections", params={"lang": language})
    assert page.status_code == 200
    said = {"zh": "检查结果不是信用评价", "en": "no evaluation of credit"}[language]
    assert said in page.text
    portal.client.cookies.clear()  # The only one says which language.


def test_published_results_are_shown_and_others_are_not(portal: Portal) -> None:
    told = all_pages(portal)
    for said in (SUBJECT.name, "食品经营许可SP-1", "发现问题已责令改正", "整改到位", "市局门前公告栏"):
        assert said in told
    assert told.count("JC-many-") == 30
    assert "JC-hidden" not in told
    assert [each for each in SECRETS if each in told] == []


def test_nothing_that_was_written_runs_or_leads_astray(portal: Portal) -> None:
    told = all_pages(portal)
    assert "<script>alert" not in told
    assert 'href="javascript' not in told
    assert 'href="https://scjg.example/jc/7"' in told
    assert link_of("https://a.example/x y") == ""
    assert link_of("ftp://a.example") == ""


def test_one_organisation_is_asked_for_in_the_body_and_stands_in_no_address(portal: Portal) -> None:
    code = SUBJECT.identifier.value
    page = portal.post("/inspections", code=code.lower())
    assert "JC-shown" in page.text
    assert "JC-many-1" not in page.text
    assert not re.search(rf'href="[^"]*{code}', page.text)
    wrong = portal.post("/inspections", code=code[:-1] + "0")
    assert wrong.status_code == 400


def test_the_table_has_all_of_them_and_runs_nothing(portal: Portal) -> None:
    answer = portal.get("/inspections.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 32
    shown = next(row for row in rows if row["检查编号"] == "JC-shown")
    assert (shown["检查结果"], shown["整改到位日期"]) == ("发现问题已责令改正", "2026-11-23")
    assert next(row for row in rows if row["检查编号"] == "JC-hostile")["名称"].startswith("'=")
    assert [each for each in SECRETS if each in answer.text] == []


def test_what_is_disclosed_of_credit_says_nothing_of_inspections(portal: Portal) -> None:
    page = portal.post("/organisation", code=SUBJECT.identifier.value)
    assert page.status_code == 200
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert "检查结果" not in main
    assert "JC-shown" not in main


def test_a_place_that_is_none_is_refused(portal: Portal) -> None:
    assert portal.get("/inspections?page=nonsense").status_code == 400
    assert portal.get("/inspections?page=" + "x" * 5000).status_code == 400
