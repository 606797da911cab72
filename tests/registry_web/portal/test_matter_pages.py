"""The portal's pages of matters, rules, intermediaries and associations: what everybody sees, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from registry.v1 import supervision_pb2 as acts
from tests.registry_web.portal.town import Portal, portal_of
from tests.support.events import firm
from tests.support.matters import (
    HOUSING,
    MARKET,
    MatterTown,
    filing,
    intermediary,
    matter,
    note,
    review,
    rule,
)
from tests.support.served import serving
from tests.support.spine import found_spine, furnish

PAGES = ("/matters", "/rules", "/intermediaries", "/associations")
FINDING = acts.ASSOCIATION_NOTE_KIND_FINDING


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal before a registry with a matter of every kind of fate."""
    directory = tmp_path_factory.mktemp("portal")
    spine = furnish(found_spine(directory / "registry"))
    town = MatterTown.of(spine)
    delegated = {"kind": acts.MATTER_KIND_DELEGATED, "taken_over_by": HOUSING, "taker_supervised_by": MARKET}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("监管员", {"matter": matter("SP-1")}),
        ("监管员", {"matter": matter("SP-2", name="药品经营许可", matter_class="药品", **delegated)}),
        ("监管员", {"rule": rule("ZD-1")}),
        ("司法员", {"rule_review": review("ZD-1", opinion="内部意见甲")}),
        ("编办员", {"rule_filing": filing("ZD-1", "沧编备〔2026〕1号")}),
        ("监管员", {"rule": rule("ZD-2", title="尚未备案的草案")}),
        ("监管员", {"intermediary": intermediary("ZJ-1", qualified_until="2020-01-01")}),
        ("协会员", {"association_note": note("HY-1")}),
        ("协会员", {"association_note": note("ZL-1", FINDING, content="<b>提醒</b>")}),
    ]
    for who, act in steps:
        assert town.act(who, **act) == []
    with serving(spine) as served, portal_of(served, directory) as running:
        yield running


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_both_languages(portal: Portal, path: str) -> None:
    for language, tag in (("zh", "zh-CN"), ("en", "en")):
        answer = portal.get(path, params={"lang": language})
        assert answer.status_code == 200
        assert f'<html lang="{tag}">' in answer.text
        assert not re.search(r"\{[0-9%{]", answer.text)
    portal.client.cookies.clear()


def test_the_catalogue_says_who_approves_who_supervises_and_by_which_rule(portal: Portal) -> None:
    page = portal.get("/matters").text
    for said in ("食品经营许可", "许可科", "监管科", "沧编备〔2026〕1号", "尚未备案"):
        assert said in page
    delegated = portal.get("/matters", params={"kind": "2"}).text
    assert "药品经营许可" in delegated
    assert "食品经营许可" not in delegated


def test_a_rule_is_public_once_it_is_filed_and_its_draft_and_opinion_never(portal: Portal) -> None:
    page = portal.get("/rules").text
    assert "双随机抽查、专项检查" in page
    assert "尚未备案的草案" not in page
    assert "内部意见甲" not in page


def test_no_page_holds_a_staff_id(portal: Portal) -> None:
    for path in PAGES:
        assert not re.search(r"\b[SHBJX]-[0-9]\b", portal.get(path).text)


def test_an_intermediary_whose_qualification_has_run_out_is_marked(portal: Portal) -> None:
    page = portal.get("/intermediaries").text
    assert "已过期" in page
    assert "每批次400元" in page


def test_what_an_association_says_is_shown_as_that_and_never_beside_what_is_disclosed(portal: Portal) -> None:
    page = portal.get("/associations").text
    assert "不属于公共信用信息" in page
    assert "&lt;b&gt;提醒&lt;/b&gt;" in page
    assert "/organisation" not in page.partition("<main")[2]
    disclosed = portal.post("/organisation", code=firm(8300).identifier.value).text
    assert "提醒" not in disclosed
    assert "自律公约" not in disclosed


def test_a_token_of_another_listing_is_refused_in_words(portal: Portal) -> None:
    assert portal.get("/matters", params={"page": "x" * 5000}).status_code == 400
    assert portal.get("/rules", params={"page": "nonsense"}).status_code == 400
