"""The portal's pages of plans and draws: what everybody sees, and a package that repeats the draw."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.provenance.keys import FileSigner
from registry.provenance.verifying_key import load_verifying_key
from registry.provenance.vkey import NoteKey
from registry.v1 import supervision_pb2 as acts
from registry_client import Credentials, Registry
from registry_client.supervision.draw_check import check_draw, trusting
from registry_client.supervision.draw_package import read_package
from tests.registry_client.cli.served_office import office_of
from tests.registry_web.portal.town import Portal, portal_of
from tests.support.draws import DrawOffice, file_of, order, plan, storing
from tests.support.matters import MARKET, MatterTown
from tests.support.served import Served, serving
from tests.support.spine import ORIGIN, furnish

ONE = {"by": MARKET, "number": "CQ-1", "lang": "zh"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal before a registry with one draw that was made, and one whose result is missing."""
    directory = tmp_path_factory.mktemp("portal")
    spine = furnish(storing(directory / "registry"))
    office = DrawOffice.of(MatterTown.of(spine))
    office.prepared()
    told = order("CQ-1")
    told.recusals.CopyFrom(office.recusals(("X-1", "SC-01")))
    assert office.act(draw_order=told) == []
    office.beacon()
    assert office.act(draw_result=office.result("CQ-1")) == []
    assert office.act(plan=plan("JH-2", title="<b>第二个</b>计划")) == []
    open_order = order("CQ-2", plan=file_of(acts.FILE_KIND_PLAN, "JH-2"))
    assert office.act(draw_order=open_order) == []
    with serving(spine) as served, portal_of(served, directory) as running:
        _publish(served, office)
        yield running


def _publish(served: Served, office: DrawOffice) -> None:
    """Puts every file into the evidence store, as the department does."""
    folder = served.spine.directory.parent / "department"
    office_of(served, folder, served.department("市场监管"))
    with Registry(served.target, Credentials.load(folder)) as registry:
        for number, reference in enumerate(
            (
                file_of(acts.FILE_KIND_ROSTER, "M-1"), file_of(acts.FILE_KIND_ROSTER, "R-1"),
                file_of(acts.FILE_KIND_DRAW, "CQ-1"), file_of(acts.FILE_KIND_DRAW, "CQ-1"),
            )
        ):  # fmt: skip
            content = list(office.files.values())[number]
            registry.supervision.evidence.upload_bytes(
                content, reference, media_type="text/csv", title="公布的文件"
            )


@pytest.mark.parametrize("path", ["/plans", "/draws"])
def test_every_page_is_whole_in_both_languages(portal: Portal, path: str) -> None:
    for language, tag in (("zh", "zh-CN"), ("en", "en")):
        answer = portal.get(path, params={"lang": language})
        assert answer.status_code == 200
        assert f'lang="{tag}"' in answer.text


def test_a_plan_shows_what_was_drawn_and_is_no_place_for_markup(portal: Portal) -> None:
    page = portal.get("/plans?lang=zh").text
    assert "2026年度抽查工作计划" in page
    assert "<b>第二个" not in page
    assert page.count("进货查验记录") == 2


def test_a_draw_without_a_result_is_seen_to_have_none(portal: Portal) -> None:
    page = portal.get("/draws?lang=zh").text
    assert page.index("CQ-2") < page.index("CQ-1")
    assert "没有结果" in page
    assert portal.get("/draws/package", params=ONE | {"number": "CQ-2"}).status_code == 404
    assert "还没有公布的结果" in portal.get("/draws/one", params=ONE | {"number": "CQ-2"}).text


def test_everybody_downloads_a_package_and_draws_again(portal: Portal, tmp_path: Path) -> None:
    page = portal.get("/draws/one", params=ONE).text
    assert "下载核验包" in page
    answer = portal.get("/draws/package", params=ONE)
    assert answer.headers["content-type"] == "application/zip"
    (tmp_path / "draw.zip").write_bytes(answer.content)
    signer = FileSigner.load(portal.spine.directory / "keys" / "log.key", None)
    vkey = NoteKey.of(ORIGIN, load_verifying_key(signer.suite, signer.public_key)).vkey
    report = check_draw(read_package(tmp_path / "draw.zip"), trusting(vkey))
    assert report.ok, report.faults


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 404),
        ({"by": MARKET}, 404),
        ({"by": MARKET, "number": "no"}, 400),
        ({"by": "x" * 5000, "number": "1"}, 404),
    ],
)
def test_what_there_is_not_is_refused(portal: Portal, query: dict[str, str], status: int) -> None:
    assert portal.get("/draws/one", params=query).status_code == status


def test_a_token_of_no_listing_is_refused(portal: Portal) -> None:
    assert portal.get("/draws", params={"page": "nonsense"}).status_code == 400
