"""``registryctl accountability`` at a real registry: report and trace, printed and saved; an accident."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from registry.access.identity import Caller, CallerRole
from registry_client import Numbering
from tests.registry_client.cli.served_office import Office, office_of
from tests.registry_papers.fonts_here import need_font
from tests.support.events import firm, placed
from tests.support.referrals import COUNTY, FIRE, HOUSING, MARKET, OVERSIGHT, Town, clue, town_of
from tests.support.served import serving
from tests.support.spine import ORIGIN, TODAY, found_spine, furnish

_PERIOD = ((TODAY - timedelta(days=30)).isoformat(), TODAY.isoformat())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, dict[str, Office]]]:
    """A referral that nobody has read for 20 days; 县应急, 消防 and 督查室 at their terminals."""
    directory = tmp_path_factory.mktemp("desk")
    spine = furnish(
        found_spine(directory / "registry", TODAY - timedelta(days=20)), [MARKET, HOUSING], delivered=False
    )
    town = town_of(spine)
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    spine.clock.move_to(TODAY)
    with serving(spine) as served:
        offices = {}
        for key in (COUNTY, FIRE, OVERSIGHT):
            caller = Caller(CallerRole.DEPARTMENT, town.code(key), ORIGIN)
            offices[key] = office_of(served, directory / key, caller)
            town.clerks[key].save(directory / key / "own.pem", None)
            Numbering.generate().save(directory / key / "statement.secret")
        yield town, offices


def test_the_report_is_printed_with_what_was_not_done(desk: tuple[Town, dict[str, Office]]) -> None:
    _, offices = desk
    run = offices[OVERSIGHT].ctl("accountability", "report", *_PERIOD)
    assert run.exit_code == 0, run.errors
    assert "签收告知移送｜移送 YS-1" in run.output
    assert "未明确责任人" in run.output


def test_the_same_position_gives_the_same_file(desk: tuple[Town, dict[str, Office]], tmp_path: Path) -> None:
    town, offices = desk
    asked = (*_PERIOD, "--at", town.spine.position, "--on", _PERIOD[1])
    for name in ("a.csv", "b.csv"):
        saved = offices[OVERSIGHT].ctl("accountability", "report", *asked, "--out", tmp_path / name)
        assert saved.exit_code == 0, saved.errors
        placed(town.act(MARKET, referral=clue(town, f"YS-{name[0]}")))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    again = offices[OVERSIGHT].ctl("accountability", "report", *asked, "--out", tmp_path / "a.csv")
    assert (again.exit_code, "已存在" in again.errors) == (3, True)


def test_a_pdf_and_json_are_saved(desk: tuple[Town, dict[str, Office]], tmp_path: Path) -> None:
    need_font()
    _, offices = desk
    for name in ("report.pdf", "report.json", "report.txt"):
        saved = offices[FIRE].ctl("accountability", "report", *_PERIOD, "--out", tmp_path / name)
        assert saved.exit_code == 0, saved.errors
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["totals"]
    wrong = offices[FIRE].ctl("accountability", "report", *_PERIOD, "--out", tmp_path / "report.docx")
    assert wrong.exit_code == 2


def test_a_department_does_not_get_anothers(desk: tuple[Town, dict[str, Office]]) -> None:
    town, offices = desk
    asked = (*_PERIOD, "--department", town.code(MARKET))
    run = offices[FIRE].ctl("accountability", "report", *asked)
    assert (run.exit_code, "只能查看本部门" in run.errors) == (3, True)


def test_an_accident_is_stated_and_traced(desk: tuple[Town, dict[str, Office]], tmp_path: Path) -> None:
    town, offices = desk
    subject = firm(1)
    content = {
        "number": "SG-1", "area": "ACCIDENT_AREA_WORK_SAFETY", "occurred_on": _PERIOD[1], "region": "130921",
        "place": "示例街7号", "account": "后厨起火。",
        "subject": {
            "identifier": {"type": "IDENTIFIER_TYPE_USCC", "value": subject.identifier.value},
            "kind": "SUBJECT_KIND_ENTERPRISE", "name": subject.name,
        },
    }  # fmt: skip
    path = tmp_path / "accident.json"
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    county = offices[COUNTY]
    assert "没有提交" in county.ctl("accountability", "accident", path).output
    key = county.directory / "own.pem"
    stated = county.ctl("accountability", "accident", path, "--act", "--key", key)
    assert stated.exit_code == 0, stated.output + stated.errors
    traced = offices[OVERSIGHT].ctl("accountability", "trace", "SG-1", "--from", town.code(COUNTY))
    assert traced.exit_code == 0, traced.errors
    assert "告知移送: 线索告知" in traced.output
    assert "最后期限" in traced.output
    refused = county.ctl("accountability", "trace", "SG-1")
    assert (refused.exit_code, "不能查阅" in refused.errors) == (3, True)
