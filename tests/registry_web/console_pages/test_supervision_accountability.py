"""The report and the trace in the console: a period, its tables, csv and PDF of the same rows, a timeline."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from demo.departments import OPERATOR
from registry.store.interface import Group
from registry.v1 import supervision_pb2 as acts
from registry_web.console.pages.supervision_areas import AREAS
from tests.registry_papers.fonts_here import need_font, squeezed, text_in
from tests.registry_web.console_core.office import Office, office
from tests.registry_web.console_pages.forms import At, words
from tests.support.ban_cases import KEY
from tests.support.events import firm, placed
from tests.support.referrals import FIRE, Town, clue, town_of
from tests.support.spine import TODAY

HOME = "/supervision/accountability"
_BEGUN = TODAY - timedelta(days=60)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Town]]:
    """A referral to the bureau that was told 60 days ago, by its row in the store, and an accident since."""
    with office(tmp_path_factory.mktemp("bureau")) as made:
        made.spine.clock.move_to(TODAY)
        town = town_of(made.spine, ())
        placed(town.act(FIRE, referral=clue(town, "YS-0", to=KEY)))
        _told_on(town, "YS-0", _BEGUN.isoformat())
        placed(town.act(OPERATOR.key, accident=_accident(TODAY.isoformat())))
        yield made, town


def _told_on(town: Town, number: str, day: str) -> None:
    """Has a referral told earlier: the clock of a served registry cannot go back."""
    file = town.held(number, FIRE)
    for act in file.acts:
        act.on = act.received_on = act.counted_on = day
    town.spine.engine.state.store.commit(Group(files=[file]))


def _accident(on: str) -> acts.Accident:
    return acts.Accident(
        number="SG-1", area=acts.ACCIDENT_AREA_WORK_SAFETY, occurred_on=on, region="130902",
        place="新华区示例街7号", subject=firm(1), matters=["SP-1"], account="后厨起火。",
    )  # fmt: skip


@pytest.fixture
def at(desk: tuple[Office, Town]) -> Iterator[At]:
    made = At(desk[0])
    yield made
    for clerk in made.clerks.values():
        clerk.client.close()


def period() -> str:
    return f"{HOME}?from={_BEGUN.isoformat()}&until={TODAY.isoformat()}"


def test_the_hub_leads_here(at: At) -> None:
    assert (HOME, "责任追究") in AREAS
    assert "责任追究" in at("handler").read("/supervision")


def test_a_period_becomes_a_report_with_its_position_in_the_address(at: At) -> None:
    reader = at("auditor")
    assert "查看报告" in reader.read(HOME)
    turned = reader.get(period())
    assert turned.status_code == 303
    assert re.search(r"at=\d+&on=", turned.headers["location"])
    page = reader.read(turned.headers["location"])
    assert "签收告知移送" in page
    assert "未明确责任人" in page
    assert "不认定责任" in page


def test_page_csv_and_pdf_have_the_same_rows(at: At) -> None:
    need_font()
    reader = at("auditor")
    place = reader.get(period()).headers["location"]
    page = squeezed(words(reader.get(place)))
    query = place.partition("?")[2]
    sheet = reader.get(f"{HOME}/file?{query}&as=csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert "attachment" in sheet.headers["content-disposition"]
    cells = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
    rows = [row for row in cells if len(row) > 4 and any("(示例)" in cell for cell in row)]
    assert len(rows) > 4
    read = text_in(reader.get(f"{HOME}/file?{query}&as=pdf").content)
    for row in rows:
        assert [cell for cell in row if squeezed(cell) not in page and cell] == []
        assert [cell for cell in row if squeezed(cell) not in read] == []
    assert reader.get(f"{HOME}/file?{query}&as=exe").status_code == 404


def test_the_same_address_shows_the_same_report_later(desk: tuple[Office, Town], at: At) -> None:
    reader, (_, town) = at("auditor"), desk
    place = reader.get(period()).headers["location"]
    before = reader.get(f"{HOME}/file?{place.partition('?')[2]}&as=csv").content
    placed(town.act(FIRE, referral=clue(town, f"YS-{town.spine.position}", to=KEY)))
    assert reader.get(f"{HOME}/file?{place.partition('?')[2]}&as=csv").content == before


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-13-01&until=2026-01-01", "请填写起止日期"),
        ("from=2026-02-01&until=2026-01-01", "截止日期早于起始日期"),
        ("from=2026-01-01&until=2026-01-31&official=A-1", "请同时选择部门"),
    ],
)
def test_a_period_that_is_none_is_said_so(at: At, query: str, said: str) -> None:
    page = at("auditor").get(f"{HOME}?{query}")
    assert (page.status_code, said in words(page)) == (400, True)


def test_an_official_stands_in_no_address(at: At, desk: tuple[Office, Town]) -> None:
    reader, (_, town) = at("auditor"), desk
    fire = town.spine.engine.state.directory.department(town.code(FIRE))
    assert fire is not None
    staff = f"{town.code(FIRE)[-6:]}-1"
    asked = {"from": _BEGUN.isoformat(), "until": TODAY.isoformat(), "department": str(fire.position)}
    turned = reader.post(HOME, asked | {"official": staff})
    assert turned.status_code == 303
    report = reader.get(reader.get(turned.headers["location"]).headers["location"])
    assert report.status_code == 200
    assert staff not in turned.headers["location"] + str(report.url)
    assert f'value="{staff}"' in report.text
    unknown = reader.post(HOME, asked | {"official": "X-404"})
    assert (unknown.status_code, "没有这一人员" in words(unknown)) == (404, True)
    assert reader.get(f"{HOME}?{period().partition('?')[2]}&department=0&official={staff}").status_code == 404


def test_a_department_is_not_asked_whose_report_it_wants(at: At, desk: tuple[Office, Town]) -> None:
    reader, (_, town) = at("handler"), desk
    assert "全部部门" not in reader.read(HOME)
    page = reader.read(reader.get(period()).headers["location"])
    assert "签收告知移送" in page
    other = town.spine.engine.state.directory.department(town.code(FIRE))
    assert other is not None
    assert reader.get(f"{period()}&department={other.position}").status_code == 404


def test_an_accident_is_traced_as_a_timeline_by_who_oversees(at: At) -> None:
    reader = at("auditor")
    listed = reader.get(f"{HOME}/accidents")
    found = re.search(rf'href="({HOME}/trace/\d+/SG-1)"', listed.text)
    assert found
    page = reader.read(found[1])
    assert "事故发生前, 审批事项目录中没有这一事项" in page
    assert "告知移送: 线索告知" in page
    assert page.index("线索告知") < page.index("最后期限")
    sheet = reader.get(f"{found[1]}/file?as=csv")
    assert "时间顺序" in sheet.content.decode("utf-8-sig")
    refused = at("handler").get(found[1])
    assert refused.status_code >= 400
    assert "不能查阅" in words(refused)


def test_an_accident_is_stated_by_form_and_signed_by_nobody_who_may_not(at: At) -> None:
    handler = at("handler")
    form = {
        "number": "SG-9", "area": "3", "occurred_on": _BEGUN.isoformat(), "region": "130902",
        "place": "示例街7号", "matters": "SP-1", "account": "后厨起火",
    }  # fmt: skip
    assert "没有填写" in words(handler.post(f"{HOME}/accidents/new", form | {"place": ""}))
    refused = handler.act(f"{HOME}/accidents/new", form)  # 财政 does not answer for safety.
    assert not refused.accepted
    assert "这一步骤只由" in refused.text
    assert at("auditor").get(f"{HOME}/accidents/new").status_code == 403
